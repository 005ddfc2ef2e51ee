"""Rates of groups compared within the values of control columns, and pooled over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import numpy as np

from aiaudit.facts import Measurement, Metric, Reference, Scope
from aiaudit.groups import Attribute
from aiaudit.measuring.cells import Cells, cells
from aiaudit.measuring.contrasts import contrasts
from aiaudit.measuring.estimates import Param
from aiaudit.measuring.partitions import Bools, Floats, Ints
from aiaudit.measuring.pooling import Pooling
from aiaudit.measuring.rates import Rates, interval, number
from aiaudit.measuring.reference import Rule, choose
from aiaudit.subject import Subject

#: Between the names of controls that are crossed.
CROSSED = " × "
NOT_SHARED = "nobody to compare with has the same value of the control"


class Against(NamedTuple):
    """Groups and what they are set against: positions, sums by stratum (k, c, s), scopes and looks."""

    groups: Ints
    second: Floats
    references: Sequence[Scope]
    looks: Floats


@dataclass(frozen=True, kw_only=True)
class Conditional:
    """One rate by group of one partition and by stratum.

    Parameters
    ----------
    rates : Rates
        The rate in every combination of stratum and group that occurs, a stratum's groups together.
    scopes : tuple of Scope, length g
        Groups.
    known : ndarray of bool, shape (g,)
        Whether the group's protected values are known.
    group, stratum : ndarray of int, shape (m,)
        Which group and stratum each combination is.
    control : str
        The control, or those that are crossed.
    """

    rates: Rates
    scopes: tuple[Scope, ...]
    known: Bools
    group: Ints
    stratum: Ints
    control: str

    @cached_property
    def sums(self) -> Floats:
        """Numerators, denominators and rows, and sums of weights where there are any; shape (k, g, s)."""
        r = self.rates
        values = np.array([r.x, r.n, r.rows, *(r.weighted or ())], float)
        table = np.zeros((len(values), len(self.scopes), int(self.stratum.max(initial=-1)) + 1))
        table[:, self.group, self.stratum] = values
        return table

    @cached_property
    def standardised(self) -> Floats:
        """Each group's rate over the one it would have at its strata's rates; NaN where that is 0."""
        x, n = self._counted
        with np.errstate(invalid="ignore", divide="ignore"):
            expected = (n * np.nan_to_num(x.sum(axis=0) / n.sum(axis=0))).sum(axis=1)
            return np.asarray(np.where(expected > 0, x.sum(axis=1) / expected, np.nan))

    @property
    def _counted(self) -> tuple[Floats, Floats]:
        weighted = self.rates.weighted is not None
        return self.sums[5 if weighted else 0], self.sums[3 if weighted else 1]

    def against(self, rule: Rule) -> Against | None:
        """Set every group against its reference: the one most favoured *within* strata, where that is the rule."""
        n = self.sums[1].sum(axis=1).astype(np.int64)
        if rule == "rest":
            if np.count_nonzero(n) < 2 or not self.known[n > 0].any():
                return None
            others = np.maximum(self.sums.sum(axis=1, keepdims=True) - self.sums, 0)
            return Against(np.arange(len(n)), others, [{}] * len(n), np.ones(len(n)))
        better = self.rates.metric.better
        chosen = choose(self.scopes, self.standardised, n, self.known, better, rule)
        if chosen is None:
            return None
        size = len(chosen.others)
        second = np.repeat(self.sums[:, [chosen.best]], size, axis=1)
        return Against(chosen.others, second, [self.scopes[chosen.best]] * size, chosen.looks)

    def pooled(self, rule: Rule, ratio: Metric, difference: Metric) -> Iterator[Measurement]:
        """Yield each group's ratio and difference to its reference, pooled over the strata that hold both."""
        found = self.against(rule)
        if found is None:
            return
        pools = Pooling(first=self.sums[:, found.groups], second=found.second)
        yield from self._each(ratio, rule, found, pools)
        yield from self._each(difference, rule, found, pools)

    def _each(self, metric: Metric, rule: Rule, found: Against, pools: Pooling) -> Iterator[Measurement]:
        value, low, high = pools.values(metric.form)
        crude, (first, second), method = pools.crude(metric.form), pools.adjusted, pools.method(metric.form)
        for i, group in enumerate(found.groups.tolist()):
            sure, known = interval(low[i], high[i], method), number(value[i])
            n1, n2 = pools.sizes[:, i].tolist()
            left_out = int(self.sums[1, group].sum()) - n1
            params: dict[str, Param] = {} if self.known[group] else {"unknown_group": True}
            params |= {"crude": number(crude[i]), "adjusted_rate": number(first[i])}
            params["strata"] = int(pools.strata[i])
            if sure is None:
                params["no_interval"] = "undefined" if known is None else "nothing varies within strata"
            yield Measurement(
                metric=metric.name,
                form=metric.form,
                value=known,
                n=int(self.sums[2, group].sum()),
                denominator=n1,
                effective_n=pools.effective(i),
                scope={**self.scopes[group], "control": self.control},
                interval=sure,
                p_value=None if known is None else number(pools.p_value[i]),
                tests={} if known is None else pools.tests[i],
                reference=Reference(
                    scope=found.references[i],
                    numerator=None,
                    denominator=n2,
                    rule=str(rule),
                    looks=float(found.looks[i]),
                    value=number(second[i]),
                ),
                method=f"pooled over strata with Mantel and Haenszel's weights; {method}; {pools.tested(i)}",
                params=params,
                excluded={NOT_SHARED: left_out} if left_out else {},
            )

    def strata(self, rate: Metric, ratio: Metric, rules: Sequence[Rule]) -> Iterator[Measurement]:
        """Yield the rate of every group in every stratum, and its ratio to the stratum's own reference."""
        parts = tuple(len(list(run)) for _, run in groupby(self.stratum.tolist()))
        rates = replace(self.rates, metric=rate, known=self.known[self.group], parts=parts)
        yield from rates.measurements()
        # Chosen among the groups, whatever the stratum is called; then named with it.
        groups = tuple(self.scopes[i] for i in self.group.tolist())
        for rule in rules:
            found = contrasts(replace(rates, scopes=groups), rule)
            if found is not None:
                own = [self._stratum_of(i) for i in found.groups.tolist()]
                references = tuple({**r, **s} for r, s in zip(found.references, own, strict=True))
                yield from replace(found, rates=rates, references=references).ratios(ratio)

    def _stratum_of(self, cell: int) -> Scope:
        group = self.scopes[int(self.group[cell])]
        return {key: label for key, label in self.rates.scopes[cell].items() if key not in group}


@dataclass(frozen=True, kw_only=True)
class Table:
    """Counts of one partition's groups within one control, or within several crossed."""

    cells: Cells
    partition: tuple[Attribute, ...]
    controls: tuple[Attribute, ...]

    @property
    def plain(self) -> bool:
        """Whether it is one attribute within one control: small enough to be listed stratum by stratum."""
        return len(self.partition) == len(self.controls) == 1

    def of(self, rates: Rates) -> Conditional:
        """Arrange rates of the cells by group and stratum."""
        names, inside = [a.name for a in self.partition], [c.name for c in self.controls]
        groups: dict[tuple[str, ...], int] = {}
        strata: dict[tuple[str, ...], int] = {}
        group = [groups.setdefault(tuple(s[a] for a in names), len(groups)) for s in rates.scopes]
        stratum = [strata.setdefault(tuple(s[c] for c in inside), len(strata)) for s in rates.scopes]
        missing = {a.name: a.missing_level for a in self.partition}
        scopes = tuple(dict(zip(names, labels, strict=True)) for labels in groups)
        return Conditional(
            rates=replace(rates, scopes=tuple({k: s[k] for k in (*names, *inside)} for s in rates.scopes)),
            scopes=scopes,
            known=np.array([all(missing[k] != v for k, v in s.items()) for s in scopes], bool),
            group=np.array(group, np.intp),
            stratum=np.array(stratum, np.intp),
            control=CROSSED.join(inside),
        )


def tables(subject: Subject, labels: Sequence[str]) -> Iterator[Table]:
    """Yield the counts of every partition within each control and, of several, within all of them crossed."""
    chosen: list[tuple[Attribute, ...]] = [(control,) for control in subject.controls]
    if len(subject.controls) > 1:
        chosen.append(subject.controls)
    for partition in subject.partitions():
        for controls in chosen if partition else ():
            yield Table(
                cells=cells(subject, (*controls, *partition), labels), partition=partition, controls=controls
            )
