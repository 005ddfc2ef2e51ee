"""One decision explained: what counted against the person by either baseline, and what would change it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from aiaudit.explaining.attribute import SAMPLED_ROWS, Attributions, attribute
from aiaudit.explaining.dictionary import Dictionary
from aiaudit.explaining.reasons import (
    ALL_ROWS,
    Baseline,
    Reason,
    baselines,
    principal,
    protected_pull,
)
from aiaudit.explaining.recourse import Option, recourse
from aiaudit.labels import Task
from aiaudit.subject import Subject

#: Rows explained in one request to the model's process.
TOGETHER = 500


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One row against one baseline.

    Parameters
    ----------
    baseline : Baseline
        Whom the row is compared with.
    found : Attributions
        Of this one row.
    reasons : tuple of Reason
        What counted against the person, the weightiest first.
    withheld : tuple of str
        Protected columns that counted against the person as well.
    """

    baseline: Baseline
    found: Attributions
    reasons: tuple[Reason, ...]
    withheld: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One row of the table and what there is to say about it.

    Parameters
    ----------
    row : int
        Its position in the subject.
    label : str
        What was decided; empty for a regression.
    favourable : bool or None
        Whether that helps the person; None for a regression.
    compared : tuple of Compared
        By every baseline.
    options : tuple of Option or None
        What would change it; None if that was not asked.
    """

    row: int
    label: str
    favourable: bool | None
    compared: tuple[Compared, ...]
    options: tuple[Option, ...] | None


def frozen_columns(subject: Subject) -> frozenset[str]:
    """Return protected columns and those declared to change with them."""
    dependants = [column for columns in subject.dependants.values() for column in columns]
    return frozenset([*(a.name for a in subject.attributes), *dependants])


def explain_decision(subject: Subject, row: int, dictionary: Dictionary) -> Decision:
    """Explain the decision about one row, with recourse where it is unfavourable."""
    (found,) = explain_decisions(subject, [row])
    if found.favourable is not False:
        return found
    return replace(found, options=recourse(subject, row, dictionary, frozen_columns(subject)))


def explain_decisions(
    subject: Subject,
    rows: Sequence[int] | npt.NDArray[np.intp],
    only: str | None = None,
    background: int = ALL_ROWS,
    model_rows: int = SAMPLED_ROWS,
) -> Iterator[Decision]:
    """Explain the decisions about some rows, without recourse.

    Parameters
    ----------
    subject : Subject
        With a model and features.
    rows : sequence of int
        Positions.
    only : str or None
        Name of the one baseline wanted; by default every one there is.
    background : int
        Rows of a baseline, at most.
    model_rows : int
        Where values are sampled, about the most rows that the model is shown for each row and baseline.
    """
    chosen = [b for b in baselines(subject, background) if only in (None, b.name)]
    for start in range(0, len(rows), TOGETHER):
        part = [int(row) for row in rows[start : start + TOGETHER]]
        yield from _explained(subject, part, chosen, model_rows)


def _explained(
    subject: Subject, rows: list[int], chosen: Sequence[Baseline], model_rows: int
) -> Iterator[Decision]:
    features, protected = subject.features, {a.name for a in subject.attributes}
    assert features is not None
    frame = features.iloc[rows]
    found = [attribute(subject, frame, features.iloc[b.rows], subject.seed, model_rows) for b in chosen]
    for i, row in enumerate(rows):
        code = None if subject.predicted is None else int(subject.predicted[row])
        yield Decision(
            row=row,
            label="" if code is None else subject.classes[code],
            favourable=None if code is None or subject.task is Task.REGRESSION else _helps(subject, code),
            compared=tuple(
                Compared(
                    baseline=baseline,
                    found=_only(one, i),
                    reasons=principal(one, i, frame.iloc[i], protected),
                    withheld=protected_pull(one, i, protected),
                )
                for baseline, one in zip(chosen, found, strict=True)
            ),
            options=None,
        )


def _helps(subject: Subject, code: int) -> bool:
    return subject.classes[code] in subject.favorable


def _only(found: Attributions, i: int) -> Attributions:
    values, errors, outputs = (part[i : i + 1] for part in (found.values, found.errors, found.outputs))
    return replace(found, values=values, errors=errors, outputs=outputs)


def common(one: Collection[Reason], other: Collection[Reason]) -> float | None:
    """Return how much two lists of reasons agree: columns in both over columns in either; None if both are empty."""
    columns = [{reason.column for reason in reasons} for reasons in (one, other)]
    both, either = columns[0] & columns[1], columns[0] | columns[1]
    return len(both) / len(either) if either else None
