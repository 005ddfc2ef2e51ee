"""Whether more of what should help ever hurts: the model against directions that its owner declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from aiaudit.check import Need, check
from aiaudit.explaining.dependence import PEOPLE, falls_along
from aiaudit.explaining.grids import POINTS, grid, pool
from aiaudit.explaining.output import decision_output, explained_output
from aiaudit.facts import Better, Measurement
from aiaudit.labels import Task
from aiaudit.measuring.counted import share_of
from aiaudit.measuring.estimates import Param
from aiaudit.measuring.rates import LEVEL
from aiaudit.metrics import rate, value
from aiaudit.subject import Subject

BASIS = "house; monotone constraints: Potharst and Feelders 2002, ACM SIGKDD Explorations 4"
VIOLATED = rate(
    "monotonicity_violations",
    "People whose output somewhere falls as the column moves in the direction declared to help.",
    BASIS,
    Better.LOWER,
)
WRONG = rate(
    "wrong_way_decisions",
    "People whose decision somewhere turns from favourable to unfavourable as the column moves in that direction.",
    BASIS,
    Better.LOWER,
)
LARGEST = value(
    "largest_violation", "output units", "Largest fall of anybody's output along the direction.", BASIS
)
METHOD = "the same people at every point of the column"
Floats = npt.NDArray[np.float64]


@check(
    id="explainability.monotonicity",
    title="More of what should help people can count against them",
    needs=[Need.MODEL, Need.DIRECTIONS],
    metrics=[VIOLATED, WRONG, LARGEST],
    remediation=[
        "Refit with monotone constraints (monotonic_cst in scikit-learn's gradient boosting, forests and trees) and "
        "audit again.",
        "Look where the fall is (explainability.dependence): few rows, a code such as 999, wrong entries?",
        "If the column should not have one direction for everybody, say why, and take its direction back.",
    ],
    effort=["days", "hours", "hours"],
    params={"level": LEVEL, "people": PEOPLE, "points": POINTS},
)
def monotonicity(subject: Subject) -> Iterator[Measurement]:
    """Measure how often the output, or the decision, runs against the directions that the owner declared.

    ## Why it matters

    Who is refused where somebody with a lower income and everything else equal is accepted cannot be told why.
    A model that does so has learned noise there, and reasons drawn from it mislead.

    ## How it is computed

    For every column with a declared direction (directions: {income: up, debts: down}). The same random people get
    each of the column's points (explainability.dependence), everything else of theirs kept. Counted are those whose
    output falls between any two points taken in the declared direction, and those whose favourable decision is lost;
    modified Wilson intervals. Outputs that differ by less than a billionth of their range are equal.

    ## Known limits

    A fall between two points, or in the outermost 2.5 % of values, is not seen: none found is no proof of none (train
    with constraints to have one). People are changed in one column alone, which may make people whom nobody has met.
    The largest violation is that of the people asked; others may have a larger one.

    ## References

    Potharst and Feelders 2002; Friedman 2001, Annals of Statistics 29; 12 CFR 1002.2(p).
    """
    table = pool(subject)
    declared = [(j, str(name)) for j, name in enumerate(table.columns) if str(name) in subject.directions]
    name, output = explained_output(subject)
    asked = [(VIOLATED, output)]
    if subject.task is not Task.REGRESSION:
        asked.append((WRONG, decision_output(subject)))
    for j, column in declared:
        points, direction, scope = grid(table, j), subject.directions[column], {"column": column}
        told: dict[str, Param] = {"direction": direction, "output": name}
        told["points"] = 0 if points is None else len(points.places)
        for metric, ask in asked:
            falls, lost = falls_along(ask, table, points, up=direction == "up")
            against = int(np.count_nonzero(falls))
            left_out = {"output is not finite": lost}
            yield share_of(
                metric, against, len(falls), method=METHOD, scope=scope, params=told, excluded=left_out
            )
            if metric is VIOLATED:
                yield _largest(falls, column, told)


def _largest(falls: Floats, column: str, told: Mapping[str, Param]) -> Measurement:
    return Measurement(
        metric=LARGEST.name,
        value=float(f"{falls.max():.10g}") if len(falls) else None,
        n=len(falls),
        scope={"column": column},
        method="largest of the people asked",
        params={**told, "no_interval": "a largest value of a sample; others may have a larger one"},
    )
