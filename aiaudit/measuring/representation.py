"""The composition of the rows beside that of a declared population."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import chdtrc, ndtr

from aiaudit.facts import Form, Measurement, Metric, Reference
from aiaudit.groups import Attribute
from aiaudit.measuring.partitions import Floats
from aiaudit.measuring.rates import Rates, Weighted, interval, number
from aiaudit.subject import Subject

#: Published shares that add up to this much are the whole population, but for rounding.
WHOLE = 0.99
#: Expected rows below which the chi-square distribution is not trusted, and draws instead.
FEW, DRAWS = 5, 10_000


@dataclass(frozen=True, kw_only=True)
class Composition:
    """One attribute: shares of the rows, and of the population.

    Parameters
    ----------
    attribute : str
        Its name.
    shares : Rates
        Declared groups' shares of the rows whose group is known, g of them.
    population : ndarray of float, shape (g,)
        Declared shares of the population.
    seed : int
        Seed of the draws.
    """

    attribute: str
    shares: Rates
    population: Floats
    seed: int

    @property
    def rows(self) -> int:
        """Rows whose group is known."""
        return int(self.shares.n[0])

    @cached_property
    def p_values(self) -> Floats:
        """Two-sided test of each share: exact binomial, or Z on the weighted error; NaN without rows."""
        if self.shares.design is not None:
            error = self.shares.design.standard_error
            with np.errstate(invalid="ignore", divide="ignore"):
                found = 2 * ndtr(-np.abs(self.shares.value - self.population) / error)
            return np.where(error > 0, found, np.nan)
        if not self.rows:
            return np.full(len(self.population), np.nan)
        # Half a second to import, and few audits compare with a population.
        from scipy.stats import binomtest

        pairs = zip(self.shares.x.tolist(), self.population.tolist(), strict=True)
        return np.array([binomtest(x, self.rows, share).pvalue for x, share in pairs])

    def ratios(self, metric: Metric) -> Iterator[Measurement]:
        """Yield each group's share of the rows over its share of the population."""
        with np.errstate(invalid="ignore", divide="ignore"):
            ends = [
                np.where(self.population > 0, e / self.population, np.nan)
                for e in (self.shares.value, *self.shares.ends)
            ]
        yield from self._contrasts(metric, Form.RATIO, *ends)

    def differences(self, metric: Metric) -> Iterator[Measurement]:
        """Yield each group's share of the rows minus its share of the population."""
        ends = [e - self.population for e in (self.shares.value, *self.shares.ends)]
        yield from self._contrasts(metric, Form.DIFFERENCE, *ends)

    def _contrasts(
        self, metric: Metric, form: Form, value: Floats, low: Floats, high: Floats
    ) -> Iterator[Measurement]:
        test = "exact binomial test" if self.shares.design is None else "Z test"
        for i, scope in enumerate(self.shares.scopes):
            sure = interval(low[i], high[i], "share of the population taken as exact")
            reference = Reference(
                scope={"population": "declared"},
                numerator=None,
                denominator=self.rows,
                rule="named",
                value=float(self.population[i]),
            )
            yield Measurement(
                metric=metric.name,
                form=form,
                value=number(value[i]),
                n=int(self.shares.rows[i]),
                denominator=self.rows,
                effective_n=self.shares.effective(i),
                interval=sure,
                p_value=number(self.p_values[i]),
                scope=scope,
                reference=reference,
                method=f"{form.value} of shares; {test}",
                params={
                    "group_rows": int(self.shares.x[i]),
                    **({} if sure else {"no_interval": "undefined"}),
                },
            )

    @cached_property
    def fit(self) -> tuple[float | None, float | None, str]:
        """Total variation distance of the two compositions, p-value that they are one, and how it was found."""
        if not self.rows:
            return None, None, "no rows"
        x, share = self.shares.x.astype(float), self.population
        observed = np.nan_to_num(self.shares.value)
        if share.sum() < WHOLE:
            x, share = np.append(x, self.rows - x.sum()), np.append(share, 1 - share.sum())
            observed = np.append(observed, max(1 - observed.sum(), 0.0))
        share = share / share.sum()
        distance = float(np.abs(observed / max(observed.sum(), 1e-300) - share).sum() / 2)
        if self.shares.design is not None:
            return distance, None, "weighted shares, not tested as a whole"
        return distance, *self._tested(x, share)

    def _tested(self, x: Floats, share: Floats) -> tuple[float, str]:
        n = x.sum()
        expected = n * share
        if np.any(x[expected == 0] > 0):
            return 0.0, "a group that the population does not have"
        expected, x, share = (v[expected > 0] for v in (expected, x, share))

        def statistic(counts: Floats) -> Floats:
            return np.asarray(np.sum((counts - expected) ** 2 / expected, axis=-1))

        found = statistic(x)
        if expected.min(initial=np.inf) >= FEW:
            return float(chdtrc(len(x) - 1, found)) if len(x) > 1 else 1.0, "chi-square test"
        drawn = np.random.default_rng(self.seed).multinomial(int(n), share, DRAWS).astype(float)
        beyond = np.count_nonzero(statistic(drawn) >= found * (1 - 1e-9))
        return (beyond + 1) / (DRAWS + 1), f"test by {DRAWS:,} draws"


def compositions(subject: Subject, metric: Metric) -> Iterator[Composition]:
    """Yield one composition for each attribute whose population was declared.

    Parameters
    ----------
    subject : Subject
        Gives groups, population and, where there are any, weights.
    metric : Metric
        What a group's share of the rows is called.
    """
    for attribute in subject.attributes:
        declared = subject.population.get(attribute.name, {})
        if declared:
            yield Composition(
                attribute=attribute.name,
                shares=_shares(subject, attribute, tuple(declared), metric),
                population=np.array(list(declared.values()), float),
                seed=subject.seed,
            )


def _shares(subject: Subject, attribute: Attribute, groups: tuple[str, ...], metric: Metric) -> Rates:
    known = np.full(len(attribute.levels), True)
    if attribute.missing:
        known[-1] = False

    def sums(weights: Floats | None) -> tuple[Floats, Floats]:
        """Return the sums of all known rows, and of each declared group's; a group that does not occur has 0."""
        every = np.bincount(attribute.codes, weights, len(attribute.levels)).astype(float)
        at = dict(zip(attribute.levels, every * known, strict=True))
        return np.full(len(groups), (every * known).sum()), np.array([at.get(g, 0.0) for g in groups])

    (n, x), weighted = sums(None), None
    if subject.weights is not None:
        (w, wx), (ww, wwx) = sums(subject.weights), sums(subject.weights**2)
        weighted = Weighted(n=w, nn=ww, x=wx, xx=wwx)
    return Rates(
        metric=metric,
        scopes=tuple({attribute.name: group} for group in groups),
        known=np.ones(len(groups), bool),
        x=x.astype(np.int64),
        n=n.astype(np.int64),
        rows=x.astype(np.int64),
        weighted=weighted,
    )
