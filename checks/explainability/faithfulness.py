"""Whether the columns that attributions call important are those that move the output."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from aiaudit.check import Need, NotApplicable, check
from aiaudit.explaining.contrasts import Rows
from aiaudit.explaining.importance import LEVEL
from aiaudit.explaining.output import explained_output
from aiaudit.explaining.shared import explained
from aiaudit.facts import Better, Interval, Measurement
from aiaudit.metrics import value
from aiaudit.subject import Subject

SAMEK = "Samek et al. 2017, IEEE Transactions on Neural Networks and Learning Systems 28"
DELETED = "How much more the output moves when columns are replaced in the order of their attributions, over random order."
INSERTED = (
    "How much sooner the output is reached when columns are put in by their attributions, over random order."
)
#: Rows that are taken apart, and steps of each.
PAIRS, STEPS = 200, 10

Floats = npt.NDArray[np.float64]


@check(
    id="explainability.faithfulness",
    title="The explanations name columns that do not move the decision",
    needs=[Need.MODEL],
    metrics=[
        value("deletion_lead", "share", DELETED, SAMEK, Better.HIGHER, None),
        value("insertion_lead", "share", INSERTED, SAMEK, Better.HIGHER, None),
    ],
    remediation=[
        "If the lead is about 0, do not show these attributions to anybody: they say no more than chance.",
        "Look at explainability.stability; noisy attributions cannot be faithful.",
        "Where columns work only together, say so: no ranking of single columns can be faithful.",
    ],
    effort=["hours", "hours", "hours"],
    params={"level": LEVEL, "rows": PAIRS},
)
def faithfulness(subject: Subject) -> Iterator[Measurement]:
    """Measure whether replacing the columns with the largest attributions moves the output most.

    ## Why it matters

    A reason that can be taken away without any effect was none.

    ## How it is computed

    Explained rows are paired with random other rows. The columns of the row are replaced by the other's, those
    with the largest attributions first; after each step the distance from the row's own output is taken, and
    averaged over steps. The lead is this mean over that of random orders, less 1. For insertion the other row is
    filled up with the row's columns, and what is counted is the distance covered. Intervals are those of a
    ratio of means over rows, by Student's t.

    ## Known limits

    Mixed rows may be such as nobody has. Columns whose effects cancel can move the output further in a random
    order. The attributions are those of the survey and noisy for single rows; exact ones lead by more.

    ## References

    Samek, Binder, Montavon, Lapuschkin and Mueller 2017; Petsiuk, Das and Saenko 2018, arXiv:1806.07421.
    """
    name, found = explained(subject)
    p, features = len(found.columns), subject.features
    assert features is not None  # it has been explained
    if p < 2 or len(found.rows) < 2:
        raise NotApplicable("an order of columns needs two columns and two explained rows")
    k = min(PAIRS, len(found.rows))
    # Sampled rows stand in random order already, so that the next one is as good a partner as any.
    mine, other = np.arange(k), (np.arange(k) + 1) % k
    frame = features.iloc[found.rows[:k]].reset_index(drop=True)
    rows = Rows(frame=frame, outputs=found.outputs[:k], output=explained_output(subject)[1])
    ranks = np.argsort(np.argsort(-np.abs(found.values[:k]), axis=1, kind="stable"), axis=1)
    chance = np.argsort(np.random.default_rng(subject.seed).random((k, p)), axis=1)
    for metric, start, end in (("deletion_lead", mine, other), ("insertion_lead", other, mine)):
        ours, theirs = (_moved(rows, start, end, order) for order in (ranks, chance))
        yield _lead(metric, ours, theirs, name)


def _moved(
    rows: Rows, start: npt.NDArray[np.intp], end: npt.NDArray[np.intp], ranks: npt.NDArray[np.intp]
) -> Floats:
    """Return the mean distance from the output of *start* while *end*'s columns replace its own, by rank."""
    k, p = ranks.shape
    steps = np.unique(np.linspace(1, p - 1, min(STEPS, p - 1)).round().astype(int))
    kept = np.concatenate([ranks >= step for step in steps])
    mixed = rows.mixed(np.tile(start, len(steps)), np.tile(end, len(steps)), kept)
    away = np.abs(rows.output(mixed).reshape(len(steps), k) - rows.outputs[start])
    return np.asarray(away.mean(axis=0))


def _lead(metric: str, ours: Floats, theirs: Floats, output: str) -> Measurement:
    known = np.isfinite(ours) & np.isfinite(theirs)
    ours, theirs, n = ours[known], theirs[known], int(known.sum())
    params: dict[str, str | int] = {"output": output}
    lead, sure = None, None
    if n > 1 and theirs.any():
        ratio = ours.mean() / theirs.mean()
        error = (ours - ratio * theirs).std(ddof=1) / np.sqrt(n) / theirs.mean()
        reach, lead = float(-stdtrit(n - 1, (1 - LEVEL) / 2) * error), float(ratio - 1)
        sure = Interval(low=lead - reach, high=lead + reach, level=LEVEL, method="Student's t")
    else:
        params["no_interval"] = "no replacement moved the output"
    return Measurement(
        metric=metric,
        value=lead,
        n=n,
        interval=sure,
        method="ratio of means over rows, less 1",
        params=params,
    )
