"""One requirement against one measurement: by value, by significance, or by interval."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from aiaudit.facts import Form, Measurement
from aiaudit.family import Family, smallest_denominator
from aiaudit.policy.model import DecideOn, Kind, Op, Requirement
from aiaudit.prospects import detectable_gap, in_rows, interval_at, rows_to_narrow, rows_to_settle, sides
from aiaudit.record import Status, Verdict
from aiaudit.statistics.multiplicity import simultaneous_level


def decide(
    requirement: Requirement, measurement: Measurement, family: Family, alpha: float, today: date
) -> Verdict:
    """Judge one measurement.

    Parameters
    ----------
    requirement : Requirement
        What is asked.
    measurement : Measurement
        What was found.
    family : Family
        Every comparison judged together with this one.
    alpha : float
        Chance of any false alarm that the policy accepts for the family.
    today : date
        Evidence that ends before this day has expired.
    """
    value = exact(measurement)
    if value is None:
        return _verdict(requirement, measurement, Status.NOT_ASSESSED, _undefined(measurement))
    outdated = _outdated(requirement, measurement, today)
    if outdated is not None:
        return _verdict(requirement, measurement, Status.FAIL, outdated)
    if requirement.decide_on is DecideOn.VALUE or requirement.kind is not Kind.MEASURED:
        return _by_value(requirement, measurement, value)
    too_small = requirement.min_n - smallest_denominator(measurement)
    if too_small > 0:
        return _too_small(requirement, measurement, too_small)
    if requirement.decide_on is DecideOn.SIGNIFICANCE:
        return _by_significance(requirement, measurement, value, family, alpha)
    return _by_interval(requirement, measurement, family, alpha)


def _outdated(requirement: Requirement, measurement: Measurement, today: date) -> str | None:
    """Return why dated evidence does not count on this day, None where it does or bears no date."""
    first, last, oldest = measurement.valid_from, measurement.expires, requirement.max_age
    if first is not None and first > today:
        return f"the evidence is dated {first.isoformat()}, which is still to come"
    if last is not None and last < today:
        return f"the evidence expired on {last.isoformat()}"
    if first is not None and oldest is not None and (today - first).days > oldest:
        return f"the evidence is of {first.isoformat()}; the policy takes none older than {oldest} days"
    return None


def exact(measurement: Measurement) -> Fraction | None:
    """Return a measurement's value as an exact number, from its counts where it has them."""
    m, reference = measurement, measurement.reference
    if m.value is None:
        return None
    if not m.counted or m.numerator is None or m.denominator is None:
        # The decimal text of the float, as the threshold is read; float() for NumPy's, which print otherwise.
        return Fraction(repr(float(m.value)))
    rate = Fraction(m.numerator, m.denominator)
    if m.form is Form.RATE or reference is None or reference.numerator is None:
        return rate
    other = Fraction(reference.numerator, reference.denominator)
    return rate / other if m.form is Form.RATIO else rate - other


def margin(requirement: Requirement, value: Fraction) -> Fraction:
    """Return the distance from the threshold, negative on the wrong side of it."""
    match requirement.op:
        case Op.AT_LEAST:
            return value - requirement.threshold
        case Op.AT_MOST:
            return requirement.threshold - value
        case Op.WITHIN:
            return requirement.threshold - abs(value)


def _verdict(
    requirement: Requirement,
    measurement: Measurement,
    status: Status,
    reason: str,
    *,
    p_adjusted: float | None = None,
    rows: int | None = None,
    detectable: float | None = None,
) -> Verdict:
    value = exact(measurement)
    return Verdict(
        requirement=requirement.id,
        status=status,
        reason=reason,
        measurement=measurement,
        margin=None if value is None else float(margin(requirement, value)),
        p_adjusted=p_adjusted,
        rows_needed=rows,
        detectable=detectable,
    )


def _undefined(measurement: Measurement) -> str:
    m, reference = measurement, measurement.reference
    if m.numerator is None or m.denominator is None:
        return "undefined"
    counts = f"{m.numerator}/{m.denominator}"
    return f"undefined: {counts}" + (
        f" against {reference.numerator}/{reference.denominator}" if reference else ""
    )


def _by_value(requirement: Requirement, measurement: Measurement, value: Fraction) -> Verdict:
    if margin(requirement, value) >= 0:
        return _verdict(requirement, measurement, Status.PASS, "the value meets the threshold")
    state = measurement.params.get("state")
    reason = "the value breaches the threshold" if state is None else str(state)
    return _verdict(requirement, measurement, Status.FAIL, reason)


def _too_small(requirement: Requirement, measurement: Measurement, rows: int) -> Verdict:
    own = measurement.n if measurement.denominator is None else measurement.denominator
    what = "the group" if own < requirement.min_n else "the reference group"
    counted = smallest_denominator(measurement)
    reason = f"too few to tell: {counted} counted in {what}, the policy asks for {requirement.min_n}"
    if measurement.params.get("unknown_group"):
        reason += "; find out their group rather than more of them"
    needed = in_rows(measurement, rows) if own < requirement.min_n else None
    return _verdict(requirement, measurement, Status.INCONCLUSIVE, reason, rows=needed)


def _by_significance(
    requirement: Requirement, measurement: Measurement, value: Fraction, family: Family, alpha: float
) -> Verdict:
    p = family.p(requirement, measurement)
    if p is None:
        return _verdict(
            requirement,
            measurement,
            Status.INCONCLUSIVE,
            "no test of significance was reported for this number",
        )
    breached, significant = margin(requirement, value) < 0, p <= alpha
    if breached and significant:
        reason = "the value breaches the threshold, and the difference is significant"
        return _verdict(requirement, measurement, Status.FAIL, reason, p_adjusted=p)
    if breached and not _is_parity(requirement, measurement):
        reason = "the value breaches the threshold, but with so few rows chance alone could explain it"
        rows = rows_to_settle(measurement, alpha / family.size)
        return _verdict(requirement, measurement, Status.INCONCLUSIVE, reason, p_adjusted=p, rows=rows)
    reason = (
        "the difference is significant but within the threshold" if significant else "no evidence of a breach"
    )
    seen = detectable_gap(requirement, measurement, alpha / family.size)
    return _verdict(requirement, measurement, Status.PASS, reason, p_adjusted=p, detectable=seen)


def _is_parity(requirement: Requirement, measurement: Measurement) -> bool:
    """Where the threshold is parity itself every sample breaches it; there significance alone decides."""
    parity = {Form.DIFFERENCE: 0, Form.RATIO: 1}
    return requirement.threshold == parity.get(measurement.form)


def _by_interval(requirement: Requirement, measurement: Measurement, family: Family, alpha: float) -> Verdict:
    level = float(simultaneous_level(alpha, family.size))
    ends = interval_at(measurement, level)
    if ends is None:
        return _verdict(
            requirement, measurement, Status.INCONCLUSIVE, "no interval was reported for this number"
        )
    low, high = ends
    inside, outside = sides(requirement, low, high)
    span = f"the interval {low:.3f} to {high:.3f} at level {level:.4g}"
    if inside:
        return _verdict(requirement, measurement, Status.PASS, f"{span} lies within the threshold")
    if outside:
        return _verdict(requirement, measurement, Status.FAIL, f"{span} lies beyond the threshold")
    rows = rows_to_narrow(requirement, measurement, level)
    return _verdict(
        requirement, measurement, Status.INCONCLUSIVE, f"{span} straddles the threshold", rows=rows
    )
