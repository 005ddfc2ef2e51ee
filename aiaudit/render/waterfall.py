"""The waterfall of one decision: from the average of those compared with to the person's own output."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from aiaudit.explaining.attribute import Attributions
from aiaudit.render.drawing import Scale, around

#: Columns that are drawn; the others are one bar.
DRAWN = 12
#: Room at both ends of the axis, in percent.
MARGIN = 2.0
#: Standard errors on either side of a sampled value.
ERRORS = 2.0


@dataclass(frozen=True, kw_only=True)
class Fall:
    """One bar: what a column added to the output, or took from it.

    Parameters
    ----------
    column : str or None
        The column; None for all that have no bar of their own.
    part : float
        What it added; what it took, negative.
    reach : float
        How far the interval goes to either side; 0 where the value is exact.
    before, after : str
        Places of the output without the column and with it, in percent of the width.
    start, width : str
        Where the bar begins and how wide it is.
    low, high : str or None
        Places of the ends of the interval around `after`; None where the value is exact.
    """

    column: str | None
    part: float
    reach: float
    before: str
    after: str
    start: str
    width: str
    low: str | None
    high: str | None


@dataclass(frozen=True, kw_only=True)
class Waterfall:
    """Bars from `base` to `total`; `hidden` columns share the last, `ticks` are pairs of a place and a number."""

    base: float
    total: float
    base_at: str
    total_at: str
    falls: tuple[Fall, ...]
    hidden: int
    ticks: tuple[tuple[str, float], ...]


def waterfall(found: Attributions) -> Waterfall:
    """Return the waterfall of the only row that *found* explains, the largest parts first."""
    values, errors = found.values[0], found.errors[0]
    order = np.argsort(-np.abs(np.round(values, 12)), kind="stable")
    moving = [int(j) for j in order if values[j] or errors[j]]
    drawn = moving if len(moving) <= DRAWN else moving[: DRAWN - 1]
    rest = moving[len(drawn) :]
    parts = [(found.columns[j], float(values[j]), float(errors[j])) for j in drawn]
    names: list[tuple[str | None, float, float]] = [*parts]
    if rest:
        # Parts of one row add up to what is known, so that their errors rather cancel than add.
        names.append((None, float(values[rest].sum()), float(np.sqrt((errors[rest] ** 2).sum()))))
    levels = list(accumulate((part for _, part, _ in names), initial=found.base))
    ends = [
        level + side * ERRORS * e
        for level, (*_, e) in zip(levels[1:], names, strict=True)
        for side in (-1, 1)
    ]
    scale = around([*levels, *ends], margin=MARGIN)
    falls = (_fall(scale, *named, *ends) for named, ends in zip(names, pairwise(levels), strict=True))
    return Waterfall(
        base=found.base,
        total=float(found.outputs[0]),
        base_at=scale.percent(found.base),
        total_at=scale.percent(levels[-1]),
        falls=tuple(falls),
        hidden=len(rest),
        ticks=tuple((scale.percent(x), x) for x in (scale.ticks[0], scale.ticks[-1])),
    )


def _fall(scale: Scale, column: str | None, part: float, error: float, before: float, after: float) -> Fall:
    reach = ERRORS * error
    return Fall(
        column=column,
        part=part,
        reach=reach,
        before=scale.percent(before),
        after=scale.percent(after),
        start=scale.percent(min(before, after)),
        width=f"{scale.length(abs(part)):.2f}%",
        low=scale.percent(after - reach) if reach else None,
        high=scale.percent(after + reach) if reach else None,
    )
