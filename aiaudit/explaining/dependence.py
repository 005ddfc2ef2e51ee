"""How a model's output changes with one column: partial dependence, and local effects added up."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from aiaudit.explaining.given import changed
from aiaudit.explaining.grids import Grid
from aiaudit.explaining.output import Output
from aiaudit.measuring.coding import numbers
from aiaudit.measuring.permuted import SAME

#: People whose value is changed to every point, and rows between two neighbouring points that are moved to both.
PEOPLE, STEP_ROWS = 300, 40

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A number at points of a column.

    Parameters
    ----------
    values, low, high : ndarray of float, shape (k,)
        The number and the ends of its interval; NaN where fewer than two rows could be asked.
    rows : int
        Rows that were asked about.
    lost : int
        Rows left out because the model had no finite number.
    method : str
        How they were computed.
    """

    values: Floats
    low: Floats
    high: Floats
    rows: int
    lost: int
    method: str


def responses(output: Output, table: pd.DataFrame, points: Grid) -> Floats:
    """Return what the model says of the first `PEOPLE` rows, their value changed to each point, shape (m, points).

    Parameters
    ----------
    output : callable
        One number a row.
    table : DataFrame
        The rows that the points were chosen from, in random order.
    points : Grid
        The values.
    """
    people = np.arange(min(PEOPLE, len(table)))
    k = len(points.values)
    rows, taken = np.repeat(people, k), np.tile(np.arange(k), len(people))
    return output(changed(table, rows, points.position, points.values, taken)).reshape(len(people), k)


def partial(answers: Floats, level: float, bounds: tuple[float, float] = (-np.inf, np.inf)) -> Curve:
    """Return the means over people of their `responses`, with Student's t, cut at the *bounds* of the output.

    People for whom the model has no finite number somewhere are left out everywhere, so that all points are about
    the same people.

    Notes
    -----
    Friedman (2001), Annals of Statistics 29, 1189-1232.
    """
    known = answers[np.isfinite(answers).all(axis=1)]
    n, points = len(known), answers.shape[1]
    mean, error = np.full(points, np.nan), np.full(points, np.nan)
    if n > 1:
        mean, error = known.mean(axis=0), known.std(axis=0, ddof=1) / np.sqrt(n)
    reach = -stdtrit(max(n - 1, 1), (1 - level) / 2) * error
    curve = _curve(mean, reach, n, len(answers) - n, "mean over the same people with the value changed")
    return replace(curve, low=np.maximum(curve.low, bounds[0]), high=np.minimum(curve.high, bounds[1]))


def accumulated(output: Output, table: pd.DataFrame, points: Grid, level: float) -> Curve | None:
    """Add up the effects of moving rows from one number to the next, each on rows that lie between the two.

    Parameters
    ----------
    output : callable
        One number a row.
    table : DataFrame
        The rows that the points were chosen from, in random order: the first of each step serve.
    points : Grid
        The numbers; None is returned where there are not two of them.
    level : float
        Of the interval: Student's t with Welch and Satterthwaite's degrees of freedom.

    Returns
    -------
    Curve or None
        One value a number; their mean over rows, between points by a straight line, is 0.

    Notes
    -----
    Apley and Zhu (2020), Journal of the Royal Statistical Society B 82, 1059-1086. Equally many rows of each step
    are moved, so that steps of few rows are known as well as others.
    """
    places = points.places
    if len(places) < 2:
        return None
    values = numbers(table.iloc[:, points.position])
    assert values is not None  # it has places
    within = np.flatnonzero((values >= places[0]) & (values <= places[-1]))
    # Rows at the lowest number belong to the first step.
    step = np.maximum(np.searchsorted(places, values[within]), 1) - 1
    taken = [within[step == k][:STEP_ROWS] for k in range(len(places) - 1)]
    steps, rows = np.repeat(np.arange(len(taken)), [len(each) for each in taken]), np.concatenate(taken)
    ends = np.concatenate([steps, steps + 1])
    asked = changed(table, np.tile(rows, 2), points.position, points.values, ends)
    below, above = output(asked).reshape(2, -1)
    known = np.isfinite(below) & np.isfinite(above)
    moved = pd.Series(above[known] - below[known]).groupby(steps[known]).agg(["mean", "var", "count"])
    effects = moved.reindex(range(len(taken))).to_numpy(float)
    curve, reach = _added_up(effects, places, values[within], level)
    n = int(known.sum())
    how = "mean effects of steps on rows between their ends, added up and centred"
    return _curve(curve, reach, n, len(known) - n, how)


def falls_along(output: Output, table: pd.DataFrame, points: Grid | None, *, up: bool) -> tuple[Floats, int]:
    """Return how far each person's output falls at most between two points, as the column moves one way.

    Parameters
    ----------
    output : callable
        One number a row.
    table : DataFrame
        The rows that the points were chosen from, in random order.
    points : Grid or None
        The numbers; without two of them nobody is asked.
    up : bool
        Whether the column rises along the way.

    Returns
    -------
    falls : ndarray of float, shape (m,)
        0 for people whose output nowhere falls by more than rounding does.
    lost : int
        People left out because the model had no finite number.
    """
    if points is None or len(points.places) < 2:
        return np.empty(0), 0
    answers = responses(output, table, points)[:, : len(points.places)]
    known = answers[np.isfinite(answers).all(axis=1)]
    along = known if up else known[:, ::-1]
    falls = (np.maximum.accumulate(along, axis=1) - along).max(axis=1)
    reach = float(np.ptp(known)) if len(known) else 0.0
    return np.where(falls > SAME * reach, falls, 0.0), len(answers) - len(known)


def _added_up(effects: Floats, places: Floats, values: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the curve of mean effects added up and centred, and how far its interval reaches, each of shape (k,).

    Parameters
    ----------
    effects : ndarray of float, shape (k - 1, 3)
        Mean, variance and number of the effects of each step.
    places, values : ndarray of float, shapes (k,) and (n,)
        Where the steps lie, and where the rows lie over which the curve's mean is 0.
    level : float
        Of the interval.
    """
    mean, variance, count = effects.T
    before, n = np.tri(len(places), len(mean), -1), len(values)
    # What a straight line between places takes from each of them, on average over rows.
    weights = np.array([np.interp(values, places, unit).mean() for unit in np.eye(len(places))])
    combined = before - weights @ before
    curve = combined @ mean
    # The last part is the error of the mean that is subtracted: other rows would lie elsewhere.
    shift = np.interp(values, places, curve).var(ddof=1) / n
    parts = np.column_stack([combined**2 * (variance / count), np.full(len(places), shift)])
    spread = parts.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = np.where(spread > 0, spread**2 / (parts**2 / np.append(count - 1, n - 1)).sum(axis=1), 1.0)
    return curve, -stdtrit(freedom, (1 - level) / 2) * np.sqrt(spread)


def _curve(values: Floats, reach: Floats, rows: int, lost: int, method: str) -> Curve:
    """Return a curve without the digits that depend on the processor."""
    largest = np.abs(values).max(initial=0.0)
    digits = 10 - int(np.floor(np.log10(largest))) if 0 < largest < np.inf else 10
    values, low, high = np.round([values, values - reach, values + reach], digits)
    return Curve(values=values, low=low, high=high, rows=rows, lost=lost, method=method)
