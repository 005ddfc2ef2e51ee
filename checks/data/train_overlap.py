"""Rows under audit that the model was trained on."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, check
from aiaudit.errors import IncompleteError, one_line, some
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.overlap import Overlap
from aiaudit.measuring.partitions import Ints
from aiaudit.measuring.rows import row_numbers
from aiaudit.metrics import difference, rate
from aiaudit.subject import Subject
from aiaudit.training import train_outcomes

KAPOOR = "Kapoor and Narayanan 2023, doi:10.1016/j.patter.2023.100804"

SEEN = rate(
    "seen_rate",
    "Rows whose features all agree with a row of the training data, of all rows.",
    KAPOOR,
    Better.LOWER,
)
COPY = rate(
    "copy_rate",
    "Rows whose features and outcome all agree with a row of the training data, of all rows.",
    KAPOOR,
    Better.LOWER,
)
EXCESS = difference(
    "copy_excess",
    "The copy rate minus the share of training rows that agree with another training row, which is what chance "
    "brings about where columns are coarse.",
    KAPOOR,
)


@check(
    id="data.train-overlap",
    title="Rows under audit were seen in training",
    needs=[Need.COLUMNS, Need.TRAIN],
    metrics=[SEEN, COPY, EXCESS],
    remediation=[
        "Audit rows that were kept aside before training: what a model has seen it knows by heart, and every number "
        "looks better than it will be.",
        "Remove copies before splitting, and split by person or case where one has several rows.",
        "Check that the file given as training data is not the one under audit, or contains it.",
    ],
    effort=["days", "hours", "hours"],
)
def train_overlap(subject: Subject) -> Iterator[Measurement]:
    """Count rows under audit that also stand in the training data.

    ## Why it matters

    An audit speaks of people the model has not met. Rows that it was trained on make accuracy, and equal accuracy,
    look better than they are.

    ## How it is computed

    Features are compared exactly (1 and 1.0 agree, and so do empty cells); with outcomes on both sides these must agree
    too. Where columns are coarse some rows agree by chance. How often is seen within the training data: the share of its rows
    that have an equal there. The excess is the copy rate minus that share, which is Good and Turing's estimate; with Esty's error of it, the
    modified Newcombe interval and the test of two rates apply.

    ## Known limits

    Copies with a changed digit are not found. Copies within the training data hide as many beyond it.

    ## References

    Kapoor and Narayanan 2023; Good 1953, Biometrika 40; Esty 1983, Annals of Statistics 11.
    """
    train, columns = subject.train, subject.columns
    assert train is not None and columns is not None  # noqa: PT018 - the plan saw to it
    absent = [name for name in columns.columns if name not in train.frame.columns]
    if absent:
        raise IncompleteError(
            f"{one_line(train.name)} lacks {len(absent)} column(s) of the data: {some(absent)}",
            "Give the training data with the columns that the model was fitted on.",
        )
    frames = (columns, train.frame[list(columns.columns)])
    found = Overlap.of(*row_numbers(*frames))
    yield found.rate(SEEN, "rows that agree in every feature")
    outcomes = train_outcomes(subject)
    if outcomes is not None:
        beside: list[list[Ints]] = [[one] for one in outcomes]
        found = Overlap.of(*row_numbers(*frames, beside=beside))
        yield found.rate(COPY, "rows that agree in every feature and in the outcome")
    yield found.excess(EXCESS)
