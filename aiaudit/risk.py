"""How much is at stake: a level from 1 to 4, from ten plain questions and five safeguards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Answers and what they count for.
POINTS: Mapping[str, int] = {"none": 0, "little": 1, "moderate": 2, "much": 3}
#: The questions of the card's section ``risk``: how much …
QUESTIONS: Mapping[str, str] = {
    "rights": "do decisions touch rights and freedoms",
    "livelihood": "do they touch work, income, housing or schooling",
    "health": "do they touch health or safety",
    "irreversible": "of a wrong decision cannot be undone",
    "lasting": "do effects last",
    "vulnerable": "are children or others with little power affected",
    "scale": "of the public is affected",
    "autonomy": "is decided without a person",
    "opacity": "of a decision cannot be explained",
    "sensitive": "use is made of specially protected data",
}
SAFEGUARDS = ("human_review", "appeal", "tested_before_use", "monitored", "fallback_tried")
#: Four fifths of the safeguards take 15 % off the points.
_ENOUGH, _RELIEF = 0.8, 0.15
_BOUNDS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, kw_only=True)
class Tier:
    """The level, the points behind it after relief, and how many questions are open."""

    level: int | None
    points: int
    most: int
    open: int


def level(points: int, most: int) -> int:
    """Return the level of a sum of points: 1 up to a quarter of the most, 2 up to a half, 3 up to three quarters.

    The shape of Canada's Algorithmic Impact Assessment.
    """
    return 1 + sum(points > bound * most for bound in _BOUNDS)


def relieved(points: int, safeguards: int, of: int) -> int:
    """Return the points left where at least four fifths of the safeguards are in place: 15 % less, rounded."""
    return round(points * (1 - _RELIEF)) if safeguards >= _ENOUGH * of else points


def tier(answers: Mapping[str, Any]) -> Tier:
    """Return the level of a card's answers; without a level while a question is open.

    Parameters
    ----------
    answers : mapping
        Section ``risk`` of a card: a word of `POINTS` for each question, a truth value for each safeguard.
    """
    given = [POINTS[answers[name]] for name in QUESTIONS if answers.get(name) in POINTS]
    safeguards = sum(answers.get(name) is True for name in SAFEGUARDS)
    most = max(POINTS.values()) * len(QUESTIONS)
    points = relieved(sum(given), safeguards, len(SAFEGUARDS))
    missing = len(QUESTIONS) - len(given)
    return Tier(level=None if missing else level(points, most), points=points, most=most, open=missing)
