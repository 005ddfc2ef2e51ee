"""Matched pairs: who is paired, how their decisions differ, and how often chance looks like it."""

import numpy as np
import pandas as pd
import pytest

from aiaudit.facts import Skipped
from aiaudit.registry import get
from aiaudit.statistics.paired import mcnemar
from aiaudit.testing import outcome_of, subject_of
from tests.checks.reading import found

CHECK = "bias.matched-pairs"


def twins(refused_a, refused_b, both=5):
    """Return pairs of people alike in everything, of groups a and b, who differ in so many decisions."""
    n = refused_a + refused_b + both
    one = [0] * refused_a + [1] * refused_b + [1] * both
    two = [1] * refused_a + [0] * refused_b + [1] * both
    table = pd.DataFrame({"id": [float(i) for i in range(n)] * 2, "g": ["a"] * n + ["b"] * n})
    return subject_of({"g": list(table.g)}, [*map(str, one + two)], table=table)


def test_twins_are_paired_and_counted():
    subject = twins(12, 3, both=40)
    (gap,) = found(CHECK, subject, "matched_selection_difference", "g").values()
    assert gap.scope == {"g": "a"}
    assert gap.reference.scope == {"g": "b"}
    assert gap.value == pytest.approx(-9 / 55)
    assert gap.p_value == pytest.approx(mcnemar(12, 3))
    assert (gap.denominator, gap.params["only_own_favourable"]) == (55, 3)
    (rate,) = found(CHECK, subject, "matched_disagreement_rate", "g").values()
    assert (rate.numerator, rate.denominator) == (15, 55)


def test_people_who_are_not_alike_are_not_paired():
    table = pd.DataFrame({"job": ["x"] * 40 + ["y"] * 40})
    subject = subject_of({"g": ["a"] * 40 + ["b"] * 40}, ["0", "1"] * 40, table=table)
    outcome = outcome_of(get(CHECK), subject)
    assert isinstance(outcome, Skipped)
    assert not outcome.applicable
    assert "alike" in outcome.reason


def drawn(gap, seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"a": rng.normal(size=300), "b": rng.choice(list("xy"), 300)})
    group = np.where(rng.random(300) < 0.4, "p", "q")
    selected = table.a + rng.normal(size=300) - gap * (group == "p") > 0
    return subject_of({"g": list(group)}, [*map(str, selected * 1)], table=table, references=("largest",))


def p_values(gap, runs):
    return np.array(
        [
            next(iter(found(CHECK, drawn(gap, seed), "matched_selection_difference", "g").values())).p_value
            for seed in range(runs)
        ]
    )


def test_a_fair_model_is_left_alone_and_a_gap_is_seen():
    assert np.mean(p_values(0.0, 40) <= 0.05) <= 0.125
    assert np.mean(p_values(1.2, 20) <= 0.05) >= 0.9


@pytest.mark.slow
@pytest.mark.long
def test_false_alarms():
    assert np.mean(p_values(0.0, 500) <= 0.05) <= 0.06
