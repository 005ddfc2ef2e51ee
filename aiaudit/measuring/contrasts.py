"""Contrasts of groups with a reference group, as measurements."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from aiaudit.facts import Form, Measurement, Metric, Reference, Scope
from aiaudit.measuring.pairs import pair
from aiaudit.measuring.rates import LEVEL, Ints, Rates, Weighted, interval, number, partitions
from aiaudit.measuring.reference import Rule
from aiaudit.measuring.weighting import WeightedContrasts
from aiaudit.statistics.count_intervals import difference_interval, ratio_interval
from aiaudit.statistics.hypothesis_tests import TwoProportions, two_proportions
from aiaudit.statistics.weighted import WeightedRate, weighted_rate

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Contrasts:
    """Every group of each partition against its reference; the reference itself is left out.

    Parameters
    ----------
    rates : Rates
        The rates compared.
    rule : str or DeclaredReference
        How the reference was chosen.
    groups : ndarray of int, shape (c,)
        Positions of the compared groups.
    x2, n2 : ndarray of int64, shape (c,)
        The reference's counts.
    references : tuple of Scope, length c
        The reference's scope.
    looks : ndarray of float, shape (c,)
        Comparisons that each contrast stands for.
    weighted2 : Weighted or None
        The reference's sums of weights, where rows are weighted.
    """

    rates: Rates
    rule: Rule
    groups: npt.NDArray[np.intp]
    x2: Ints
    n2: Ints
    references: tuple[Scope, ...]
    looks: Floats
    weighted2: Weighted | None = None

    @cached_property
    def design(self) -> WeightedContrasts | None:
        """The weighted rates set against each other; None where rows are not weighted."""
        if self.rates.weighted is None or self.weighted2 is None:
            return None
        first = Weighted(*(sums[self.groups] for sums in self.rates.weighted))
        return WeightedContrasts(
            first=_weighted_rate(self.n1, first), second=_weighted_rate(self.n2, self.weighted2)
        )

    @cached_property
    def test(self) -> TwoProportions:
        """Test of equality, c elements."""
        if self.design is not None:
            return self.design.test
        return two_proportions(self.x1, self.n1, self.x2, self.n2)

    @cached_property
    def x1(self) -> Ints:
        """Numerators of the compared groups."""
        return self.rates.x[self.groups]

    @cached_property
    def n1(self) -> Ints:
        """Denominators of the compared groups."""
        return self.rates.n[self.groups]

    def ratios(self, metric: Metric, tested: bool = True) -> Iterator[Measurement]:
        """Yield each group's rate over the reference's."""
        if self.design is not None:
            found, low, high = self.design.ratio()
            yield from self._each(
                metric, Form.RATIO, _listed(found), low, high, "ratio of weighted rates; MOVER", tested
            )
            return
        low, high = ratio_interval(self.x1, self.n1, self.x2, self.n2, LEVEL)
        defined = (self.n1 > 0) & (self.x2 > 0)
        # Integers first: 3/5 over 6/8 is exactly 0.8, and one division keeps it so.
        values = [
            int(a * d) / int(b * c) if ok else None
            for a, b, c, d, ok in zip(self.x1, self.n1, self.x2, self.n2, defined, strict=True)
        ]
        method = "ratio of rates; modified Koopman interval"
        yield from self._each(metric, Form.RATIO, values, low, high, method, tested)

    def differences(self, metric: Metric) -> Iterator[Measurement]:
        """Yield each group's rate minus the reference's."""
        if self.design is not None:
            found, low, high = self.design.difference()
            yield from self._each(
                metric, Form.DIFFERENCE, _listed(found), low, high, "difference of weighted rates; MOVER"
            )
            return
        low, high = difference_interval(self.x1, self.n1, self.x2, self.n2, LEVEL)
        values = [
            int(a * d - c * b) / int(b * d) if b and d else None
            for a, b, c, d in zip(self.x1, self.n1, self.x2, self.n2, strict=True)
        ]
        method = "difference of rates; modified Newcombe interval"
        yield from self._each(metric, Form.DIFFERENCE, values, low, high, method)

    def values(self, metric: Metric, values: Iterable[float], method: str) -> Iterator[Measurement]:
        """Yield another number of each contrast; NaN is undefined."""
        listed = _listed(np.asarray(list(values), float))
        missing = np.full(len(listed), np.nan)
        yield from self._each(metric, Form.VALUE, listed, missing, missing, method, tested=False)

    def _each(
        self,
        metric: Metric,
        form: Form,
        values: Sequence[float | None],
        low: Floats,
        high: Floats,
        method: str,
        tested: bool = True,
    ) -> Iterator[Measurement]:
        why_not, name = (
            "a count, not an estimate" if form is Form.VALUE else "undefined",
            method.split("; ")[-1],
        )
        for i, group in enumerate(self.groups.tolist()):
            value = values[i]
            sure = None if value is None else interval(low[i], high[i], name)
            test = self._tested[i] if tested and value is not None else _UNTESTED
            yield Measurement(
                metric=metric.name,
                form=form,
                value=value,
                n=int(self.rates.rows[group]),
                numerator=int(self.x1[i]),
                denominator=int(self.n1[i]),
                scope=self.rates.scopes[group],
                interval=sure,
                p_value=test.p_value,
                tests=test.tests,
                effective_n=None if self.design is None else float(self.design.effective_n[i]),
                reference=self._references[i],
                method=method + test.chosen,
                params=self.rates.remarks(group, None if sure else why_not),
            )

    @cached_property
    def _tested(self) -> list[_Tested]:
        """The test of each contrast: ratio and difference ask the same question and share it."""
        test, found = self.test, []
        counted = "" if self.design is None else " on effective counts"
        for p, fisher, pooled, z, chosen in zip(
            test.p_value, test.fisher, test.pooled_z, test.z, test.chosen, strict=True
        ):
            named = {"fisher": float(fisher), "pooled_z": float(pooled), "z": float(z)}
            finite = {name: value for name, value in named.items() if math.isfinite(value)}
            found.append(_Tested(number(p), finite, f"; {chosen}{counted}"))
        return found

    @cached_property
    def _references(self) -> list[Reference]:
        other = None if self.design is None else self.design.second.value
        return [
            Reference(
                scope=scope,
                numerator=int(self.x2[i]),
                denominator=int(self.n2[i]),
                rule=str(self.rule),
                looks=float(self.looks[i]),
                value=None if other is None else number(other[i]),
            )
            for i, scope in enumerate(self.references)
        ]


class _Tested(NamedTuple):
    """What is told of a test: the p-value to decide by, every test computed, and which was chosen."""

    p_value: float | None
    tests: Mapping[str, float]
    chosen: str


_UNTESTED = _Tested(None, {}, "")


def contrasts(rates: Rates, rule: Rule = "most_favoured") -> Contrasts | None:
    """Set every group against the reference of its partition.

    Parameters
    ----------
    rates : Rates
        The rates compared.
    rule : str or DeclaredReference
        As for `aiaudit.measuring.reference.choose`, or ``rest`` (everyone else).

    Returns
    -------
    Contrasts or None
        None where no partition has two groups with a rate.
    """
    found = [
        pairs
        for part in partitions(rates.parts, len(rates.scopes))
        for pairs in [pair(rates, part, rule)]
        if pairs
    ]
    if not found:
        return None
    return Contrasts(
        rates=rates,
        rule=rule,
        groups=np.concatenate([pairs.groups for pairs in found]),
        x2=np.concatenate([pairs.second[0] for pairs in found]).astype(np.int64),
        n2=np.concatenate([pairs.second[1] for pairs in found]).astype(np.int64),
        references=tuple(scope for pairs in found for scope in pairs.references),
        looks=np.concatenate([pairs.looks for pairs in found]),
        weighted2=None
        if rates.weighted is None
        else Weighted(*np.concatenate([pairs.second[2:] for pairs in found], axis=1)),
    )


def _listed(values: Floats) -> list[float | None]:
    return [number(v) for v in values]


def _weighted_rate(n: Ints, sums: Weighted) -> WeightedRate:
    return weighted_rate(n, sums.n, sums.nn, sums.x, sums.xx, LEVEL)
