"""Columns that give the outcome away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from aiaudit.check import Need, check
from aiaudit.facts import Measurement, Metric
from aiaudit.measuring.determined import Told, coded, determined, numeric, rank_auc, rank_correlation
from aiaudit.measuring.rates import interval, number
from aiaudit.metrics import value
from aiaudit.subject import Subject

KAUFMAN = "Kaufman et al. 2012, doi:10.1145/2382577.2382579"
#: Rows looked at; more would tell no more about whether a column gives the outcome away.
LIMIT = 100_000

AUC = value(
    "single_column_auc",
    "share",
    "Chance that the column alone tells a favourable outcome from another, in whichever direction.",
    KAUFMAN,
    ideal=0.5,
)
TOLD = value(
    "determined_share",
    "share",
    "Of the outcomes that always guessing the commonest gets wrong, the share that the column gets right.",
    "Goodman and Kruskal 1954",
)
RANK = value(
    "rank_correlation", "share", "Size of Spearman's correlation of the column with the outcome.", KAUFMAN
)
NAMED = value(
    "named_after_target", "yes (1) or no (0)", "Whether the column's name holds the target's name.", KAUFMAN
)


@check(
    id="data.leaked-target",
    title="A column gives the outcome away",
    needs=[Need.COLUMNS, Need.LABELS],
    metrics=[AUC, TOLD, RANK, NAMED],
    remediation=[
        "Ask of each column named whether it is known at the moment of decision, or was written down afterwards.",
        "Remove columns that come after the outcome or are made of it, refit and audit again; expect lower and "
        "truer numbers.",
        "Keep a column that is known beforehand and simply tells much, and write the reason into the system card.",
    ],
    effort=["hours", "days", "hours"],
)
def leaked_target(subject: Subject) -> Iterator[Measurement]:
    """Measure how much each column alone tells about the outcome.

    ## Why it matters

    A column that was written after the outcome, or because of it, makes a model look excellent until it is used:
    on the day of decision the column is empty. Every number about such a model is void.

    ## How it is computed

    For numbers, the AUC of the column by itself in whichever direction (DeLong's interval; filled cells only). For every
    column, the share of avoidable errors that its values avoid, each row being told by the others with the same value
    (Goodman and Kruskal's lambda, left out one at a time; numbers of many values in up to 200 quantile bins; empty cells are a value):
    an identifier tells nothing. Where the outcome is a number, the size of Spearman's correlation. At most 100,000 rows,
    drawn by the seed.

    ## Known limits

    Several columns can give the outcome away together. A strong column may be honest; a weak one may still leak.

    ## References

    Kaufman et al. 2012; Kapoor and Narayanan 2023; Goodman and Kruskal 1954.
    """
    assert subject.columns is not None  # the plan saw to it
    chosen = np.arange(subject.n)
    if subject.n > LIMIT:
        chosen = np.sort(np.random.default_rng(subject.seed).choice(subject.n, LIMIT, replace=False))
    frame = subject.columns.iloc[chosen]
    for place, name in enumerate(map(str, frame.columns)):
        for metric, told, method in _told(subject, frame.iloc[:, place], chosen):
            sure = interval(told.low, told.high, method)
            yield Measurement(
                metric=metric.name,
                value=number(told.value),
                n=told.rows,
                scope={"column": name},
                interval=sure,
                method=method,
                params={} if sure else {"no_interval": "undefined, or no spread to estimate from"},
            )
        target = (subject.target or "").lower()
        yield Measurement(
            metric=NAMED.name,
            value=float(len(target) > 2 and target in name.lower()),
            n=subject.n,
            scope={"column": name},
            method="read from the names",
            params={"no_interval": "read, not estimated"},
        )


def _told(subject: Subject, column: pd.Series, rows: np.ndarray) -> Iterator[tuple[Metric, Told, str]]:
    values = numeric(column)
    if subject.actual_values is not None and values is not None:
        yield (
            RANK,
            rank_correlation(values, subject.actual_values[rows]),
            "Spearman; Bonett and Wright's interval",
        )
    if subject.actual is None or subject.deserved is None:
        return
    if values is not None and subject.favorable:
        yield AUC, rank_auc(values, subject.deserved[rows]), "area under the ROC curve; DeLong's interval"
    told = determined(coded(column), subject.actual[rows].astype(np.int64))
    yield TOLD, told, "Goodman and Kruskal's lambda, rows left out; modified Wilson interval"
