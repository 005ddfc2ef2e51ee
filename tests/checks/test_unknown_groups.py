"""Bounds over unknown groups, against every allocation made by hand."""

import pytest

from aiaudit.facts import Skipped
from aiaudit.registry import get
from aiaudit.testing import outcome_of, subject_of

CHECK = get("bias.unknown-groups")
NAMES = ["a"] * 50 + ["b"] * 50 + [None] * 6
DECIDED = ["1"] * 25 + ["0"] * 25 + ["1"] * 40 + ["0"] * 10 + ["1", "0"] * 3


def test_bounds_hold_whatever_the_unknown_are():
    found = outcome_of(CHECK, subject_of({"g": NAMES}, DECIDED)).measurements
    bounds = {m.metric: m.value for m in found if m.scope == {"g": "a"}}
    seen = []
    for selected in range(4):
        for refused in range(4):
            a = (25 + selected) / (50 + selected + refused)
            b = (40 + 3 - selected) / (50 + 6 - selected - refused)
            seen.append(a / b)
    assert bounds == pytest.approx({"impact_ratio_lowest": min(seen), "impact_ratio_highest": max(seen)})


def test_the_unknown_themselves_have_no_bounds():
    found = outcome_of(CHECK, subject_of({"g": NAMES}, DECIDED)).measurements
    assert {m.value for m in found if m.scope == {"g": "(missing)"}} == {None}


def test_nothing_is_bounded_where_everybody_is_known():
    outcome = outcome_of(CHECK, subject_of({"g": NAMES[:100]}, DECIDED[:100]))
    assert isinstance(outcome, Skipped)
    assert not outcome.applicable
