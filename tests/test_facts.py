"""What a check reports is a number or nothing: never infinite, never the wrong way round."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiaudit.facts import Interval, Measurement

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)


@given(low=NUMBERS, high=NUMBERS)
def test_an_interval_is_finite_and_ordered(low, high):
    if math.isfinite(low) and math.isfinite(high) and low <= high:
        assert Interval(low=low, high=high, level=0.95, method="m").low == low
    else:
        with pytest.raises(ValueError, match="not an interval"):
            Interval(low=low, high=high, level=0.95, method="m")


@given(value=NUMBERS)
def test_a_measurement_is_a_finite_number_or_nothing(value):
    if math.isfinite(value):
        assert Measurement(metric="m", value=value, n=1).value == value
    else:
        with pytest.raises(ValueError, match="an undefined value is None"):
            Measurement(metric="m", value=value, n=1)
    assert Measurement(metric="m", value=None, n=0).value is None
