"""Whether personal columns are kept or given to the model although no decision needs them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.errors import one_line
from aiaudit.facts import Measurement, Metric
from aiaudit.measuring.permuted import SAME, Exchange
from aiaudit.metrics import value
from aiaudit.personal import LOOKED, personal
from aiaudit.subject import Subject

MAX_PAIRS = 5_000
GDPR = "Regulation (EU) 2016/679, Art. 5(1)(c) and (e)"
KEPT = value(
    "personal_columns_not_given", "columns", "Personal columns of the data that the model is not given.", GDPR
)
IDLE = value(
    "personal_columns_without_weight",
    "columns",
    "Personal columns that the model is given and never heeds.",
    GDPR,
)
UNUSED = value(
    "unused_personal_column",
    "yes (1) or no (0)",
    "Whether a personal column is there that nothing needs.",
    GDPR,
)


@check(
    id="transparency.minimisation",
    title="Personal data are kept that no decision needs",
    needs=[Need.MODEL],
    metrics=[KEPT, IDLE, UNUSED],
    params={"max_pairs": MAX_PAIRS, "rows_looked_at": LOOKED},
    remediation=[
        "Delete the column from the file that you audit and train with, or say in the card what else it is kept for.",
        "Refit without columns that the model never heeds: it decides the same without them.",
        "Keep protected columns that audits need in a file of their own (data.groups), with a day of deletion.",
    ],
    effort=["hours", "days", "hours"],
)
def minimisation(subject: Subject) -> Iterator[Measurement]:
    """Count personal columns that the model is not given, or is given and never heeds.

    ## Why it matters

    Data that nobody needs can still be stolen, misused or asked for. Law lets you process personal data that are
    necessary for the purpose, and no others.

    ## How it is computed

    Personal columns are those that `transparency.privacy` would find by name or value. Of the data's columns without a
    role in this audit (target, decisions, scores, weights, protected and control columns have one), those count that
    the model is not given. Of those it is given, each is exchanged between pairs of random rows, no row in two
    pairs: it has no weight if no decision changes and no output moves.

    ## Known limits

    What else a column is kept for (invoices, a joining key) is not known here. What random pairs do not show,
    rare rows may; a column that is heeded in one row of ten thousand can look idle. Where a column holds one value
    only, nothing can be learnt from exchanging it.

    ## References

    Regulation (EU) 2016/679, Art. 5(1)(c) and (e); Breiman 2001.
    """
    features, others = subject.features, subject.table
    if features is None or subject.n < 2:
        raise NotApplicable("columns are exchanged between two rows at least")
    given = {c: kind for c in features.columns if (kind := personal(features[c]))}
    kept = {} if others is None else {c: k for c in others.columns if (k := personal(others[c]))}
    asked = Exchange(subject, MAX_PAIRS) if given else None
    idle = {c: kind for c, kind in given.items() if asked is not None and _idle(asked, c)}
    for metric, found in ((KEPT, kept), (IDLE, idle)):
        yield _told(metric, float(len(found)), subject.n)
        for column, kind in found.items():
            yield _told(UNUSED, 1.0, subject.n, column=str(column), kind=kind, why=metric.definition)


def _idle(asked: Exchange, column: object) -> bool:
    change = asked.change([column])
    moved = change.output[np.isfinite(change.output)]
    return not change.decided.any() and bool(moved.max(initial=0.0) <= SAME)


def _told(metric: Metric, number: float, n: int, column: str | None = None, **said: str) -> Measurement:
    return Measurement(
        metric=metric.name,
        value=number,
        n=n,
        scope={} if column is None else {"column": column},
        method="columns exchanged between pairs of random rows; names and values looked at",
        params={"no_interval": "counted", **{key: one_line(word) for key, word in said.items()}},
    )
