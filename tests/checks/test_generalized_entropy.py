"""Generalized entropy and Theil's index by AIF360's formulas, in whole and in parts."""

import numpy as np
import pytest

from aiaudit.testing import subject_of
from tests.checks.reading import found

CHECK = "bias.generalized-entropy"


def entropy(benefit, order):
    """Return AIF360's generalized entropy index, from its documentation."""
    share = benefit / benefit.mean()
    if order == 1:
        logs = np.log(share, out=np.zeros_like(share), where=share > 0)
        return np.mean(share * logs)
    return np.mean(share**order - 1) / (order * (order - 1))


def people(n, seed, error=0.15):
    rng = np.random.default_rng(seed)
    group, actual = rng.choice(list("abc"), n, p=[0.5, 0.3, 0.2]), rng.integers(0, 2, n)
    predicted = np.where(rng.random(n) < error, 1 - actual, actual)
    subject = subject_of({"g": list(group)}, [*map(str, predicted)], [*map(str, actual)])
    return group, (predicted - actual + 1).astype(float), subject


def test_as_aif360_defines_them():
    group, benefit, subject = people(500, 0)
    for metric, order in (("generalized_entropy", 2), ("theil_index", 1)):
        assert found(CHECK, subject, metric)[()].value == pytest.approx(entropy(benefit, order), abs=1e-12)
        for name, m in found(CHECK, subject, metric, "g").items():
            assert m.value == pytest.approx(entropy(benefit[group == name], order), abs=1e-12)
            assert m.interval.low <= m.value <= m.interval.high


def test_the_parts_between_and_within_add_up():
    group, benefit, subject = people(500, 1)
    # AIF360 gives everybody the mean of their group.
    replaced = np.array([benefit[group == g].mean() for g in group])
    between = found(CHECK, subject, "between_group_entropy", "attribute")["g"]
    within = found(CHECK, subject, "within_group_entropy", "attribute")["g"]
    assert between.value == pytest.approx(entropy(replaced, 2), abs=1e-12)
    assert between.value + within.value == pytest.approx(entropy(benefit, 2), abs=1e-12)
    assert between.p_value is not None


def test_a_model_that_is_never_wrong_has_no_inequality_and_no_interval():
    subject = subject_of({"g": ["a", "b"] * 20}, ["0", "1"] * 20, ["0", "1"] * 20)
    m = found(CHECK, subject, "generalized_entropy")[()]
    assert (m.value, m.interval) == (0.0, None)
    assert found(CHECK, subject, "between_group_entropy", "attribute")["g"].interval is None


def test_whoever_gets_nothing_though_deserving_makes_it_undefined():
    subject = subject_of({"g": ["a"] * 20 + ["b"] * 20}, ["0"] * 20 + ["1"] * 20, ["1"] * 40)
    assert found(CHECK, subject, "generalized_entropy", "g")["a"].value is None
