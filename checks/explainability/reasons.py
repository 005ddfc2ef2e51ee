"""Whether refused people can be told reasons that hold by any accepted method, and what would have helped."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, check
from aiaudit.explaining.decision import common, frozen_columns
from aiaudit.explaining.dictionary import Dictionary
from aiaudit.explaining.recourse import recourse
from aiaudit.explaining.refused import PEOPLE, counted, refused
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.rates import LEVEL
from aiaudit.metrics import rate, value
from aiaudit.subject import Subject

REG_B = "12 CFR 1002, Supplement I, 9(b)(2)-5"
AGREE = (
    "Columns that are reasons by both baselines over columns that are by either, mean of the refused sampled."
)

WITHOUT = rate(
    "without_reason",
    "Refused people against whom no column that may be told counted by either baseline.",
    REG_B,
    Better.LOWER,
)
HELPED = rate(
    "recourse_share",
    "Refused people for whom a change of at most three unprotected columns turns the decision.",
    "CJEU C-203/22; Wachter, Mittelstadt and Russell 2018, arXiv:1711.00399",
)


@check(
    id="explainability.reasons",
    title="Refused people cannot be told why, or what would have helped",
    needs=[Need.MODEL, Need.DECISIONS],
    metrics=[value("baseline_agreement", "share", AGREE, REG_B, Better.HIGHER, 1.0), WITHOUT, HELPED],
    remediation=[
        "Where the baselines disagree, choose one, say why, and keep to it.",
        "Where nothing can be told, have a person review these decisions.",
        "Where nothing that people can change helps, ask whether the decision may rest on what they cannot change.",
        "Write a reason dictionary and look at single cases: aiaudit explain.",
    ],
    effort=["hours", "ongoing", "days", "hours"],
    version=2,
    params={"level": LEVEL, "people": PEOPLE},
)
def reasons(subject: Subject) -> Iterator[Measurement]:
    """Measure what a sample of refused people could be told.

    ## Why it matters

    Who is refused credit in the United States must be given specific reasons; who is refused by a machine in the
    European Union may ask what would have changed the result.

    ## How it is computed

    Up to fifty refused people at random, twenty where values are sampled, are explained as `aiaudit explain` does
    it: principal reasons compared with all applicants and with those who just passed, and a search for changes of
    one to three columns, which the model is asked about. Protected columns, and those declared to change with
    them, are neither reasons nor changed.

    ## Known limits

    Without a reason dictionary (--reasons) every unprotected column counts as changeable: the true share who can be
    helped is then lower. A search that finds nothing does not prove that there is nothing.

    ## References

    12 CFR 1002.9(b)(2) and its commentary; CJEU C-203/22 (2025); Wachter, Mittelstadt and Russell 2018.
    """
    told = refused(subject)
    agreed = [common(*(c.reasons for c in one.compared)) for one in told if len(one.compared) == 2]
    known = [share for share in agreed if share is not None]
    yield Measurement(
        metric="baseline_agreement",
        value=float(np.mean(known)) if known else None,
        n=len(known),
        method="mean overlap of principal reasons",
        params={"no_interval": "people share the baselines", "engine": told[0].compared[0].found.engine},
    )
    silent = sum(not any(c.reasons for c in one.compared) for one in told)
    yield counted(WITHOUT, silent, len(told))
    dictionary = subject.reasons or Dictionary()
    options = recourse(subject, [one.row for one in told], dictionary, frozen_columns(subject))
    yield counted(HELPED, sum(map(bool, options)), len(told))
