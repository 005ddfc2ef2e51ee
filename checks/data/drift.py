"""Columns that look different under audit than in training."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pandas as pd

from aiaudit.check import Need, check
from aiaudit.errors import one_line, some
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.counted import count_of
from aiaudit.measuring.determined import numeric
from aiaudit.measuring.drift import Counts, shift, stability
from aiaudit.measuring.rates import interval, number
from aiaudit.metrics import rate, value
from aiaudit.subject import Subject
from aiaudit.training import pairs_of_columns

SIDDIQI = "Siddiqi 2006, Credit Risk Scorecards; customary: 0.1 some, 0.25 much"
PSI = value(
    "population_stability_index",
    "nats",
    "Sum over bins of (share now minus share in training) times the logarithm of their ratio.",
    SIDDIQI,
)
KS = value(
    "training_distance",
    "share",
    "Largest difference between the shares of rows now and in training up to any one value.",
    "Smirnov 1948",
)
UNSEEN = rate(
    "unseen_value_rate",
    "Rows whose value does not occur in training, or lies beyond its range in a column of many numbers.",
    SIDDIQI,
    Better.LOWER,
)


@check(
    id="data.drift",
    title="The data under audit differ from the training data",
    needs=[Need.COLUMNS, Need.TRAIN],
    metrics=[PSI, KS, UNSEEN],
    remediation=[
        "Look at the columns that moved most: a changed form, unit or code mends differently than changed people.",
        "Where people changed, audit by period, and refit on recent rows once outcomes are known.",
        "Decide what the system does with values it has never seen; a guess is rarely right.",
    ],
    effort=["hours", "days", "days"],
)
def drift(subject: Subject) -> Iterator[Measurement]:
    """Compare each column under audit with the same column of the training data.

    ## Why it matters

    A model is right about people like those it was trained on. Where the rows differ, its errors, and the gaps between groups,
    can be different from what was measured before.

    ## How it is computed

    Column by column, the outcome and the protected columns among them where both tables have them. The population stability index
    over deciles of the training data, or over values (rare ones counted together, empty cells a bin of their own), with
    half a row added to each bin and an interval from the non-central chi-square distribution; the chi-square test
    stands beside it. For numbers also the Kolmogorov-Smirnov distance with an interval by Kolmogorov's
    distribution, its test, and the area between the functions in units of the column. Values that do not occur in training
    are counted, and numbers beyond its range.

    ## Known limits

    Columns are looked at one at a time; a changed connection between two of them does not show. Large tables make
    every change significant: read the size.

    ## References

    Siddiqi 2006; Yurdakul and Naranjo 2020; Smirnov 1948; Regulation (EU) 2024/1689, Art. 10(4).
    """
    pairs, absent = pairs_of_columns(subject)
    if absent:
        warnings.warn(f"the training data lack column(s) {some(absent)}: not compared", stacklevel=2)
    for name, old, new in pairs:
        yield from _column(one_line(name), old, new)


def _column(name: str, old: pd.Series, new: pd.Series) -> Iterator[Measurement]:
    counts = Counts.of(old, new)
    index = stability(counts)
    sure = interval(index.low, index.high, "non-central chi-square")
    p_value = number(index.p_value)
    yield Measurement(
        metric=PSI.name,
        value=number(index.value),
        n=len(new),
        scope={"column": name},
        interval=sure,
        p_value=p_value,
        method=f"{len(counts.old)} bins, {len(old):,} training rows; chi-square test",
        params={} if sure else {"no_interval": "undefined: there are no rows"},
    )
    one, two = numeric(old), numeric(new)
    found = shift(one, two) if one is not None and two is not None else None
    if found is not None:
        yield Measurement(
            metric=KS.name,
            value=found.value,
            n=len(new),
            scope={"column": name},
            interval=interval(found.low, found.high, "Kolmogorov"),
            p_value=found.p_value,
            method="Kolmogorov-Smirnov, filled cells",
            params={"area": found.area},
        )
    yield count_of(UNSEEN, counts.unseen, len(new), method="compared exactly", scope={"column": name})
