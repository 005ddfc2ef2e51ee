"""Weighted rates and their contrasts: statsmodels' robust errors, and rows repeated."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.regression.linear_model import WLS

from aiaudit.testing import subject_of
from tests.checks.reading import found


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(6)
    race = rng.choice(list("abc"), 600)
    predicted = rng.random(600) < 0.3 + 0.2 * (race == "a")
    weights = rng.gamma(2, 1, 600).round(3)
    subject = subject_of({"race": list(race)}, [*map(str, predicted * 1)])
    return race, predicted, weights, subject


def robust(values, weights):
    """Return a weighted mean and its linearized error (HC1)."""
    fit = WLS(values.astype(float), np.ones(len(values)), weights).fit(cov_type="HC1")
    return fit.params[0], fit.bse[0]


@pytest.mark.parametrize("rule", ["most_favoured", "rest"])
def test_weighted_rates_and_their_gaps(people, rule):
    race, predicted, weights, subject = people
    subject = replace(subject, weights=weights, references=(rule,))
    for group, m in found("bias.selection-rate", subject, "selection_rate", "race").items():
        mine = race == group
        assert m.value == pytest.approx(robust(predicted[mine], weights[mine])[0], abs=1e-9)
        assert (m.numerator, m.denominator) == (predicted[mine].sum(), mine.sum())
        assert m.effective_n < m.n
        assert m.interval.low < m.value < m.interval.high
    ratios = found("bias.selection-rate", subject, "impact_ratio", "race")
    for group, m in found("bias.selection-rate", subject, "selection_rate_difference", "race").items():
        others = race != group if rule == "rest" else race == next(iter(m.reference.scope.values()))
        one, error = robust(predicted[race == group], weights[race == group])
        two, other = robust(predicted[others], weights[others])
        assert m.value == pytest.approx(one - two, abs=1e-9)
        assert m.reference.value == pytest.approx(two, abs=1e-9)
        assert m.p_value == pytest.approx(2 * norm.sf(abs(one - two) / np.hypot(error, other)), rel=1e-6)
        assert ratios[group].value == pytest.approx(one / two, abs=1e-9)
        assert ratios[group].p_value == m.p_value
        assert not m.counted


def test_a_whole_weight_is_worth_so_many_rows(people):
    race, predicted, _, subject = people
    times = np.random.default_rng(1).integers(0, 4, 600)
    weighted = replace(subject, weights=times.astype(float))
    repeated = subject_of(
        {"race": list(np.repeat(race, times))}, [*map(str, np.repeat(predicted, times) * 1)]
    )
    for metric in ("selection_rate", "impact_ratio", "selection_rate_difference", "rejection_ratio"):
        one, two = (found("bias.selection-rate", s, metric, "race") for s in (weighted, repeated))
        assert {g: m.value for g, m in one.items()} == pytest.approx({g: m.value for g, m in two.items()})


def test_a_check_that_leaves_weights_out_says_so(people):
    from aiaudit.registry import get
    from aiaudit.run import UNWEIGHTED
    from aiaudit.scores import Scores
    from aiaudit.testing import outcome_of

    _, predicted, weights, subject = people
    scores = Scores(values=predicted * 0.5 + 0.1, probability=True, source="a test")
    subject = replace(subject, weights=weights, given_scores=scores)
    assert UNWEIGHTED in outcome_of(get("bias.score-distribution"), subject).notes
    assert outcome_of(get("bias.selection-rate"), subject).notes == ()
