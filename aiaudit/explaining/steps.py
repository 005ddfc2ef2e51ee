"""Values that a column may be changed to: such as other people have, within what the dictionary allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.explaining.dictionary import Column
from aiaudit.explaining.sampling import canonical_order
from aiaudit.labels import label_text
from aiaudit.subject import Subject

#: Values tried in each column at first, and between the person's and one that turned the decision.
VALUES, REFINED = 20, 40
#: Rows that must hold a name before it is suggested to anybody, and rows, at random, whose values are suggested.
NAME_ROWS, POOL_ROWS = 5, 2000
#: What another name costs, where a number costs the share of people whom it passes.
NAME_COST = 0.5


@dataclass(frozen=True, kw_only=True)
class Step:
    """A value that a column may take: the one that row *source* holds."""

    position: int
    source: int
    cost: float


def pool_of(subject: Subject) -> pd.DataFrame:
    """Return the rows, at random, whose values may be suggested."""
    features = subject.features
    assert features is not None
    return features.iloc[np.sort(canonical_order(features, subject.seed)[:POOL_ROWS])]


def first_steps(features: pd.DataFrame, position: int, row: int, rule: Column) -> list[Step]:
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
        Step(position=position, source=int(np.argmax(codes == code)), cost=NAME_COST)
        for code in wanted[:VALUES]
    ]


def between(features: pd.DataFrame, step: Step, row: int, rule: Column) -> list[Step]:
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
) -> list[Step]:
    values: npt.NDArray[np.float64] = column.to_numpy(float, na_value=np.nan)
    own, new = float(values[row]), values[picked]
    least, greatest = rule.range or (-np.inf, np.inf)
    allowed = (new != own) & (new >= least) & (new <= greatest) & ~np.isnan(own)
    if rule.direction is not None:
        allowed &= (new > own) if rule.direction == "up" else (new < own)
    below = np.searchsorted(values[ranked], np.append(new, own)).tolist()
    return [
        # Something above nothing, so that a change always costs more than none.
        Step(position=position, source=int(picked[k]), cost=abs(below[k] - below[-1]) / len(ranked) + 1e-9)
        for k in np.flatnonzero(allowed)
    ]
