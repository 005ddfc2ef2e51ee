"""Inequality of benefits: 2 where a decision is undeservedly favourable, 0 where undeservedly not, else 1."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.facts import Measurement, Metric
from aiaudit.measuring.functions import Complex, Summary, Tables
from aiaudit.measuring.partitions import Floats
from aiaudit.measuring.rates import LEVEL, interval, number
from aiaudit.statistics.between import between_groups

#: Benefit of the cells (actual, predicted): true negative, false positive, false negative, true positive.
BENEFIT = np.array([1.0, 2.0, 0.0, 1.0])


def _rows(n: Floats) -> Floats:
    return np.asarray(n.sum(axis=1))


def _wrong(n: Floats) -> Floats:
    # Benefits differ where decisions are wrong: with few of those, chance makes the error small.
    return np.asarray(n[:, 1] + n[:, 2])


def _mean(p: Complex) -> Complex:
    return np.asarray(p @ BENEFIT)


def _squared(p: Complex) -> Complex:
    return np.asarray((p @ BENEFIT**2 / _mean(p) ** 2 - 1) / 2)


def _theil(p: Complex) -> Complex:
    # b ln b is 0 for benefits of 0 and 1.
    return np.asarray(2 * np.log(2) * p[..., 1] / _mean(p) - np.log(_mean(p)))


def entropy(metric: Metric) -> Summary:
    """Return the generalized entropy of order 2: half the squared coefficient of variation."""
    return Summary(metric=metric, function=_squared, size=_wrong, bounds=(0.0, np.inf))


def theil(metric: Metric) -> Summary:
    """Return Theil's index, the generalized entropy of order 1."""
    return Summary(metric=metric, function=_theil, size=_wrong, bounds=(0.0, np.inf))


def within(metric: Metric, attribute: str, groups: Tables) -> Iterator[Measurement]:
    """Yield the part of the entropy of order 2 that lies within the groups of one attribute."""
    size = len(groups.scopes)

    def inside(p: Complex) -> Complex:
        table = p.reshape(*p.shape[:-1], size, 4)
        share = table.sum(axis=-1)
        mean = table @ BENEFIT / share
        spread = table @ BENEFIT**2 / share - mean**2
        return np.asarray((share * spread).sum(axis=-1) / (share * mean).sum(axis=-1) ** 2 / 2)

    joint = Tables(
        scopes=({"attribute": attribute},),
        known=np.ones(1, bool),
        parts=(1,),
        sums=groups.sums.reshape(3, 1, size * 4),
        weighted=groups.weighted,
    )
    summary = Summary(metric=metric, function=inside, size=_rows, bounds=(0.0, np.inf))
    yield from summary.estimates(joint).measurements()


def between(metric: Metric, attribute: str, groups: Tables) -> Iterator[Measurement]:
    """Yield the part of the entropy of order 2 that lies between the groups of one attribute."""
    rows, weights, squares = groups.sums
    total = weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = weights @ BENEFIT / total
        variance = weights @ BENEFIT**2 / total - mean**2
    # Shares are those of the weights; sureness is that of the effective rows.
    kish = weights.sum() ** 2 / squares.sum() / weights.sum()
    found = between_groups(total * kish, mean, variance, LEVEL)
    method = "half the squared coefficient of variation of the groups' mean benefits"
    sure = interval(found.low, found.high, "noncentral chi-square")
    yield Measurement(
        metric=metric.name,
        value=number(found.value),
        n=int(rows.sum()),
        denominator=int(rows.sum()),
        effective_n=float(total.sum() * kish) if groups.weighted else None,
        scope={"attribute": attribute},
        interval=sure,
        p_value=number(found.p_value),
        method=f"{method}; chi-square test of equal means",
        params={
            "groups": len(groups.scopes),
            **({} if sure else {"no_interval": "undefined, or no decision is wrong"}),
        },
    )
