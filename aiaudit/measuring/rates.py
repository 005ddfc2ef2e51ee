"""Rates of groups, each with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from aiaudit.facts import Form, Interval, Measurement, Metric, Scope
from aiaudit.measuring.partitions import Bools, Floats
from aiaudit.statistics.count_intervals import rate_interval
from aiaudit.statistics.weighted import WeightedRate, weighted_rate
from aiaudit.subject import Subject

Ints = npt.NDArray[np.int64]


#: Level of every interval that is reported; the judge widens it where several are read together.
LEVEL = 0.95


class Weighted(NamedTuple):
    """Sums of the rows' weights and of their squares, over the denominators and over the numerators; shape (g,)."""

    n: Floats
    nn: Floats
    x: Floats
    xx: Floats


@dataclass(frozen=True, kw_only=True)
class Rates:
    """One rate in every group of one partition or of several.

    Parameters
    ----------
    metric : Metric
        The rate.
    scopes : tuple of Scope, length g
        Groups.
    known : ndarray of bool, shape (g,)
        Whether the group's protected values are known.
    x, n : ndarray of int64, shape (g,)
        Numerator and denominator.
    rows : ndarray of int64, shape (g,)
        Rows of the group, whether or not they enter the denominator.
    parts : tuple of int
        Groups in each partition, which follow one another; empty where there is one.
    weighted : Weighted or None
        Sums of weights behind the counts, where rows are weighted.
    """

    metric: Metric
    scopes: tuple[Scope, ...]
    known: npt.NDArray[np.bool_]
    x: Ints
    n: Ints
    rows: Ints
    parts: tuple[int, ...] = ()
    weighted: Weighted | None = None

    @cached_property
    def design(self) -> WeightedRate | None:
        """The weighted rates, their errors and intervals; None where rows are not weighted."""
        if self.weighted is None:
            return None
        n, nn, x, xx = self.weighted
        return weighted_rate(self.n, n, nn, x, xx, LEVEL)

    @property
    def value(self) -> Floats:
        """Each group's rate, NaN where undefined; shape (g,)."""
        if self.design is not None:
            return self.design.value
        with np.errstate(invalid="ignore"):
            return self.x / self.n

    @cached_property
    def ends(self) -> tuple[Floats, Floats]:
        """Ends of each rate's interval: modified Wilson, or Korn and Graubard's where rows are weighted."""
        if self.design is not None:
            return self.design.low, self.design.high
        return rate_interval(self.x, self.n, LEVEL)

    def measurements(self) -> Iterator[Measurement]:
        """Yield each group's rate with its interval."""
        design, values = self.design, self.value
        name = "modified Wilson" if design is None else "Korn-Graubard"
        low, high = self.ends
        for i, scope in enumerate(self.scopes):
            sure = interval(low[i], high[i], name)
            yield Measurement(
                metric=self.metric.name,
                form=Form.RATE,
                value=None if np.isnan(values[i]) else float(values[i]),
                n=int(self.rows[i]),
                effective_n=self.effective(i),
                numerator=int(self.x[i]),
                denominator=int(self.n[i]),
                scope=scope,
                interval=sure,
                method=f"share of {'counts' if design is None else 'weights'}; {name} interval",
                params=self.remarks(i, None if sure else "undefined: the denominator is 0"),
            )

    def effective(self, i: int) -> float | None:
        """Return the rows of equal weight that group *i*'s denominator is worth, None where rows are not weighted."""
        if self.design is None:
            return None
        worth = float(self.design.effective_n[i])
        return 0.0 if np.isnan(worth) else worth

    def remarks(self, i: int, no_interval: str | None) -> dict[str, str | int | float | bool | None]:
        """Return what the reader of group *i*'s number must know beside it."""
        unknown: dict[str, str | int | float | bool | None] = {} if self.known[i] else {"unknown_group": True}
        return unknown if no_interval is None else {**unknown, "no_interval": no_interval}


def rates_of(subject: Subject, metric: Metric, hits: Bools, among: Bools | None = None, **key: str) -> Rates:
    """Return the share of rows that are *hits*, of rows *among* which they lie, in every group of every partition.

    Parameters
    ----------
    subject : Subject
        Gives groups and, where there are any, weights.
    metric : Metric
        The rate.
    hits, among : ndarray of bool, shape (n,)
        Numerator and denominator; by default all rows are the denominator.
    **key : str
        Added to each scope: which label, which part of a list.
    """
    groups = subject.grouped
    rows = groups.counts()
    masks = [
        None if among is None else among.astype(float),
        (hits if among is None else hits & among).astype(float),
    ]
    n, x = (rows if mask is None else np.rint(groups.sums(mask)).astype(np.int64) for mask in masks)
    weighted = None
    if subject.weights is not None:
        w = [subject.weights if mask is None else subject.weights * mask for mask in masks]
        weighted = Weighted(*(groups.sums(v) for v in (w[0], w[0] ** 2, w[1], w[1] ** 2)))
    scopes = tuple({**scope, **key} for scope in groups.scopes)
    return Rates(
        metric=metric,
        scopes=scopes,
        known=groups.known,
        x=x,
        n=n,
        rows=rows,
        parts=groups.parts,
        weighted=weighted,
    )


def together(found: Sequence[Rates]) -> Rates:
    """Return the same rate of several tables as one, one table after another."""
    one = found[0]
    weighted = None
    if one.weighted is not None:
        weighted = Weighted(
            *(np.concatenate(sums) for sums in zip(*(f.weighted or () for f in found), strict=True))
        )
    return Rates(
        metric=one.metric,
        scopes=tuple(scope for each in found for scope in each.scopes),
        known=np.concatenate([each.known for each in found]),
        x=np.concatenate([each.x for each in found]),
        n=np.concatenate([each.n for each in found]),
        rows=np.concatenate([each.rows for each in found]),
        parts=tuple(part for each in found for part in (each.parts or (len(each.scopes),))),
        weighted=weighted,
    )


def partitions(parts: Sequence[int], groups: int) -> Iterator[slice]:
    """Yield where each partition's groups are, of *groups* in all; no parts are one partition."""
    ends = np.cumsum(parts or (groups,)).tolist()
    yield from (slice(start, end) for start, end in pairwise([0, *ends]))


def interval(low: float, high: float, method: str) -> Interval | None:
    """Return the interval at the house level, None where an end is undefined."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return None
    return Interval(low=float(low), high=float(high), level=LEVEL, method=method)


def number(value: float) -> float | None:
    """Return a number of NumPy's as Python's; None where it is undefined."""
    return float(value) if np.isfinite(value) else None
