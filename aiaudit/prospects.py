"""What would settle an open question, and what the sample could have shown."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from aiaudit.facts import Form, Measurement
from aiaudit.policy.model import Op, Requirement
from aiaudit.statistics._counts import critical
from aiaudit.statistics.count_intervals import difference_interval, rate_interval, ratio_interval
from aiaudit.statistics.intervals import at_level
from aiaudit.statistics.power import rows_needed, smallest_detectable_difference

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Chance with which a gap should be seen, as `aiaudit.statistics.power` has it by default.
POWER = 0.8
#: Multiples of a group's rows that are tried when asked how many would settle a question; a fifth apart.
GROWTH = 2.0 ** np.arange(0.25, 20.25, 0.25)


def interval_at(
    measurement: Measurement, level: float, growth: npt.ArrayLike = 1.0
) -> tuple[Floats, Floats] | None:
    """Return the measurement's interval at another level, recomputed from counts where there are any.

    With *growth*, as it would be if the group had so many times its rows and the same value.
    """
    m, reference = measurement, measurement.reference
    if m.interval is None or m.value is None:
        return None
    times = np.asarray(growth, np.float64)
    if not m.counted or m.numerator is None or m.denominator is None:
        low, high = at_level(m.interval.low, m.interval.high, m.value, m.interval.level, level)
        return m.value - (m.value - low) / np.sqrt(times), m.value + (high - m.value) / np.sqrt(times)
    x, n = np.rint(m.numerator * times), np.rint(m.denominator * times)
    if m.form is Form.RATE or reference is None or reference.numerator is None:
        return rate_interval(x, n, level)
    between = ratio_interval if m.form is Form.RATIO else difference_interval
    return between(x, n, reference.numerator, reference.denominator, level)


def sides(requirement: Requirement, low: Floats, high: Floats) -> tuple[Bools, Bools]:
    """Return whether an interval lies within the limit, and whether it lies wholly beyond."""
    limit = float(requirement.threshold)
    match requirement.op:
        case Op.AT_LEAST:
            return low >= limit, high < limit
        case Op.AT_MOST:
            return high <= limit, low > limit
        case Op.WITHIN:
            return (-limit <= low) & (high <= limit), (high < -limit) | (low > limit)


def in_rows(measurement: Measurement, counted: float) -> int | None:
    """Convert members of a denominator (say, the qualified) to rows of the group they come from.

    None where rows are no remedy: no number suffices, or the group is that of people whose group is unknown.
    """
    if not math.isfinite(counted) or measurement.params.get("unknown_group"):
        return None
    share = measurement.denominator / measurement.n if measurement.denominator and measurement.n else 1.0
    return math.ceil(counted / share)


def rows_to_settle(measurement: Measurement, alpha: float) -> int | None:
    """Return about how many more rows of the group would show the observed gap to be significant."""
    m, reference = measurement, measurement.reference
    if reference is None or m.numerator is None or m.denominator is None or reference.numerator is None:
        return None
    counted = rows_needed(m.numerator, m.denominator, reference.numerator, reference.denominator, alpha)
    return in_rows(m, float(counted))


def rows_to_narrow(requirement: Requirement, measurement: Measurement, level: float) -> int | None:
    """Return about how many more rows of the group would bring the interval to one side of the limit."""
    ends = interval_at(measurement, level, GROWTH)
    if ends is None:
        return None
    settled = np.logical_or(*sides(requirement, *ends))
    more = measurement.n * (GROWTH[np.argmax(settled)] - 1)
    return in_rows(replace(measurement, denominator=None), more if settled.any() else math.inf)


def detectable_gap(requirement: Requirement, measurement: Measurement, alpha: float) -> float | None:
    """Return the value of the metric that these sizes would have shown to differ (with a power of 80 %)."""
    m, reference = measurement, measurement.reference
    if reference is None or m.value is None:
        return None
    if not m.counted or not m.denominator or reference.numerator is None:
        return _detectable_by_interval(requirement, m, alpha)
    rate, sizes = reference.numerator / reference.denominator, (m.denominator, reference.denominator)
    # A gap in errors lies above the reference: what is looked for is the side on which the group was found.
    found_above = m.form is Form.DIFFERENCE and (m.value > 0 or (m.value == 0 and rate < 0.5))
    if requirement.op is Op.AT_MOST or (requirement.op is Op.WITHIN and found_above):
        gap = smallest_detectable_difference(sizes[0], 1 - rate, sizes[1], alpha)
    else:
        gap = -smallest_detectable_difference(sizes[0], rate, sizes[1], alpha)
    # A ratio to zero is undefined, and has left above.
    found = 1 + gap / rate if m.form is Form.RATIO else gap
    return float(found) if math.isfinite(found) else None


def _detectable_by_interval(requirement: Requirement, m: Measurement, alpha: float) -> float | None:
    """Read the standard error off the interval (of the logarithm, for a ratio)."""
    if m.interval is None or m.value is None or (m.form is Form.RATIO and m.interval.low <= 0):
        return None
    ends = np.array([m.interval.low, m.interval.high])
    low, high = np.log(ends) if m.form is Form.RATIO else ends
    error = (high - low) / (2 * critical(m.interval.level))
    gap = float((critical(1 - alpha) + ndtri(POWER)) * error)
    above = requirement.op is Op.AT_MOST or (
        requirement.op is Op.WITHIN and m.form is Form.DIFFERENCE and m.value > 0
    )
    signed = gap if above else -gap
    return math.exp(signed) if m.form is Form.RATIO else signed
