"""Levels of risk, against the published vectors of Canada's tool and by hand."""

from __future__ import annotations

import pytest

from aiaudit.card import SystemCard
from aiaudit.card_model import Risk
from aiaudit.facts import Measured
from aiaudit.judge import judge
from aiaudit.record import Status
from aiaudit.registry import get
from aiaudit.risk import POINTS, QUESTIONS, SAFEGUARDS, level, relieved, tier
from aiaudit.testing import outcome_of, subject_of
from tests.made import TODAY, contrast, measured, policy, requirement

MUCH = dict.fromkeys(QUESTIONS, "much")


@pytest.mark.parametrize(
    ("points", "expected"), [(0, 1), (25, 1), (26, 2), (50, 2), (51, 3), (75, 3), (76, 4), (100, 4)]
)
def test_levels_of_canada(points: int, expected: int) -> None:
    assert level(points, 100) == expected


def test_safeguards_relieve_as_in_canada() -> None:
    assert relieved(60, 80, 100) == 51
    assert relieved(60, 79, 100) == 60
    assert level(relieved(60, 80, 100), 100) == 3


def test_the_card_asks_every_question_and_no_other() -> None:
    assert set(Risk.model_fields) == {*QUESTIONS, *SAFEGUARDS}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (dict.fromkeys(QUESTIONS, "none"), (1, 0)),
        (dict.fromkeys(QUESTIONS, "little"), (2, 10)),
        (dict.fromkeys(QUESTIONS, "moderate"), (3, 20)),
        (MUCH, (4, 30)),
        # 30 points less 15 % are 25.5, which rounds to the even 26: above three quarters of 30.
        ({**MUCH, **dict.fromkeys(SAFEGUARDS[:4], True)}, (4, 26)),
        ({**MUCH, **dict.fromkeys(SAFEGUARDS[:3], True)}, (4, 30)),
        ({**dict.fromkeys(QUESTIONS, "moderate"), **dict.fromkeys(SAFEGUARDS, True)}, (3, 17)),
    ],
)
def test_points_are_summed(answers: dict, expected: tuple[int, int]) -> None:
    found = tier(answers)
    assert (found.level, found.points, found.most, found.open) == (*expected, 3 * len(QUESTIONS), 0)


def test_an_open_question_leaves_no_level() -> None:
    found = tier({name: word for name, word in MUCH.items() if name != "scale"})
    assert (found.level, found.open) == (None, 1)
    assert tier({}).open == len(QUESTIONS)
    assert max(POINTS.values()) == 3


@pytest.mark.parametrize(("card", "values"), [(None, [10.0]), ({}, [10.0]), ({"risk": MUCH}, [0.0, 4.0])])
def test_the_check_reads_the_card(card: dict | None, values: list[float]) -> None:
    given = None if card is None else SystemCard.model_validate(card)
    outcome = outcome_of(get("transparency.risk-tier"), subject_of({"g": ["a", "b"]}, ["1", "0"], card=given))
    assert isinstance(outcome, Measured)
    assert [m.value for m in outcome.measurements] == values


@pytest.mark.parametrize(
    ("card", "status"),
    [
        (None, Status.FAIL),
        ({"risk": MUCH}, Status.FAIL),
        ({"risk": dict.fromkeys(QUESTIONS, "none")}, Status.NOT_APPLICABLE),
    ],
)
def test_a_requirement_can_be_asked_of_high_levels_alone(card: dict | None, status: Status) -> None:
    asked = requirement(applies_if={"risk.level": ["3", "4"]})
    (only,) = judge([measured(contrast(20, 100, 40, 100))], policy(asked), TODAY, card=card)
    assert only.status is status
