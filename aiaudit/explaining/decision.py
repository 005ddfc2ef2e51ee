"""One decision explained: what counted against the person by either baseline, and what would change it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.explaining.attribute import Attributions, attribute, exactly
from aiaudit.explaining.dictionary import Dictionary
from aiaudit.explaining.mixtures import SAMPLED_ROWS
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

#: Rows explained in one request to the model's process; and where values are sampled, before any of them is told.
TOGETHER, FEW = 500, 20


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What is spent where values are sampled.

    Parameters
    ----------
    rows : int or None
        Rows that are explained at the most; None for all.
    background : int
        Rows of a baseline at the most.
    model_rows : int
        About the most rows that the model is shown for each row and baseline.
    """

    rows: int | None = None
    background: int = ALL_ROWS
    model_rows: int = SAMPLED_ROWS


FULL = Budget()


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
    (options,) = recourse(subject, [row], dictionary, frozen_columns(subject))
    return replace(found, options=options)


def explain_decisions(
    subject: Subject,
    rows: Sequence[int] | npt.NDArray[np.intp],
    only: str | None = None,
    sampled: Budget = FULL,
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
    sampled : Budget
        What is spent where values are sampled; exact ones compare with `ALL_ROWS`.
    """
    features, why, start = subject.features, "", 0
    assert features is not None
    chosen = _chosen(subject, ALL_ROWS, only)
    while start < len(rows):
        part = [int(row) for row in rows[start : start + TOGETHER]]
        found = why or _exactly(subject, features.iloc[part], chosen)
        if isinstance(found, str):
            chosen = chosen if why else _chosen(subject, sampled.background, only)
            why, part = found, part[: FEW if sampled.rows is None else max(0, min(FEW, sampled.rows - start))]
            if not part:
                return
            frame, seed, most = features.iloc[part], subject.seed, sampled.model_rows
            found = [attribute(subject, frame, features.iloc[b.rows], seed, most, why) for b in chosen]
        yield from _decisions(subject, part, chosen, found)
        start += len(part)


def _chosen(subject: Subject, most: int, only: str | None) -> list[Baseline]:
    return [b for b in baselines(subject, most) if only in (None, b.name)]


def _exactly(subject: Subject, frame: pd.DataFrame, chosen: Sequence[Baseline]) -> list[Attributions] | str:
    """Return exact attributions against each baseline, or why there are none."""
    assert subject.features is not None
    found: list[Attributions] = []
    for baseline in chosen:
        one = exactly(subject, frame, subject.features.iloc[baseline.rows])
        if isinstance(one, str):
            return one
        found.append(one)
    return found


def _decisions(
    subject: Subject, rows: list[int], chosen: Sequence[Baseline], found: Sequence[Attributions]
) -> Iterator[Decision]:
    protected = {a.name for a in subject.attributes}
    assert subject.features is not None
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
                    reasons=principal(one, i, subject.features.iloc[row], protected),
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
