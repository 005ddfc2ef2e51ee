"""Pairs of decisions counted: how often they differ, and which way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiaudit.facts import Form, Measurement, Metric, Reference, Scope
from aiaudit.measuring.estimates import Param
from aiaudit.measuring.rates import LEVEL, interval, number
from aiaudit.statistics.count_intervals import rate_interval
from aiaudit.statistics.paired import mcnemar, paired_difference


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Decisions on people of a group, each beside another decision.

    Parameters
    ----------
    scope : Scope
        The group.
    rows : int
        Its rows.
    n : int
        Pairs.
    only_own, only_other : int
        Pairs in which only the own, or only the other decision, is favourable.
    method : str
        Where the pairs come from.
    params : mapping
        Settings the numbers depend on.
    """

    scope: Scope
    rows: int
    n: int
    only_own: int
    only_other: int
    method: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def rate(self, metric: Metric, x: int) -> Measurement:
        """Return *x* of the pairs as a rate."""
        low, high = rate_interval(x, self.n, LEVEL)
        sure = interval(float(low), float(high), "modified Wilson")
        return Measurement(
            metric=metric.name,
            form=Form.RATE,
            value=x / self.n if self.n else None,
            n=self.rows,
            numerator=x,
            denominator=self.n,
            scope=self.scope,
            interval=sure,
            method=f"{self.method}; modified Wilson interval",
            params={**self.params, **({} if sure else {"no_interval": "undefined: there is no pair"})},
        )

    def difference(self, metric: Metric, reference: Scope, rule: str, looks: float) -> Measurement:
        """Return the rate of favourable decisions minus that of the others."""
        value, low, high = paired_difference(self.only_own, self.only_other, self.n, LEVEL)
        sure = interval(float(low), float(high), "Bonett-Price")
        return Measurement(
            metric=metric.name,
            form=Form.DIFFERENCE,
            value=number(float(value)),
            n=self.rows,
            denominator=self.n,
            scope=self.scope,
            interval=sure,
            p_value=float(mcnemar(self.only_own, self.only_other)) if self.n else None,
            reference=Reference(scope=reference, numerator=None, denominator=self.n, rule=rule, looks=looks),
            method=f"{self.method}; McNemar's exact test",
            params={
                **self.params,
                "only_own_favourable": self.only_own,
                "only_other_favourable": self.only_other,
                **({} if sure else {"no_interval": "undefined: there is no pair"}),
            },
        )
