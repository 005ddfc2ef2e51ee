"""What would have changed the decision: few changes of changeable columns, each tried on the model."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.explaining.dictionary import Column, Dictionary
from aiaudit.explaining.output import Output, explained_output
from aiaudit.labels import label_text
from aiaudit.loading.models import predict_in_batches
from aiaudit.subject import Subject

#: Values tried in each column; columns and values that are combined, by how many are changed at once.
VALUES, REFINED = 20, 40
COMBINED = {2: (8, 8), 3: (6, 5)}
#: Rows that must hold a name before it is suggested to anybody.
NAME_ROWS = 5
OPTIONS = 3
#: What another name costs, where a number costs the share of people whom it passes.
NAME_COST = 0.5


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


@dataclass(frozen=True, kw_only=True)
class _Step:
    """A value that a column may take: the one that row *source* holds."""

    position: int
    source: int
    cost: float


def recourse(
    subject: Subject, row: int, dictionary: Dictionary, frozen: Collection[str]
) -> tuple[Option, ...]:
    """Return the cheapest changes that turn an unfavourable decision, fewest columns first.

    Single columns first, then pairs, then triples of those that helped most, each in one call to the model.
    Values are such as other rows hold: numbers at quantiles, names that occur; what turns the decision is then
    narrowed down to the smallest such change. Every option was shown to the model, which decided favourably.

    Parameters
    ----------
    subject : Subject
        Its model decides; its rows say which values occur.
    row : int
        The person.
    dictionary : Dictionary
        Which columns may change, in which direction, range or choice.
    frozen : collection of str
        Columns that are never changed: protected ones.

    Returns
    -------
    tuple of Option
        At most `OPTIONS`, of different columns; empty if nothing that was tried turns the decision.
    """
    features = subject.features
    assert features is not None
    search = _Search(subject, features, row)
    steps = [
        found
        for j, name in enumerate(features.columns)
        if str(name) not in frozen and (found := _steps(features, j, row, dictionary.of(str(name))))
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

    def turning(self, combinations: Sequence[tuple[_Step, ...]]) -> list[tuple[_Step, ...]]:
        """Return those combinations that turn the decision."""
        if not combinations:
            return []
        favoured = [label in self._subject.favorable for label in self._decided(self._changed(combinations))]
        return [c for c, f in zip(combinations, favoured, strict=True) if f]

    def outputs(self, combinations: Sequence[tuple[_Step, ...]]) -> npt.NDArray[np.float64]:
        """Return the output of each combination."""
        return self._output(self._changed(combinations)) if combinations else np.empty(0)

    def narrowed(self, combination: tuple[_Step, ...], dictionary: Dictionary) -> Option:
        """Move each number of a combination as near to the person's as the decision allows, one by one."""
        for place, step in enumerate(combination):
            name = str(self._features.columns[step.position])
            between = _between(self._features, step, self._row, dictionary.of(name))
            versions = [(*combination[:place], b, *combination[place + 1 :]) for b in between]
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

    def _changed(self, combinations: Sequence[tuple[_Step, ...]]) -> pd.DataFrame:
        frame = self._features.take([self._row] * len(combinations)).reset_index(drop=True)
        for position in {step.position for combination in combinations for step in combination}:
            sources = [
                next((step.source for step in combination if step.position == position), self._row)
                for combination in combinations
            ]
            frame.isetitem(position, self._features.iloc[:, position].array.take(sources))
        return frame


def _steps(features: pd.DataFrame, position: int, row: int, rule: Column) -> list[_Step]:
    """Return the values that a column may be changed to, as far as they are tried at first."""
    if rule.immutable:
        return []
    column = features.iloc[:, position]
    if _is_number(column):
        ranked = _ranked(column)
        places = np.linspace(0.02, 0.98, VALUES) * (len(ranked) - 1)
        return _numbers(column, ranked, ranked[np.unique(places.round().astype(int))], position, row, rule)
    codes, names = pd.factorize(column)
    counts = np.bincount(codes[codes >= 0], minlength=len(names))
    wanted = [
        code
        for code in np.argsort(-counts, kind="stable")
        if counts[code] >= NAME_ROWS
        and code != codes[row]
        and (not rule.choices or label_text(names[code]) in rule.choices)
    ]
    return [
        _Step(position=position, source=int(np.argmax(codes == code)), cost=NAME_COST)
        for code in wanted[:VALUES]
    ]


def _between(features: pd.DataFrame, step: _Step, row: int, rule: Column) -> list[_Step]:
    """Return values between the person's and the one found, where these are numbers."""
    column = features.iloc[:, step.position]
    if not _is_number(column):
        return []
    ranked = _ranked(column)
    values, ends = column.to_numpy(float)[ranked], column.iloc[[row, step.source]].to_numpy(float)
    inside = ranked[(values > ends.min()) & (values < ends.max())]
    places = np.linspace(0, max(0, len(inside) - 1), min(REFINED, len(inside)))
    return _numbers(column, ranked, inside[np.unique(places.round().astype(int))], step.position, row, rule)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _ranked(column: pd.Series) -> npt.NDArray[np.intp]:
    """Return the positions of all rows that hold a number, by its size."""
    values = column.to_numpy(float, na_value=np.nan)
    return np.argsort(values, kind="stable")[: np.count_nonzero(~np.isnan(values))]


def _numbers(
    column: pd.Series,
    ranked: npt.NDArray[np.intp],
    picked: npt.NDArray[np.intp],
    position: int,
    row: int,
    rule: Column,
) -> list[_Step]:
    values: npt.NDArray[np.float64] = column.to_numpy(float, na_value=np.nan)
    own, new = float(values[row]), values[picked]
    least, greatest = rule.range or (-np.inf, np.inf)
    allowed = (new != own) & (new >= least) & (new <= greatest) & ~np.isnan(own)
    if rule.direction is not None:
        allowed &= (new > own) if rule.direction == "up" else (new < own)
    below = np.searchsorted(values[ranked], np.append(new, own)).tolist()
    return [
        # Something above nothing, so that a change always costs more than none.
        _Step(position=position, source=int(picked[k]), cost=abs(below[k] - below[-1]) / len(ranked) + 1e-9)
        for k in np.flatnonzero(allowed)
    ]


def _helpful(
    steps: Iterable[list[_Step]],
    singles: Sequence[tuple[_Step, ...]],
    gains: npt.NDArray[np.float64],
    columns: int,
    values: int,
) -> list[list[_Step]]:
    """Return the columns that moved the output up most, each with its best values."""
    gained = dict(zip((step for (step,) in singles), np.nan_to_num(gains, nan=-np.inf), strict=True))
    ranked = [sorted(own, key=lambda step: -gained[step])[:values] for own in steps]
    return sorted(ranked, key=lambda own: -gained[own[0]])[:columns]


def _cheapest(turned: Iterable[tuple[_Step, ...]]) -> list[tuple[_Step, ...]]:
    """Return the cheapest combination of each set of columns, the cheapest sets first."""
    best: dict[tuple[int, ...], tuple[_Step, ...]] = {}
    for combination in sorted(turned, key=_cost):
        best.setdefault(tuple(step.position for step in combination), combination)
    return list(best.values())[:OPTIONS]


def _cost(combination: Iterable[_Step]) -> float:
    return sum(step.cost for step in combination)
