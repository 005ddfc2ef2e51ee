"""The smallest gap that a sample could have shown, where the limit lies above the reference."""

import pytest

from aiaudit.facts import Form
from aiaudit.record import Status
from aiaudit.statistics.power import detection_power, smallest_detectable_difference
from tests.made import contrast, decided, requirement

HIGHEST = {
    Form.RATIO: {"op": "<=", "threshold": "1.25"},
    Form.DIFFERENCE: {"op": "<=", "threshold": "0.1", "metric": "false_positive_rate_difference"},
}


@pytest.mark.parametrize("form", [Form.RATIO, Form.DIFFERENCE])
def test_a_limit_from_above_shows_the_smallest_visible_excess(form):
    verdict = decided(requirement(**HIGHEST[form]), contrast(42, 200, 40, 200, form))
    assert verdict.status is Status.PASS
    excess = smallest_detectable_difference(200, 1 - 0.2, 200, 0.05)
    expected = excess if form is Form.DIFFERENCE else 1 + excess / 0.2
    assert verdict.detectable == pytest.approx(expected)
    rate = 0.2 + excess
    assert detection_power(rate, 200, 0.2, 200, 0.05) == pytest.approx(0.8)


@pytest.mark.parametrize("form", [Form.RATIO, Form.DIFFERENCE])
def test_the_smallest_visible_excess_would_have_failed(form):
    asked = requirement(**HIGHEST[form])
    seen = decided(asked, contrast(42, 200, 40, 200, form)).detectable
    rate = 0.2 + seen if form is Form.DIFFERENCE else 0.2 * seen
    assert decided(asked, contrast(round(200 * rate), 200, 40, 200, form)).status is Status.FAIL


def test_from_below_and_from_above_are_each_others_complement():
    # More who fail is fewer who pass: the same gap, seen from the other side.
    above = decided(requirement(**HIGHEST[Form.DIFFERENCE]), contrast(42, 200, 40, 200, Form.DIFFERENCE))
    mirrored = {**HIGHEST[Form.DIFFERENCE], "op": ">=", "threshold": "-0.1"}
    below = decided(requirement(**mirrored), contrast(158, 200, 160, 200, Form.DIFFERENCE))
    assert above.detectable == pytest.approx(-below.detectable)


def test_where_no_excess_could_be_seen_none_is_named():
    asked = requirement(**HIGHEST[Form.RATIO], min_n=1)
    assert decided(asked, contrast(3, 3, 3, 3)).detectable is None
