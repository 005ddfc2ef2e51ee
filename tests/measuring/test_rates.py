"""Counts folded from the tally are those made by hand; rates carry their interval or say why not."""

from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from aiaudit.facts import Better
from aiaudit.measuring.cells import cells
from aiaudit.measuring.rates import LEVEL, Rates
from aiaudit.metrics import rate
from aiaudit.subject import ACTUAL, PREDICTED
from aiaudit.testing import subject_of

SEX, RACE = st.sampled_from(["f", "m", None]), st.sampled_from(["a", "b", "c"])
LABEL = st.sampled_from(["x", "y", "z"])
ROWS = st.lists(st.tuples(SEX, RACE, LABEL, LABEL), min_size=1, max_size=40)


def made(rows, favorable=("x", "z")):
    """Return a subject of rows (sex, race, actual, predicted)."""
    sex, race, actual, predicted = (list(column) for column in zip(*rows, strict=True))
    subject = subject_of({"sex": sex, "race": race}, predicted, actual, favorable="x")
    return replace(subject, favorable=tuple(label for label in favorable if label in subject.classes))


@given(rows=ROWS)
def test_cells_are_counted_by_hand(rows):
    subject = made(rows)
    for partition in subject.partitions():
        found = cells(subject, partition, [ACTUAL, PREDICTED])
        tables, right = defaultdict(lambda: [[0, 0], [0, 0]]), Counter()
        for sex, race, actual, predicted in rows:
            values = {"sex": sex or "(missing)", "race": race}
            group = tuple(values[attribute.name] for attribute in partition)
            tables[group][actual != "y"][predicted != "y"] += 1
            right[group] += actual == predicted
        groups = [tuple(scope.values()) for scope in found.scopes]
        assert all(list(scope) == [a.name for a in partition] for scope in found.scopes)
        assert dict(zip(groups, found.counts.tolist(), strict=True)) == tables
        assert dict(zip(groups, found.right.tolist(), strict=True)) == right
        assert found.known.tolist() == ["(missing)" not in group for group in groups]


def test_right_is_the_same_label_and_not_only_the_same_side():
    subject = made([("f", "a", "x", "z"), ("f", "a", "x", "x"), ("f", "a", "y", "y")])
    found = cells(subject, (), [ACTUAL, PREDICTED])
    assert found.right.tolist() == [2]
    assert found.counts.tolist() == [[[1, 0], [0, 2]]]


def test_depth_bounds_the_attributes_that_are_crossed():
    columns = {name: ["a", "b"] for name in "pqrs"}

    def names(depth):
        subject = subject_of(columns, ["0", "1"], depth=depth)
        return ["".join(a.name for a in partition) for partition in subject.partitions()]

    assert names(0) == [""]
    assert names(1) == ["", "p", "q", "r", "s"]
    assert names(2) == ["", "p", "q", "r", "s", "pq", "pr", "ps", "qr", "qs", "rs"]
    assert names(9)[-1] == "pqrs"
    assert len(names(9)) == 2**4


def rates(x, n, known=None):
    known = np.ones(len(x), bool) if known is None else np.array(known)
    metric = rate("some_rate", "A rate.", "here", Better.HIGHER)
    scopes = tuple({"g": str(i)} for i in range(len(x)))
    return Rates(
        metric=metric, scopes=scopes, known=known, x=np.array(x), n=np.array(n), rows=np.array(n) + 1
    )


@pytest.mark.parametrize(("x", "n"), [(0, 5), (5, 5), (1, 1), (17, 100), (99_999, 100_000)])
def test_a_rate_has_the_interval_of_statsmodels(x, n):
    (found,) = rates([x], [n]).measurements()
    wilson = proportion_confint(x, n, 1 - LEVEL, method="wilson")
    exact = proportion_confint(x, n, 2 * (1 - LEVEL), method="beta")
    low, high = min(wilson[0], exact[0]), max(wilson[1], exact[1])
    assert found.value == x / n
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), abs=1e-12)
    assert (found.numerator, found.denominator, found.n) == (x, n, n + 1)
    assert found.params == {}


def test_nothing_over_nothing_is_undefined_and_keeps_its_counts():
    (found,) = rates([0], [0]).measurements()
    assert found.value is None
    assert found.interval is None
    assert (found.numerator, found.denominator) == (0, 0)
    assert found.params == {"no_interval": "undefined: the denominator is 0"}


def test_people_of_unknown_group_are_marked():
    known, unknown = rates([1, 1], [2, 2], [True, False]).measurements()
    assert "unknown_group" not in known.params
    assert unknown.params["unknown_group"] is True
