"""The part of a system card that says how much is at stake."""

from __future__ import annotations

from typing import Literal

from aiaudit.policy.fields import Strict

Much = Literal["none", "little", "moderate", "much"]


class Risk(Strict):
    """How much is at stake, question by question, and which safeguards are in place: see `aiaudit.risk`."""

    rights: Much | None = None
    livelihood: Much | None = None
    health: Much | None = None
    irreversible: Much | None = None
    lasting: Much | None = None
    vulnerable: Much | None = None
    scale: Much | None = None
    autonomy: Much | None = None
    opacity: Much | None = None
    sensitive: Much | None = None
    human_review: bool | None = None
    appeal: bool | None = None
    tested_before_use: bool | None = None
    monitored: bool | None = None
    fallback_tried: bool | None = None
