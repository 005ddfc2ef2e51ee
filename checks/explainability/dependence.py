"""How the model's output changes with each column: curves with their uncertainty."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, check
from aiaudit.errors import some
from aiaudit.explaining.dependence import PEOPLE, STEP_ROWS, Curve, accumulated, partial, responses
from aiaudit.explaining.grids import POINTS, Grid, grid, pool
from aiaudit.explaining.output import PROBABILITY, explained_output
from aiaudit.explaining.shared import leading
from aiaudit.facts import Better, Measurement, Metric
from aiaudit.measuring.counted import count_of
from aiaudit.measuring.estimates import Param
from aiaudit.measuring.rates import LEVEL, interval, number
from aiaudit.metrics import rate, value
from aiaudit.subject import Subject

FRIEDMAN = "Friedman 2001, Annals of Statistics 29, 1189-1232"
APLEY = "Apley and Zhu 2020, Journal of the Royal Statistical Society B 82, 1059-1086"
#: Columns that have curves.
COLUMNS = 8

EVERYBODY = "Mean output, were the column's value this one for everybody."
STEPS = "Effects of small steps on rows nearby, added up; their mean is 0."
PARTIAL = value("partial_dependence", "output units", EVERYBODY, FRIEDMAN, Better.TARGET, None)
LOCAL = value("accumulated_effect", "output units", STEPS, APLEY, Better.TARGET, None)
DRAWN = rate("columns_examined", "Columns that have a curve, of all columns of the model.", "house")


@check(
    id="explainability.dependence",
    title="It is not known how the decisions change when a column changes",
    needs=[Need.MODEL],
    metrics=[PARTIAL, LOCAL, DRAWN],
    remediation=[
        "Go through the curves with somebody who knows the business: does each rise and fall as it should?",
        "Where a curve runs against sense, look for few or wrong rows there, or declare its direction (directions).",
        "Where the two curves of a column differ, its values go together with other columns: trust the local one.",
    ],
    effort=["hours", "hours", "hours"],
    params={"level": LEVEL, "columns": COLUMNS, "points": POINTS, "people": PEOPLE, "step_rows": STEP_ROWS},
)
def dependence(subject: Subject) -> Iterator[Measurement]:
    """Measure the output at values of each column, for the same people, and along steps between them.

    ## Why it matters

    That a column counts does not say how: whether more of it helps, where it stops to, and where it turns.

    ## How it is computed

    For eight columns: protected ones, those with a declared direction, then the most important. Points are numbers
    that many rows share, rounded quantiles of the others without the outermost 2.5 % on either side, the most frequent
    names, and to miss the value. No point stands for fewer than ten rows. Partial dependence is the mean output of the same random people, were the value
    of all of them this one; Student's t over people. Of numbers, the accumulated local effect moves only rows that lie
    between two points to either of them, forty at random for each step, and adds up the mean effects; the interval
    is Student's t with Welch and Satterthwaite's degrees of freedom, and the mean over the rows is 0.

    ## Known limits

    Partial dependence makes people whom nobody has met (a child of 40 years of service); local effects hardly do, and
    tell only of numbers. Both are means: that half of the people gain and half lose shows in neither
    (explainability.interactions). The intervals hold point by point, not for a whole curve, and those of local
    effects can be too narrow where few rows of a step change at all. A curve says what the model does, not why.

    ## References

    Friedman 2001; Apley and Zhu 2020.
    """
    table = pool(subject)
    name, output = explained_output(subject)
    bounds = (0.0, 1.0) if name.startswith(PROBABILITY) else (-np.inf, np.inf)
    chosen = leading(subject, COLUMNS)
    drawn = [points for j in chosen if (points := grid(table, int(j))) is not None]
    for points in drawn:
        yield from _along(PARTIAL, points, partial(responses(output, table, points), LEVEL, bounds), name)
        local = accumulated(output, table, points, LEVEL)
        if local is not None:
            yield from _along(LOCAL, points, local, name)
    left = [str(table.columns[j]) for j in np.setdiff1d(np.arange(table.shape[1]), chosen)]
    flat = [str(table.columns[j]) for j in chosen if j not in [points.position for points in drawn]]
    told = {"less_important": some(left, 20), "without_two_points": some(flat, 20)}
    yield count_of(
        DRAWN,
        len(drawn),
        table.shape[1],
        method="protected columns, those with a declared direction, then those of largest importance",
        params={key: names for key, names in told.items() if names},
    )


def _along(metric: Metric, points: Grid, curve: Curve, output: str) -> Iterator[Measurement]:
    for k, found in enumerate(curve.values):
        sure = interval(curve.low[k], curve.high[k], "Student's t")
        params: dict[str, Param] = {"output": output, "share": float(points.share[k])}
        if k < len(points.places):
            params["position"] = float(points.places[k])
        if sure is None:
            params["no_interval"] = "fewer than two rows could be asked"
        yield Measurement(
            metric=metric.name,
            value=number(found),
            n=curve.rows,
            interval=sure,
            scope={"column": points.column, "at": points.labels[k]},
            method=curve.method,
            params=params,
            excluded={"output is not finite": curve.lost} if curve.lost else {},
        )
