"""What changed between two audits beyond noise, requirement by requirement and scope by scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from aiaudit.archive.changes import change_of_difference, change_of_ratio, change_of_value
from aiaudit.archive.readings import Asked, Counts, Key, Reading, Readings
from aiaudit.statistics.hypothesis_tests import two_proportions
from aiaudit.statistics.multiplicity import holm

#: Chance of any false alarm over all comparisons of two audits.
ALPHA = 0.05


@dataclass(frozen=True, kw_only=True)
class Change:
    """One requirement in one scope, then and now.

    Parameters
    ----------
    asked : Asked
        The requirement, as it stands now.
    scope : mapping
        Where.
    reference : mapping or None
        Whom the scope's group is set against, both times: the reference of the earlier audit.
    mutual : bool
        Whether the gap counts the same whichever of the two is ahead, as it does where every group is set
        against the one that fares best.
    old_status, new_status : str
        What was judged; ``reference`` where the others were set against this group, empty where it does not occur.
    old_value, new_value : float or None
        The number.
    p_value, p_adjusted : float or None
        Test of "nothing changed", and corrected for every comparison; None where nothing was tested.
    method : str
        How it was tested, or why it was not.
    """

    asked: Asked
    scope: Mapping[str, str]
    reference: Mapping[str, str] | None = None
    mutual: bool = False
    old_status: str = ""
    new_status: str = ""
    old_value: float | None = None
    new_value: float | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    method: str = ""

    @property
    def beyond_noise(self) -> bool:
        """Whether chance does not explain the change."""
        return self.p_adjusted is not None and self.p_adjusted <= ALPHA

    @property
    def direction(self) -> Literal["worse", "better", "moved"]:
        """``worse`` where the number moved away from what is asked, ``better``, or ``moved`` for neither."""
        if self.old_value is None or self.new_value is None:
            return "moved"
        then, now = self._distance(self.old_value), self._distance(self.new_value)
        return "worse" if now > then else "better" if now < then else "moved"

    def _distance(self, value: float) -> float:
        """Return how far a value is from what is asked, in a measure that orders them."""
        if self.mutual:
            return -min(value, 1 / value) if value else 0.0
        return {">=": -value, "<=": value, "within": abs(value)}[self.asked.op]


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """The numbers of one comparison; `counts` are those of a group, or of a group and its reference."""

    change: Change
    form: str = ""
    counts: tuple[Sequence[Counts], Sequence[Counts]] = ((), ())
    looks: float = 1.0


def compare(old: Readings, new: Readings) -> tuple[Change, ...]:
    """Compare two audits.

    A contrast is set against the earlier audit's reference group both times: a reference that is picked
    anew because it now fares best would make every gap look wider.

    Parameters
    ----------
    old, new : Readings
        The earlier audit and the later one.

    Returns
    -------
    tuple of Change
        Every requirement and scope that either audit judged, in the order of the earlier one.
    """
    pairs = [_pair(old, new, key) for key in dict.fromkeys([*old.found, *new.found])]
    return _corrected([_tested(pair) for pair in pairs])


def pooled(past: Sequence[Readings]) -> Readings:
    """Return several audits as one whose counts are their sums.

    Parameters
    ----------
    past : sequence of Readings
        At least one, oldest first, each of other data. The last one says what is asked, who the references
        are, and what cannot be summed up.
    """
    last = past[-1]
    found = {key: _summed(reading, past) for key, reading in last.found.items()}
    keys = [key for one in past for key in one.counts]
    counts = {key: _sum(one.counts[key] for one in past if key in one.counts) for key in keys}
    return replace(last, found=found, counts=counts)


def _summed(reading: Reading, past: Sequence[Readings]) -> Reading:
    alike = [
        (own, others)
        for one in past
        if (own := one.counts.get(reading.key)) and (others := _others(one, reading)) is not None
    ]
    if reading.own is None or reading.form == "value" or not alike:
        return reading
    own, others = _sum(own for own, _ in alike), _sum(others for _, others in alike if others)
    summed = replace(reading, own=own, others=others if reading.others else None)
    return replace(summed, value=_value(summed.form, [own, *([others] if reading.others else [])]))


def _others(one: Readings, reading: Reading) -> Counts | tuple[()] | None:
    """Return the counts of the reading's reference in another audit; () where it needs none, None if unknown."""
    if reading.others is None:
        return ()
    if reading.reference:
        return one.counts.get((reading.asked.id, tuple(sorted(reading.reference.items()))))
    same = one.found.get(reading.key)
    return same.others if same is not None and same.rule == reading.rule else None


def _sum(counts: Iterable[Counts]) -> Counts:
    listed = list(counts)
    return sum(x for x, _ in listed), sum(n for _, n in listed)


def _value(form: str, counts: Sequence[Counts]) -> float | None:
    """Return a rate, or a contrast of two, from counts; None where it is undefined."""
    if any(n == 0 for _, n in counts):
        return None
    (x1, n1), (x2, n2) = counts[0], counts[-1]
    if form == "rate":
        return x1 / n1
    if form == "difference":
        return (x1 * n2 - x2 * n1) / (n1 * n2)
    return (x1 * n2) / (n1 * x2) if x2 else None


def _pair(old: Readings, new: Readings, key: Key) -> _Pair:
    before, after = old.found.get(key), new.found.get(key)
    one = before or after
    assert one is not None  # the key is one of either's
    change = Change(
        asked=one.asked if after is None else after.asked,
        scope=one.scope,
        old_status=_status(old, key),
        new_status=_status(new, key),
        old_value=None if before is None else before.value,
        new_value=None if after is None else after.value,
    )
    if before is None:
        return _Pair(change=replace(change, method="not in the earlier audit"))
    if after is not None and (after.asked.check, after.asked.metric) != (
        before.asked.check,
        before.asked.metric,
    ):
        return _Pair(change=replace(change, method="the requirement reads another number now"))
    if before.form == "value":
        return _by_interval(change, before, after)
    return _by_counts(change, before, new)


def _status(one: Readings, key: Key) -> str:
    found = one.found.get(key)
    return found.status if found is not None else "reference" if key in one.counts else ""


def _by_interval(change: Change, before: Reading, after: Reading | None) -> _Pair:
    if after is None or before.value is None or after.value is None:
        return _Pair(change=replace(change, method="there is nothing to compare with"))
    if before.interval is None or after.interval is None:
        return _Pair(change=replace(change, method="no counts and no interval to tell noise by"))
    _, p = change_of_value((before.value, *before.interval), (after.value, *after.interval))
    return _Pair(change=replace(change, p_value=p, method="from the stored intervals"))


def _by_counts(change: Change, before: Reading, new: Readings) -> _Pair:
    own, others = new.counts.get(before.key), _others(new, before)
    if before.own is None or own is None or others is None:
        return _Pair(change=replace(change, new_value=None, method="there is nothing to compare with"))
    then = [before.own, *([before.others] if before.others else [])]
    now = [own, *([others] if others else [])]
    change = replace(
        change,
        reference=before.reference,
        mutual=before.form == "ratio" and before.rule == "most_favoured",
        # Both from counts: the record rounds the values that it tells.
        old_value=_value(before.form, then),
        new_value=_value(before.form, now),
    )
    return _Pair(change=change, form=before.form, counts=(then, now), looks=before.looks)


def _tested(pair: _Pair) -> _Pair:
    if not pair.form:
        return pair
    then, now = ([float(number) for counts in side for number in counts] for side in pair.counts)
    if any(n == 0 for side in pair.counts for _, n in side):
        return replace(pair, change=replace(pair.change, method="undefined: nobody to count"))
    if pair.form == "rate":
        p, method = two_proportions(*now, *then).p_value, "two proportions"
    elif pair.form == "ratio":
        (_, p), method = change_of_ratio(then, now), "difference of log ratios"
    else:
        (_, p), method = change_of_difference(then, now), "difference of differences"
    return replace(pair, change=replace(pair.change, p_value=float(p), method=method))


def _corrected(pairs: Sequence[_Pair]) -> tuple[Change, ...]:
    tested = [pair for pair in pairs if pair.change.p_value is not None]
    p = np.array([pair.change.p_value for pair in tested], np.float64)
    # A reference that was picked because its rate was extreme was compared with others on the way.
    adjusted = iter(holm(p, sum(max(pair.looks, 1.0) for pair in tested)))
    return tuple(
        pair.change if pair.change.p_value is None else replace(pair.change, p_adjusted=float(next(adjusted)))
        for pair in pairs
    )
