"""Principal reasons of one decision: what counted against the person, compared with others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aiaudit.explaining.attribute import Attributions
from aiaudit.explaining.sampling import canonical_order
from aiaudit.subject import Subject

#: 12 CFR Part 1002, Supplement I, comment 9(b)(2)-1: more than four reasons are not likely to help.
MOST = 4
#: A column that holds less than this share of all that counted against the person is no principal reason.
PRINCIPAL = 0.05
#: Rows that stand for all applicants; of the favourable decisions, the part that just passed, and its bounds.
ALL_ROWS, JUST_PASSED, LEAST_PASSED, MOST_PASSED = 1000, 0.1, 20, 200


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One column that counted against the person.

    Parameters
    ----------
    column : str
        The column.
    value : object
        What the person's row holds.
    attribution, error : float
        Its Shapley value, negative, and the standard error.
    """

    column: str
    value: object
    attribution: float
    error: float


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Whom a person is compared with.

    Parameters
    ----------
    name : str
        ``all`` or ``passing``: the two that Regulation B's commentary names.
    rows : ndarray of int
        Positions in the subject.
    described : str
        Fit to print.
    """

    name: str
    rows: npt.NDArray[np.intp]
    described: str


def baselines(subject: Subject, most: int = ALL_ROWS) -> tuple[Baseline, ...]:
    """Return all applicants and, where some were successful, those who just passed.

    All: a random sample. Just passed: of the rows with a favourable decision, the tenth with the lowest scores,
    at least twenty and at most two hundred; all of them where there are no scores. Neither has more than *most*.

    Notes
    -----
    12 CFR Part 1002, Supplement I, comment 9(b)(2)-5.
    """
    features = subject.features
    assert features is not None
    order = canonical_order(features, subject.seed)
    everyone = np.sort(order[:most])
    found = [Baseline(name="all", rows=everyone, described=f"all applicants ({len(everyone)} at random)")]
    selected = subject.selected
    passed = order[selected[order]] if selected is not None else order[:0]
    if not len(passed):
        return tuple(found)
    scores, wanted = (
        subject.scores,
        int(np.clip(JUST_PASSED * len(passed), LEAST_PASSED, min(most, MOST_PASSED))),
    )
    if scores is None:
        rows, described = passed[:most], "applicants who passed"
    else:
        rows = passed[np.argsort(scores.values[passed], kind="stable")][:wanted]
        described = "applicants who just passed"
    text = f"{described} ({len(rows)} of {len(passed)})"
    return (*found, Baseline(name="passing", rows=np.sort(rows), described=text))


def principal(
    found: Attributions, row: int, values: Iterable[object], protected: Iterable[str]
) -> tuple[Reason, ...]:
    """Return the principal reasons against one of the rows explained, the weightiest first.

    At most `MOST`; each pulled the output down, by more than chance can explain where values are sampled, and
    holds at least `PRINCIPAL` of all that did. A column that helped or that is protected is never among them.

    Parameters
    ----------
    found : Attributions
        Against the baseline.
    row : int
        Position among the rows explained.
    values : iterable
        The person's values, in the order of the columns.
    protected : iterable of str
        Protected columns; see `protected_pull` for their part.
    """
    pulls, errors, held = found.values[row], found.errors[row], list(values)
    barred = np.isin(found.columns, list(protected))
    against = -np.minimum(pulls, 0)
    sure = (pulls + 2 * errors < 0) & (against >= PRINCIPAL * against.sum())
    # Attributions that agree but for rounding keep the order of the columns.
    ranked = np.argsort(np.round(pulls, 12), kind="stable")
    chosen = [j for j in ranked if sure[j] and not barred[j]][:MOST]
    return tuple(
        Reason(
            column=found.columns[j],
            value=held[j],
            attribution=float(pulls[j]),
            error=float(errors[j]),
        )
        for j in chosen
    )


def protected_pull(found: Attributions, row: int, protected: Iterable[str]) -> tuple[str, ...]:
    """Return the protected columns that counted against the person: nothing that a letter may say, or hide."""
    barred = np.isin(found.columns, list(protected))
    pulls = found.values[row]
    against = -np.minimum(pulls, 0)
    heavy = barred & (against > 0) & (against >= PRINCIPAL * against.sum())
    return tuple(found.columns[j] for j in np.flatnonzero(heavy))
