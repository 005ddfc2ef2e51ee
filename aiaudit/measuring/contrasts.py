"""Contrasts of groups with a reference group, as measurements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from aiaudit.facts import Form, Measurement, Metric, Reference, Scope
from aiaudit.measuring.rates import LEVEL, Ints, Rates, Weighted, interval, number, partitions
from aiaudit.measuring.reference import choose
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
    rule : str
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
    rule: str
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
        return two_proportions(self.x1, self.n1, self.x2, self.n2)

    @property
    def x1(self) -> Ints:
        """Numerators of the compared groups."""
        return self.rates.x[self.groups]

    @property
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
        why_not = "a count, not an estimate" if form is Form.VALUE else "undefined"
        for i, group in enumerate(self.groups):
            sure = None if values[i] is None else interval(low[i], high[i], method.split("; ")[-1])
            p_value = self._p_value(i) if tested and values[i] is not None else None
            yield Measurement(
                metric=metric.name,
                form=form,
                value=values[i],
                n=int(self.rates.rows[group]),
                numerator=int(self.x1[i]),
                denominator=int(self.n1[i]),
                scope=self.rates.scopes[group],
                interval=sure,
                p_value=p_value,
                tests={} if p_value is None else self._tests(i),
                effective_n=self._effective(i),
                reference=self._reference(i),
                method=method if p_value is None else f"{method}; {self._chosen(i)}",
                params=self.rates.remarks(group, None if sure else why_not),
            )

    def _p_value(self, i: int) -> float | None:
        p = self.test.p_value[i] if self.design is None else self.design.p_value[i]
        return None if np.isnan(p) else float(p)

    def _chosen(self, i: int) -> str:
        return str(self.test.chosen[i]) if self.design is None else "z"

    def _tests(self, i: int) -> dict[str, float]:
        if self.design is not None:
            return {}
        named = {"fisher": self.test.fisher[i], "pooled_z": self.test.pooled_z[i], "z": self.test.z[i]}
        return {name: float(value) for name, value in named.items() if np.isfinite(value)}

    def _effective(self, i: int) -> float | None:
        return None if self.design is None else float(self.design.effective_n[i])

    def _reference(self, i: int) -> Reference:
        return Reference(
            scope=self.references[i],
            numerator=int(self.x2[i]),
            denominator=int(self.n2[i]),
            rule=self.rule,
            looks=float(self.looks[i]),
            value=None if self.design is None else number(self.design.second.value[i]),
        )


def contrasts(rates: Rates, rule: str = "most_favoured") -> Contrasts | None:
    """Set every group against the reference of its partition.

    Parameters
    ----------
    rates : Rates
        The rates compared.
    rule : str
        ``most_favoured`` or ``largest`` (see `aiaudit.measuring.reference.choose`), or ``rest`` (everyone else).

    Returns
    -------
    Contrasts or None
        None where no partition has two groups with a rate.
    """
    found = [
        pairs
        for part in partitions(rates.parts, len(rates.scopes))
        for pairs in [_pairs(rates, part, rule)]
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


class _Pairs(NamedTuple):
    """Compared groups of one partition, and what each is set against: counts and sums of weights, (k, c)."""

    groups: npt.NDArray[np.intp]
    second: Floats
    references: Sequence[Scope]
    looks: Floats


def _pairs(rates: Rates, part: slice, rule: str) -> _Pairs | None:
    n, known = rates.n[part], rates.known[part]
    # Counts stay exact as floats below 2**53.
    sums = np.array([rates.x, rates.n, *(rates.weighted or ())], float)[:, part]
    if rule == "rest":
        if np.count_nonzero(n) < 2 or not known[n > 0].any():
            return None
        others = np.maximum(sums.sum(axis=1, keepdims=True) - sums, 0)
        return _Pairs(part.start + np.arange(len(n)), others, [{}] * len(n), np.ones(len(n)))
    chosen = choose(rates.value[part], n, known, rates.metric.better, rule)
    if chosen is None:
        return None
    size, best = len(chosen.others), chosen.best
    references = [rates.scopes[part.start + best]] * size
    return _Pairs(part.start + chosen.others, sums[:, [best] * size], references, chosen.looks)


def _listed(values: Floats) -> list[float | None]:
    return [number(v) for v in values]


def _weighted_rate(n: Ints, sums: Weighted) -> WeightedRate:
    return weighted_rate(n, sums.n, sums.nn, sums.x, sums.xx, LEVEL)
