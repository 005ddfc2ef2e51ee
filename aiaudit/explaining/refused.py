"""Refused people drawn at random and explained once, for all checks that ask what they can be told."""

from __future__ import annotations

from collections.abc import Mapping

from aiaudit.check import NotApplicable
from aiaudit.explaining.decision import Budget, Decision, explain_decisions
from aiaudit.explaining.sampling import canonical_order
from aiaudit.facts import Measurement, Metric
from aiaudit.measuring.counted import share_of
from aiaudit.subject import Subject

#: Refused people who are looked at, and what is spent on them where values are sampled.
PEOPLE, SAMPLED = 50, Budget(rows=20, background=50, model_rows=10_000)

_KEPT = "refused"


def refused(subject: Subject) -> tuple[Decision, ...]:
    """Return refused people of the subject, explained by both baselines, without recourse.

    Computed once and kept with the subject, as its own cached properties are.

    Raises
    ------
    NotApplicable
        Nobody was refused, or the model is given no column.
    """
    kept = vars(subject)
    if _KEPT not in kept:
        features, selected = subject.features, subject.selected
        if features is None or not features.shape[1] or selected is None or selected.all():
            raise NotApplicable("nobody was refused")
        order = canonical_order(features, subject.seed)
        kept[_KEPT] = tuple(explain_decisions(subject, order[~selected[order]][:PEOPLE], None, SAMPLED))
    found: tuple[Decision, ...] = kept[_KEPT]
    return found


def counted(metric: Metric, x: int, n: int, left_out: Mapping[str, int] | None = None) -> Measurement:
    """Return the share *x* of *n* refused people, with its interval; undefined where nobody is left."""
    return share_of(metric, x, n, method="counted among refused people at random", excluded=left_out)
