"""What would have changed the decision: few changes of changeable columns, each tried on the model."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.explaining.contrasts import assembled
from aiaudit.explaining.dictionary import Dictionary
from aiaudit.explaining.output import Output, explained_output
from aiaudit.explaining.steps import Step, Values, pool_of
from aiaudit.labels import label_text
from aiaudit.loading.models import predict_in_batches
from aiaudit.subject import Subject

#: Columns and values that are combined, by how many columns are changed at once.
COMBINED = {2: (8, 8), 3: (6, 5)}
OPTIONS = 3
#: People who are looked at together: what is tried for all of them goes to the model in one call.
TOGETHER = 50

Combination = tuple[Step, ...]


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
    rows: Sequence[int] | npt.NDArray[np.intp],
    dictionary: Dictionary,
    frozen: Collection[str],
) -> list[tuple[Option, ...]]:
    """Return, for each person, the cheapest changes that turn an unfavourable decision, fewest columns first.

    Single columns first, then pairs, then triples of those that helped most, each in one call to the model for
    many people. Values are such as other rows hold: numbers at quantiles, names that occur; what turns the
    decision is then narrowed down to the smallest such change. Every option was shown to the model, which
    decided favourably. What one person is told does not depend on who else is looked at.

    Parameters
    ----------
    subject : Subject
        Its model decides.
    rows : sequence of int
        The people.
    dictionary : Dictionary
        Which columns may change, in which direction, range or choice.
    frozen : collection of str
        Columns that are never changed: protected ones.

    Returns
    -------
    list of tuple of Option
        At most `OPTIONS` a person, of different columns; empty if nothing that was tried turns the decision.
    """
    pool, output = pool_of(subject), explained_output(subject)[1]
    found: list[tuple[Option, ...]] = []
    for start in range(0, len(rows), TOGETHER):
        people = [int(row) for row in rows[start : start + TOGETHER]]
        search = _Search(subject, output, pool, people, dictionary, frozen)
        found += search.options()
    return found


@dataclass(frozen=True, kw_only=True)
class _Tried:
    """A combination of steps for one person, and what the model decided."""

    row: int
    steps: Combination
    decision: str

    @property
    def cost(self) -> float:
        return sum(step.cost for step in self.steps)


class _Search:
    """Rows that differ from those of some people, and what the model says of them."""

    def __init__(
        self,
        subject: Subject,
        output: Output,
        pool: pd.DataFrame,
        people: list[int],
        dictionary: Dictionary,
        frozen: Collection[str],
    ) -> None:
        assert subject.features is not None
        self._subject, self._output = subject, output
        self._features = pd.concat([pool, subject.features.iloc[people]], ignore_index=True)
        self._people = range(len(pool), len(self._features))
        self._values = [
            Values(position=j, column=column, pool=len(pool), rule=dictionary.of(str(name)))
            for j, (name, column) in enumerate(self._features.items())
            if str(name) not in frozen
        ]

    def options(self) -> list[tuple[Option, ...]]:
        """Return the options of each person."""
        steps = {row: [own for v in self._values if (own := v.first(row))] for row in self._people}
        singles = [(row, (step,)) for row, found in steps.items() for own in found for step in own]
        best = self._best(singles)
        left = {row: steps[row] for row in self._people if row not in best}
        gained = self._gained([(row, chosen) for row, chosen in singles if row in left])
        for size, (columns, values) in COMBINED.items():
            tried = [
                (row, chosen)
                for row, own in left.items()
                for helped in combinations(_helpful(own, gained[row], columns, values), size)
                for chosen in product(*helped)
            ]
            best |= self._best(tried)
            left = {row: own for row, own in left.items() if row not in best}
        return [self._told(best.get(row, [])) for row in self._people]

    def _best(self, tried: Sequence[tuple[int, Combination]]) -> dict[int, list[_Tried]]:
        """Return the cheapest combinations that turn each person's decision, narrowed down."""
        best = _cheapest(self._turning(tried))
        for place in range(max((len(t.steps) for t in best), default=0)):
            versions = [
                (i, t.row, (*t.steps[:place], nearer, *t.steps[place + 1 :]))
                for i, t in enumerate(best)
                for nearer in self._of(t.steps[place]).between(t.steps[place], t.row)
            ]
            decided = self._decided([(row, steps) for _, row, steps in versions])
            for (i, row, steps), decision in zip(versions, decided, strict=True):
                nearer = _Tried(row=row, steps=steps, decision=decision)
                if decision in self._subject.favorable and nearer.cost < best[i].cost:
                    best[i] = nearer
        return {row: [t for t in best if t.row == row] for row in dict.fromkeys(t.row for t in best)}

    def _of(self, step: Step) -> Values:
        return next(v for v in self._values if v.position == step.position)

    def _turning(self, tried: Sequence[tuple[int, Combination]]) -> Iterator[_Tried]:
        for (row, steps), decision in zip(tried, self._decided(tried), strict=True):
            if decision in self._subject.favorable:
                yield _Tried(row=row, steps=steps, decision=decision)

    def _gained(self, singles: Sequence[tuple[int, Combination]]) -> dict[int, dict[Step, float]]:
        """Return the output after each single step, by person."""
        gained: dict[int, dict[Step, float]] = {row: {} for row in self._people}
        outputs = self._output(self._changed(singles)) if singles else np.empty(0)
        for (row, (step,)), output in zip(singles, np.nan_to_num(outputs, nan=-np.inf).tolist(), strict=True):
            gained[row][step] = output
        return gained

    def _decided(self, tried: Sequence[tuple[int, Combination]]) -> list[str]:
        model = self._subject.model
        assert model is not None
        return [label_text(v) for v in predict_in_batches(model, self._changed(tried))] if tried else []

    def _changed(self, tried: Sequence[tuple[int, Combination]]) -> pd.DataFrame:
        sources = np.repeat([[row] for row, _ in tried], self._features.shape[1], axis=1)
        for line, (_, steps) in enumerate(tried):
            for step in steps:
                sources[line, step.position] = step.source
        return assembled(self._features, sources)

    def _told(self, best: Iterable[_Tried]) -> tuple[Option, ...]:
        options = (
            Option(
                changes=tuple(
                    Change(
                        column=str(self._features.columns[step.position]),
                        old=self._features.iloc[t.row, step.position],
                        new=self._features.iloc[step.source, step.position],
                    )
                    for step in t.steps
                ),
                decision=t.decision,
                cost=t.cost,
            )
            for t in best
        )
        return tuple(sorted(options, key=lambda option: option.cost))


def _helpful(
    steps: Iterable[list[Step]], gained: Mapping[Step, float], columns: int, values: int
) -> list[list[Step]]:
    """Return the columns that moved the output up most, each with its best values."""
    ranked = [sorted(own, key=lambda step: -gained[step])[:values] for own in steps]
    return sorted(ranked, key=lambda own: -gained[own[0]])[:columns]


def _cheapest(turned: Iterable[_Tried]) -> list[_Tried]:
    """Return the cheapest combination of each person and set of columns, at most `OPTIONS` a person."""
    best: dict[int, dict[tuple[int, ...], _Tried]] = {}
    for tried in sorted(turned, key=lambda t: t.cost):
        own = best.setdefault(tried.row, {})
        positions = tuple(step.position for step in tried.steps)
        if len(own) < OPTIONS:
            own.setdefault(positions, tried)
    return [tried for own in best.values() for tried in own.values()]
