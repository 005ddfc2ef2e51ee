"""How many rows of one table stand in another, beside how many would by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aiaudit.facts import Form, Measurement, Metric, Reference
from aiaudit.measuring.partitions import Ints
from aiaudit.measuring.rates import LEVEL, interval, number
from aiaudit.statistics.count_intervals import difference_interval, rate_interval
from aiaudit.statistics.hypothesis_tests import two_proportions


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """Counts of rows that agree.

    Parameters
    ----------
    found, rows : int
        Rows of the table that occur in the other one, and rows of the table.
    single, double : int
        Distinct rows that occur exactly once, and exactly twice, in the other table.
    others : int
        Rows of the other table.
    """

    found: int
    rows: int
    single: int
    double: int
    others: int

    @classmethod
    def of(cls, numbers: Ints, others: Ints) -> Overlap:
        """Count, from numbers of rows in which equal rows are equal."""
        size = int(max(numbers.max(initial=-1), others.max(initial=-1))) + 1
        times = np.bincount(others, minlength=size)
        return cls(
            found=int(np.count_nonzero(times[numbers])),
            rows=len(numbers),
            single=int(np.count_nonzero(times == 1)),
            double=int(np.count_nonzero(times == 2)),
            others=len(others),
        )

    def rate(self, metric: Metric, method: str) -> Measurement:
        """Return the share of rows that occur in the other table."""
        low, high = rate_interval(self.found, self.rows, LEVEL)
        sure = interval(float(low), float(high), "modified Wilson")
        return Measurement(
            metric=metric.name,
            form=Form.RATE,
            value=self.found / self.rows if self.rows else None,
            n=self.rows,
            numerator=self.found,
            denominator=self.rows,
            interval=sure,
            method=f"{method}; modified Wilson interval",
            params={} if sure else {"no_interval": "undefined: there are no rows"},
        )

    @property
    def chance(self) -> float:
        """Share of the other table's rows that have an equal there: so many further rows would, by chance."""
        return 1 - self.single / self.others

    @property
    def worth(self) -> int:
        """How many independent rows would tell that share as well, by the error of Good and Turing's estimate.

        Notes
        -----
        Esty (1983), Annals of Statistics 11, 905-912. Where equals are rare they come in pairs, and this is half
        the rows; it is taken to be that where the error is 0.
        """
        alone = self.single / self.others
        variance = (alone + 2 * self.double / self.others - alone**2) / self.others
        half = self.others / 2
        return int(min(half, alone * (1 - alone) / variance) if 0 < alone < 1 else half)

    def excess(self, metric: Metric) -> Measurement:
        """Return the share of rows that occur in the other table, minus the share that would by chance."""
        sure, p_value, value = None, None, None
        if self.rows and self.others > 1:
            value = self.found / self.rows - self.chance
            worth = max(self.worth, 1)
            counts = (self.found, self.rows, round(self.chance * worth), worth)
            low, high = (float(end) for end in difference_interval(*counts, LEVEL))
            sure = interval(min(low, value), max(high, value), "modified Newcombe")
            p_value = number(float(two_proportions(*counts).p_value))
        return Measurement(
            metric=metric.name,
            form=Form.DIFFERENCE,
            value=value,
            n=self.rows,
            denominator=self.rows,
            interval=sure,
            p_value=p_value,
            reference=Reference(
                scope={"training rows": "alike by chance"},
                numerator=None,
                denominator=self.others,
                rule="named",
                value=self.chance if self.others else None,
            ),
            method="minus Good and Turing's estimate from the training data, with Esty's error; two proportions",
            params={} if sure else {"no_interval": "undefined: there are too few rows"},
        )
