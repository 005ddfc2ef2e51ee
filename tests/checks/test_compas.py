"""The table that began the debate: risk scores of Broward County, as ProPublica published its counts in 2016."""

import pytest

from aiaudit.testing import subject_of
from tests.checks.reading import found

#: Defendants by what happened within two years and the score given, as published.
TABLE = {
    "black": {("none", "low"): 990, ("none", "high"): 805, ("again", "low"): 532, ("again", "high"): 1369},
    "white": {("none", "low"): 1139, ("none", "high"): 349, ("again", "low"): 461, ("again", "high"): 505},
}
#: The published percentages, by our names: a low score is the favourable decision.
PUBLISHED = {
    "false_negative_rate": {"black": 44.85, "white": 23.45},
    "false_positive_rate": {"black": 27.99, "white": 47.72},
    "negative_predictive_value": {"black": 63.0, "white": 59.0},
    "positive_predictive_value": {"black": 65.0, "white": 71.0},
}


@pytest.fixture(scope="module")
def defendants():
    """One row a defendant; not being arrested again is the outcome that deserves a low score."""
    rows = [(race, *cell) for race, cells in TABLE.items() for cell, n in cells.items() for _ in range(n)]
    race, outcome, score = zip(*rows, strict=True)
    deserved = ["low" if o == "none" else "high" for o in outcome]
    return subject_of({"race": list(race)}, list(score), deserved, favorable="low")


@pytest.mark.parametrize("metric", PUBLISHED)
def test_the_published_rates(defendants, metric):
    rates = found("bias.error-rates", defendants, metric, "race")
    digits = 2 if metric.startswith("false") else 0
    assert {group: round(100 * m.value, digits) for group, m in rates.items()} == PUBLISHED[metric]


def test_both_sides_of_the_debate_are_seen(defendants):
    (missed,) = found("bias.error-rates", defendants, "false_negative_rate_difference", "race").values()
    (precise,) = found(
        "bias.error-rates", defendants, "negative_predictive_value_difference", "race"
    ).values()
    # Counted by hand: 805 of 1,795 against 349 of 1,488; 1,369 of 2,174 against 505 of 854.
    assert abs(missed.value) == pytest.approx(805 / 1795 - 349 / 1488)
    assert missed.p_value < 1e-30
    assert abs(precise.value) == pytest.approx(1369 / 2174 - 505 / 854)
    assert 0.01 < precise.p_value < 0.1
