"""Shares that are counts: of the table at hand, without sampling error, or of rows sampled from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from aiaudit.facts import Form, Measurement, Metric, Scope
from aiaudit.measuring.partitions import Bools
from aiaudit.measuring.rates import LEVEL, interval
from aiaudit.statistics.count_intervals import rate_interval
from aiaudit.subject import Subject

COUNTED = "a count of this table, not an estimate"
Params = Mapping[str, str | int | float | bool | None]


def count_of(
    metric: Metric, x: int, n: int, *, method: str, scope: Scope | None = None, params: Params | None = None
) -> Measurement:
    """Return *x* of *n* rows as a measurement of the table itself; undefined where there are no rows."""
    return Measurement(
        metric=metric.name,
        form=Form.RATE,
        value=x / n if n else None,
        n=n,
        numerator=x,
        denominator=n,
        scope=scope or {},
        method=method,
        params={**(params or {}), "no_interval": COUNTED},
    )


def share_of(
    metric: Metric,
    x: int,
    n: int,
    *,
    method: str,
    scope: Scope | None = None,
    params: Params | None = None,
    excluded: Mapping[str, int] | None = None,
) -> Measurement:
    """Return *x* of *n* sampled rows as an estimate; undefined where there are no rows."""
    low, high = rate_interval(x, n, LEVEL)
    sure = interval(float(low), float(high), "modified Wilson")
    return Measurement(
        metric=metric.name,
        form=Form.RATE,
        value=x / n if n else None,
        n=n,
        numerator=x,
        denominator=n,
        scope=scope or {},
        interval=sure,
        method=f"{method}; modified Wilson interval",
        excluded={reason: count for reason, count in (excluded or {}).items() if count},
        params={**(params or {}), **({} if sure else {"no_interval": "nobody is left to count"})},
    )


def counts_by_group(subject: Subject, metric: Metric, hits: Bools, method: str) -> Iterator[Measurement]:
    """Yield the share of rows that are *hits*, shape (n,), among all rows and in every group."""
    groups = subject.grouped
    x = np.rint(groups.sums(hits.astype(float))).astype(int).tolist()
    for i, (scope, n) in enumerate(zip(groups.scopes, groups.counts().tolist(), strict=True)):
        yield count_of(metric, x[i], n, method=method, scope=scope, params=groups.remarks(i))
