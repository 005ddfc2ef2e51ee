"""Bounds over unknown groups, against every allocation made by hand."""

import numpy as np
import pytest
from scipy.stats import fisher_exact

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


def test_are_the_unknown_as_frequent_among_the_refused():
    # 3 unknown of 30 selected, 12 unknown of 40 refused; outcomes the other way about.
    names = [None] * 3 + ["a", "b", "a"] * 9 + [None] * 12 + ["a", "b"] * 14
    decided = ["1"] * 30 + ["0"] * 40
    found = outcome_of(CHECK, subject_of({"g": names}, decided, decided[::-1])).measurements
    rates = {m.scope["label"]: m for m in found if m.metric == "unknown_rate_by_decision"}
    assert {k: (m.numerator, m.denominator) for k, m in rates.items()} == {
        "favourable": (3, 30),
        "unfavourable": (12, 40),
    }
    (gap,) = (m for m in found if m.metric == "unknown_rate_by_decision_difference")
    assert gap.scope == {"column": "g", "label": "unfavourable"}
    assert gap.value == pytest.approx(0.3 - 0.1)
    assert gap.p_value == pytest.approx(fisher_exact([[12, 28], [3, 27]]).pvalue)
    assert any(m.metric == "unknown_rate_by_outcome_difference" for m in found)


def test_weighted_bounds_are_those_of_as_many_people():
    times = [1 + i % 3 for i in range(len(NAMES))]
    weighted = subject_of({"g": NAMES}, DECIDED, weights=np.array(times, float))
    repeated = subject_of({"g": list(np.repeat(NAMES, times))}, list(np.repeat(DECIDED, times)))
    one, two = (
        {(m.metric, *m.scope.values()): m.value for m in outcome_of(CHECK, s).measurements}
        for s in (weighted, repeated)
    )
    assert one == pytest.approx(two)
