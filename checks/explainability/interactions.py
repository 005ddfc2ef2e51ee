"""Which columns act together, so that no curve or reason of one alone tells what it does."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.check import Need, NotApplicable, check
from aiaudit.explaining.grids import pool
from aiaudit.explaining.interactions import DRAWS, Mixed, exchanges, log_odds, mixed_differences, share
from aiaudit.explaining.output import PROBABILITY, explained_output
from aiaudit.explaining.shared import leading
from aiaudit.facts import Measurement, Metric, Scope
from aiaudit.measuring.rates import LEVEL, interval
from aiaudit.metrics import value
from aiaudit.subject import Subject

LIU = "Liu and Owen 2006, Journal of the American Statistical Association 101, 712-721"
#: Columns that are looked at; pairs of people below which nothing is said; share of them that may be lost to certainty.
COLUMNS, FEWEST, LOST = 8, 20, 0.1

TOGETHER = "Variance of the output from {} acting together with {}, over all of it."
PAIR = value("pair_interaction", "share", TOGETHER.format("one column", "another"), LIU)
ALONE = value("column_interaction", "share", TOGETHER.format("the column", "any others"), LIU)
Floats = npt.NDArray[np.float64]


@check(
    id="explainability.interactions",
    title="What a column does depends on other columns, so that it cannot be told alone",
    needs=[Need.MODEL],
    metrics=[ALONE, PAIR],
    remediation=[
        "Tell reasons of the two columns together where they act together.",
        "Do not show curves of single columns (explainability.dependence) that other columns bend.",
        "Ask whether the business knows of the interaction; if it does not, a model without it may do as well "
        "(explainability.simple-first).",
    ],
    effort=["hours", "hours", "days"],
    params={"level": LEVEL, "columns": COLUMNS, "draws": DRAWS},
)
def interactions(subject: Subject) -> Iterator[Measurement]:
    """Measure how much of the output comes from columns acting together.

    ## Why it matters

    A reason names one column. Where its effect depends on another one, the reason is half of the truth.

    ## How it is computed

    Of eight columns (as explainability.dependence). Random people are put in pairs. In each, two columns of the one
    are replaced by the other's, together and each alone; by how much the joint change misses the sum of the two is
    the mixed difference, 0 wherever effects add up. A quarter of its mean square, over half the mean squared
    difference of the two people's outputs, is the share: of independent columns the variance of all terms that hold
    both (Liu and Owen). The same of a column and all others. Probabilities are looked at as log-odds, on which a
    logistic regression adds up; people of whom the model is certain (1e-9) cannot be, and are left out; if they are
    more than a tenth, probabilities serve as they are. The interval is that of a ratio of means on the log scale, by
    Student's t; where no pair showed anything, up to Clopper and Pearson's limit.

    ## Known limits

    Exchanged columns make people whom nobody has met; of dependent columns it is no share of the actual variance and
    can exceed 1. What rare values do together shows in few pairs: there, and in tables below 400 rows, the interval is
    too narrow. Columns of lesser importance (explainability.dependence names them) are not looked at. Intervals hold
    pair by pair.

    ## References

    Liu and Owen 2006; Friedman and Popescu 2008, Annals of Applied Statistics 2 (another measure); Hooker 2004,
    doi:10.1145/1014052.1014122.
    """
    table = pool(subject)
    if len(table) < 2 * FEWEST:
        raise NotApplicable(f"fewer than {2 * FEWEST} people")
    chosen = [int(j) for j in leading(subject, COLUMNS)]
    name, found = _found(subject, table, chosen)
    names = [str(table.columns[j]) for j in chosen]
    for column, squares in zip(names, found.alone.T, strict=True):
        yield _share(ALONE, {"column": column}, squares, found, name)
    twos = [{"column": one, "with": other} for one, other in combinations(names, 2)]
    pairs = [_share(PAIR, scope, v, found, name) for scope, v in zip(twos, found.pairs.T, strict=True)]
    yield from sorted(pairs, key=lambda m: -(m.value or 0.0))


def _found(subject: Subject, table: pd.DataFrame, chosen: list[int]) -> tuple[str, Mixed]:
    """Return the name of the output looked at, and the mixed differences."""
    name, output = explained_output(subject)
    answers = exchanges(output, table, chosen)
    if name.startswith(PROBABILITY):
        found = mixed_differences(log_odds(answers), len(chosen))
        if found.lost <= LOST * len(answers):
            return name.replace(PROBABILITY, "log-odds of ", 1), found
    return name, mixed_differences(answers, len(chosen))


def _share(metric: Metric, scope: Scope, squares: Floats, found: Mixed, output: str) -> Measurement:
    n = len(squares)
    told = share(squares, found.spread, LEVEL) if n >= FEWEST else None
    params = {"output": output}
    if told is None:
        params["no_interval"] = "outputs do not vary" if n >= FEWEST else "too few people have an output"
    return Measurement(
        metric=metric.name,
        value=None if told is None else told.value,
        n=n,
        interval=told and interval(told.low, told.high, "Student's t on the log scale"),
        scope=scope,
        method="squared mixed differences of pairs of people over squared differences of outputs",
        params=params,
        excluded={"output is certain, or not finite": found.lost} if found.lost else {},
    )
