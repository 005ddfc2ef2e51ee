"""The shape of a check: a declaration, and one function from a subject to measurements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aiaudit.facts import Effort, Measurement, Metric

if TYPE_CHECKING:
    from aiaudit.subject import Subject

Measure = Callable[["Subject"], Iterable[Measurement]]


class Need(StrEnum):
    """An input without which a check cannot run; the plan skips the check and names the need."""

    PREDICTIONS = "predictions"
    LABELS = "labels"
    GROUPS = "groups"
    MODEL = "model"
    DECISIONS = "decisions"
    SCORES = "scores"
    CONTROLS = "controls"
    TRAIN = "train"
    COLUMNS = "columns"
    POPULATION = "population"
    REASONS = "reasons"
    DIRECTIONS = "directions"


class NotApplicable(Exception):
    """Raised by a check whose question makes no sense for this subject."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Check:
    """A check, as the registry holds it; two are the same if they are one object.

    Parameters
    ----------
    id : str
        ``family.name-in-kebab-case``.
    family : str
        ``bias``, ``explainability``, ``transparency``, …
    title : str
        Names the problem, not the remedy.
    needs : frozenset of Need
        Inputs it cannot do without.
    metrics : tuple of Metric
        Everything it may report; the runner refuses others.
    remediation : tuple of str
        Steps for whoever must act, first things first.
    effort : tuple of Effort
        What each step costs somebody who knows the system, roughly; empty where nobody estimated it.
    measure : callable
        Subject in, measurements out; pure, seeded by ``subject.seed``.
    doc : str
        Its documentation in Markdown: the docstring of `measure`.
    version : int
        Raised whenever its numbers change.
    params : mapping
        Settings of the check itself.
    weighted : bool
        Whether it heeds the rows' weights; where it does not and there are some, its outcome says so.
    """

    id: str
    family: str
    title: str
    needs: frozenset[Need]
    metrics: tuple[Metric, ...]
    remediation: tuple[str, ...]
    measure: Measure
    doc: str
    version: int
    params: Mapping[str, str | int | float | bool | None]
    weighted: bool = False
    effort: tuple[Effort, ...] = ()


def check(
    *,
    id: str,
    title: str,
    needs: Iterable[Need],
    metrics: Iterable[Metric],
    remediation: Iterable[str],
    effort: Iterable[Effort] = (),
    version: int = 1,
    params: Mapping[str, str | int | float | bool | None] | None = None,
    weighted: bool = False,
) -> Callable[[Measure], Check]:
    """Turn a measuring function into a `Check`; its docstring becomes the documentation."""

    def wrap(measure: Measure) -> Check:
        return Check(
            id=id,
            family=id.partition(".")[0],
            title=title,
            needs=frozenset(needs),
            metrics=tuple(metrics),
            remediation=tuple(remediation),
            measure=measure,
            doc=measure.__doc__ or "",
            version=version,
            params=dict(params or {}),
            weighted=weighted,
            effort=tuple(effort),
        )

    return wrap
