"""How sure global importances are, and whether their order is settled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import special

from aiaudit.explaining.survey import Moments, Survey
from aiaudit.statistics.multiplicity import holm

Floats = npt.NDArray[np.float64]

#: How many of the largest importances are put in order.
TOP = 5
#: Two columns are tied if they surely differ by less than this share of the total importance.
TIE = 0.02


class Order(StrEnum):
    """How a column's importance compares with the next smaller one's."""

    LARGER = "larger"
    TIED = "tied"
    UNDECIDED = "undecided"


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A number with its standard error and the ends of its interval, None where there can be none."""

    value: float
    standard_error: float
    ends: tuple[float, float] | None


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Row by row, what each column's importance is the mean of; arrays of float of shape (n, p).

    Parameters
    ----------
    values : ndarray
        The attributions.
    magnitude, at_least, at_most : ndarray
        Their sizes and two bounds on those, see `aiaudit.explaining.blocks.Block`.
    pull : ndarray
        What each row as background adds to the sizes in other rows, beyond its own values.
    reach : float
        Range of the outputs explained.
    survey : Survey
        How means over the table are taken from these rows.
    """

    values: Floats
    magnitude: Floats
    at_least: Floats
    at_most: Floats
    pull: Floats
    reach: float
    survey: Survey

    @cached_property
    def middle(self) -> Moments:
        """Importance of each column."""
        return self._moments(self.magnitude)

    @cached_property
    def least(self) -> Moments:
        """What it is at least, but for chance."""
        return self._moments(self.at_least)

    @cached_property
    def most(self) -> Moments:
        """What it is at most, but for chance."""
        return self._moments(self.at_most)

    def unseen(self, level: float) -> float:
        """Return an upper limit of the importance of a column that never changed the output.

        The share of rows in which it could matter is below the Clopper-Pearson limit for none of n; there it is
        taken to matter no more than the whole range of outputs.
        """
        return self.reach * float(1 - ((1 - level) / 2) ** (1 / len(self.values)))

    def _moments(self, sizes: Floats) -> Moments:
        # A row counts twice: by its own attributions, and as background to all others, where a high value of
        # its own makes theirs lower. Both values and pull average to zero over the table, so the second part
        # leaves the mean as it is; it makes its standard error right.
        as_background = self.pull - np.sign(self.values).mean(axis=0) * self.values
        return self.survey.moments(sizes + as_background)


def importances(sizes: Sizes, level: float) -> tuple[Estimate, ...]:
    """Return the mean size of each column's attributions over the table.

    The interval reaches from the lower end for the bound that is never too large to the upper end for the
    bound that is never too small, each by the delta method on the log scale, as sizes are skewed; that of a
    column which never changed the output, to what may have gone unseen. Only if nothing did there is none.
    """
    z = _quantile(sizes, level)
    low = [_lower(m, z * e) for m, e in zip(sizes.least.mean, sizes.least.errors, strict=True)]
    high = [_upper(m, z * e) for m, e in zip(sizes.most.mean, sizes.most.errors, strict=True)]
    touched = np.any(sizes.values != 0, axis=0)
    nothing = Estimate(
        value=0.0, standard_error=0.0, ends=(0.0, sizes.unseen(level)) if touched.any() else None
    )
    return tuple(
        _estimate(max(m, 0.0), e, a, b) if t else nothing
        for m, e, a, b, t in zip(sizes.middle.mean, sizes.middle.errors, low, high, touched, strict=True)
    )


def share(sizes: Sizes, chosen: npt.NDArray[np.bool_] | Floats, level: float) -> Estimate | None:
    """Return the share of the total importance that falls to the *chosen* columns; None if the total is zero.

    Parameters
    ----------
    sizes : Sizes
        Row by row.
    chosen : ndarray of bool, or of float from 0 to 1, shape (p,)
        The columns whose shares are added, or the weights with which they are.
    level : float
        Confidence level. The interval is made on the logit scale, from the least that the chosen columns can
        hold (they at their lower bound, the others at their upper) to the most.
    """
    chosen = np.asarray(chosen, np.float64)
    means = np.maximum(sizes.middle.mean, 0)
    total = means.sum()
    if total <= 0:
        return None
    value = float((chosen * means).sum() / total)
    if not 0 < value < 1:
        away = chosen if value == 0 else 1 - chosen
        unseen = min(1.0, sizes.unseen(level) * float(away.sum()) / total)
        return Estimate(
            value=value, standard_error=0.0, ends=(max(0.0, value - unseen), min(1.0, value + unseen))
        )
    gradient = (chosen - value) / total
    error = float(np.sqrt(max(0.0, gradient @ sizes.middle.covariance @ gradient)))
    least, most = np.maximum(sizes.least.mean, 0), np.maximum(sizes.most.mean, 0)
    ends = np.array([_part(least, most, chosen), 1 - _part(least, most, 1 - chosen)])
    width = _quantile(sizes, level) * error / (value * (1 - value))
    low, high = special.expit(special.logit(ends) + np.array([-width, width]))
    return _estimate(value, error, low, high)


def _part(mine: Floats, others: Floats, chosen: Floats) -> float:
    part = float((mine * chosen).sum())
    return float(part / max(part + (others * (1 - chosen)).sum(), np.finfo(float).tiny))


def order(sizes: Sizes, level: float, looks: int) -> tuple[Order, ...]:
    """Compare each of the largest columns with the next one, over this table.

    Parameters
    ----------
    sizes : Sizes
        Row by row.
    level : float
        Confidence that every statement made at any look is right.
    looks : int
        How often the question is asked, at the most.

    Returns
    -------
    tuple of Order
        One for each neighbouring pair among the `TOP` + 1 largest, largest first.

    Notes
    -----
    Of each pair one of two things may be said: that the gap is above zero, or that it is below the width of a
    tie. Each is tested one-sided, since of the two at most one can be wrong; Holm's adjustment holds for the
    pairs, Bonferroni's for the looks.
    """
    means, covariance = sizes.middle.mean, sizes.middle.drawing
    ranked = np.argsort(-means, kind="stable")[: TOP + 1]
    this, other = ranked[:-1], ranked[1:]
    tie = TIE * means.sum()
    if tie <= 0 or not len(this):
        return (Order.TIED,) * len(this)
    gaps = means[this] - means[other]
    variances = covariance[this, this] + covariance[other, other] - 2 * covariance[this, other]
    errors = np.sqrt(np.maximum(variances, 0))
    larger, tied = (_one_sided(distance, errors, len(sizes.values)) for distance in (gaps, tie - gaps))
    doubt = holm(np.minimum(larger, tied), len(this)) * looks
    return tuple(
        Order.UNDECIDED if d > 1 - level else Order.LARGER if a <= b else Order.TIED
        for d, a, b in zip(doubt, larger, tied, strict=True)
    )


def _one_sided(distances: Floats, errors: Floats, n: int) -> Floats:
    """p-values of the hypotheses that the distances are not positive."""
    known = errors > 0
    ratios = np.divide(distances, errors, out=np.zeros_like(distances), where=known)
    return np.where(known, special.stdtr(n - 1, -ratios), np.where(distances > 0, 0.0, 1.0))


def _quantile(sizes: Sizes, level: float) -> float:
    return float(special.stdtrit(len(sizes.values) - 1, (1 + level) / 2))


def _lower(mean: float, margin: float) -> float:
    return float(mean * np.exp(-margin / mean)) if mean > 0 else 0.0


def _upper(mean: float, margin: float) -> float:
    # Where the margin is as large as the mean the log scale says nothing more; from there on a straight line.
    return float(mean * np.exp(margin / mean)) if mean > margin else float(np.e * margin)


def _estimate(value: float, error: float, low: float, high: float) -> Estimate:
    ends = float(min(low, value)), float(max(high, value))
    return Estimate(value=float(value), standard_error=float(error), ends=ends)
