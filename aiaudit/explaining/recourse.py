"""What would have changed the decision: few changes of changeable columns, each tried on the model."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.explaining.dictionary import Dictionary
from aiaudit.explaining.output import Output, explained_output
from aiaudit.explaining.steps import Step, between, first_steps, pool_of
from aiaudit.labels import label_text
from aiaudit.loading.models import predict_in_batches
from aiaudit.subject import Subject

#: Columns and values that are combined, by how many columns are changed at once.
COMBINED = {2: (8, 8), 3: (6, 5)}
OPTIONS = 3


@dataclass(frozen=True, kw_only=True)
class Change:
    """One column to be changed, from what the person's row holds to what another row holds."""

    column: str
    old: object
    new: object


@dataclass(frozen=True, kw_only=True)
class Option:
    """Changes that together turn the decision, which the model confirmed.

    The cost is, summed over columns, the share of people whom a number passes, and one half for a name.
    """

    changes: tuple[Change, ...]
    decision: str
    cost: float


def recourse(
    subject: Subject,
    row: int,
    dictionary: Dictionary,
    frozen: Collection[str],
    pool: pd.DataFrame | None = None,
) -> tuple[Option, ...]:
    """Return the cheapest changes that turn an unfavourable decision, fewest columns first.

    Single columns first, then pairs, then triples of those that helped most, each in one call to the model.
    Values are such as other rows hold: numbers at quantiles, names that occur; what turns the decision is then
    narrowed down to the smallest such change. Every option was shown to the model, which decided favourably.

    Parameters
    ----------
    subject : Subject
        Its model decides.
    row : int
        The person.
    dictionary : Dictionary
        Which columns may change, in which direction, range or choice.
    frozen : collection of str
        Columns that are never changed: protected ones.
    pool : DataFrame or None
        What `pool_of` returns, where several people are looked at.

    Returns
    -------
    tuple of Option
        At most `OPTIONS`, of different columns; empty if nothing that was tried turns the decision.
    """
    assert subject.features is not None
    person = subject.features.iloc[[row]]
    features = pd.concat([pool_of(subject) if pool is None else pool, person], ignore_index=True)
    row = len(features) - 1
    search = _Search(subject, features, row)
    steps = [
        found
        for j, name in enumerate(features.columns)
        if str(name) not in frozen and (found := first_steps(features, j, row, dictionary.of(str(name))))
    ]
    singles = [(step,) for own in steps for step in own]
    turned = search.turning(singles)
    options = [search.narrowed(combination, dictionary) for combination in _cheapest(turned)]
    gains = np.empty(0) if options else search.outputs(singles)
    for size, (columns, values) in COMBINED.items():
        if options:
            break
        helped = combinations(_helpful(steps, singles, gains, columns, values), size)
        turned = search.turning([c for chosen in helped for c in product(*chosen)])
        options = [search.narrowed(combination, dictionary) for combination in _cheapest(turned)]
    return tuple(sorted(options, key=lambda option: (len(option.changes), option.cost)))


class _Search:
    """Rows that differ from one person's, and what the model says of them."""

    def __init__(self, subject: Subject, features: pd.DataFrame, row: int) -> None:
        self._features, self._row, self._subject = features, row, subject
        self._output: Output = explained_output(subject)[1]

    def turning(self, combinations: Sequence[tuple[Step, ...]]) -> list[tuple[Step, ...]]:
        """Return those combinations that turn the decision."""
        if not combinations:
            return []
        favoured = [label in self._subject.favorable for label in self._decided(self._changed(combinations))]
        return [c for c, f in zip(combinations, favoured, strict=True) if f]

    def outputs(self, combinations: Sequence[tuple[Step, ...]]) -> npt.NDArray[np.float64]:
        """Return the output of each combination."""
        return self._output(self._changed(combinations)) if combinations else np.empty(0)

    def narrowed(self, combination: tuple[Step, ...], dictionary: Dictionary) -> Option:
        """Move each number of a combination as near to the person's as the decision allows, one by one."""
        for place, step in enumerate(combination):
            name = str(self._features.columns[step.position])
            nearer = between(self._features, step, self._row, dictionary.of(name))
            versions = [(*combination[:place], b, *combination[place + 1 :]) for b in nearer]
            combination = min([combination, *self.turning(versions)], key=_cost)
        decision = self._decided(self._changed([combination]))[0]
        changes = tuple(
            Change(
                column=str(self._features.columns[step.position]),
                old=self._features.iloc[self._row, step.position],
                new=self._features.iloc[step.source, step.position],
            )
            for step in combination
        )
        return Option(changes=changes, decision=decision, cost=_cost(combination))

    def _decided(self, frame: pd.DataFrame) -> list[str]:
        model = self._subject.model
        assert model is not None
        return [label_text(label) for label in predict_in_batches(model, frame)]

    def _changed(self, combinations: Sequence[tuple[Step, ...]]) -> pd.DataFrame:
        frame = self._features.take([self._row] * len(combinations)).reset_index(drop=True)
        for position in {step.position for combination in combinations for step in combination}:
            sources = [
                next((step.source for step in combination if step.position == position), self._row)
                for combination in combinations
            ]
            frame.isetitem(position, self._features.iloc[:, position].array.take(sources))
        return frame


def _helpful(
    steps: Iterable[list[Step]],
    singles: Sequence[tuple[Step, ...]],
    gains: npt.NDArray[np.float64],
    columns: int,
    values: int,
) -> list[list[Step]]:
    """Return the columns that moved the output up most, each with its best values."""
    gained = dict(zip((step for (step,) in singles), np.nan_to_num(gains, nan=-np.inf), strict=True))
    ranked = [sorted(own, key=lambda step: -gained[step])[:values] for own in steps]
    return sorted(ranked, key=lambda own: -gained[own[0]])[:columns]


def _cheapest(turned: Iterable[tuple[Step, ...]]) -> list[tuple[Step, ...]]:
    """Return the cheapest combination of each set of columns, the cheapest sets first."""
    best: dict[tuple[int, ...], tuple[Step, ...]] = {}
    for combination in sorted(turned, key=_cost):
        best.setdefault(tuple(step.position for step in combination), combination)
    return list(best.values())[:OPTIONS]


def _cost(combination: Iterable[Step]) -> float:
    return sum(step.cost for step in combination)
