"""Advice in lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.record import Advice
from aiaudit.render.words import EFFORT


def steps(advice: Advice) -> Iterator[str]:
    """Yield each step with what it costs, where somebody estimated that."""
    for number, step in enumerate(advice.steps):
        yield f"{step} ({EFFORT[advice.effort[number]]})" if advice.effort else step


def around(advice: Advice) -> Iterator[str]:
    """Yield what not to do, who should act, and how to tell that it is done."""
    if advice.avoid:
        yield advice.avoid
    if advice.who:
        yield f"Who: {advice.who}."
        yield f"How to tell that it is done: {advice.verify}"
