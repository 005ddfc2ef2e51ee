"""Conditional demographic disparity: Berkeley 1973, and what is left out."""

from dataclasses import replace

import numpy as np
import pytest

from aiaudit.facts import Skipped
from aiaudit.registry import get
from aiaudit.testing import outcome_of, toy_subject
from tests.checks.reading import found
from tests.checks.test_conditional import BERKELEY, berkeley, controlled

CHECK = "bias.conditional-demographic-disparity"
__all__ = ["berkeley"]


def test_the_disparity_of_berkeley_vanishes_within_departments(berkeley):
    whole = found(CHECK, berkeley, "demographic_disparity", "sex")
    assert whole["woman"].value == pytest.approx(1278 / 2771 - 557 / 1755)
    assert whole["woman"].p_value < 1e-20
    within = found(CHECK, berkeley, "conditional_demographic_disparity", "sex", "control")
    total = sum(n for cells in BERKELEY.values() for n, _ in cells)
    by_hand = sum(
        (m + w) / total * ((w - b) / (m + w - a - b) - b / (a + b)) for (m, a), (w, b) in BERKELEY.values()
    )
    m = within["woman", "department"]
    assert m.value == pytest.approx(by_hand)
    assert m.interval.low < 0 < m.interval.high
    assert m.p_value == pytest.approx(0.2169237, abs=1e-7)
    assert (m.denominator, m.effective_n) == (1835, None)
    # A large group is no more surely apart from a small rest than the rest from it.
    assert (within["man", "department"].denominator, within["man", "department"].effective_n) == (2691, 1835)
    assert within["man", "department"].value == pytest.approx(-m.value)


def test_people_whose_stratum_selects_everybody_are_counted_as_left_out():
    subject = controlled(
        {"g": ["a", "b"] * 40}, ["1"] * 20 + ["1", "1", "0"] * 20, job=["x"] * 20 + ["y"] * 60
    )
    m = found(CHECK, subject, "conditional_demographic_disparity", "g", "control")["a", "job"]
    assert (m.n, m.denominator, list(m.excluded.values())) == (40, 30, [10])
    nobody = controlled({"g": ["a", "b"] * 40}, ["0"] * 80, job=["x", "y"] * 40)
    m = found(CHECK, nobody, "demographic_disparity", "g")["a"]
    assert (m.value, m.p_value, m.interval) == (None, None, None)


def test_it_is_about_decisions():
    outcome = outcome_of(get(CHECK), replace(toy_subject(), favorable=()))
    assert isinstance(outcome, Skipped)
    assert not outcome.applicable


def test_weights_count_as_rows_do(berkeley):
    rng = np.random.default_rng(0)
    weights = rng.integers(1, 4, berkeley.n)
    often = np.repeat(np.arange(berkeley.n), weights)
    cut = {
        name: tuple(replace(a, codes=a.codes[often]) for a in getattr(berkeley, name))
        for name in ("attributes", "controls")
    }
    more = replace(
        berkeley,
        predicted=berkeley.predicted[often],
        rows=replace(berkeley.rows, read=len(often), assessed=len(often)),
        **cut,
    )
    weighted = replace(berkeley, weights=weights.astype(float))
    for metric, keys in (
        ("demographic_disparity", ("sex",)),
        ("conditional_demographic_disparity", ("sex", "control")),
    ):
        for mine, theirs in zip(
            found(CHECK, weighted, metric, *keys).values(),
            found(CHECK, more, metric, *keys).values(),
            strict=True,
        ):
            assert mine.value == pytest.approx(theirs.value)
            assert mine.effective_n < 1835
            width = mine.interval.high - mine.interval.low
            assert 1 < width / (theirs.interval.high - theirs.interval.low) < 2
