"""Scales and places: where a number lies in a drawing, told in percent of its width or height."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, log10

#: Steps between ticks that readers count in.
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0, 20.0)
#: Keeps an end that is a tick but for binary arithmetic from asking for one more step.
SLACK = 1e-9
#: Numbers closer than this are drawn as one.
TINY = 1e-300


@dataclass(frozen=True, kw_only=True)
class Scale:
    """An axis from tick to tick.

    Parameters
    ----------
    low, high : float
        Numbers at its ends.
    step : float
        From one tick to the next.
    margin : float
        Room left free at both ends, in percent of the width, so that no mark is cut.
    """

    low: float
    high: float
    step: float
    margin: float = 0.0

    def at(self, x: float) -> float:
        """Return the place of a number, in percent."""
        return self.margin + (x - self.low) / (self.high - self.low) * (100 - 2 * self.margin)

    def percent(self, x: float) -> str:
        """Return the place of a number as the attribute of a drawing takes it."""
        return f"{place(self.at(x))}%"

    def length(self, x: float) -> float:
        """Return how long a distance is drawn, in percent."""
        return x / (self.high - self.low) * (100 - 2 * self.margin)

    @property
    def ticks(self) -> tuple[float, ...]:
        """Every tick, the ends among them."""
        count = round((self.high - self.low) / self.step)
        return tuple(_round(self.low + i * self.step) for i in range(count + 1))

    def step_of(self, x: float) -> int:
        """Return between which ticks a number lies, from 0; a number on a tick belongs above it."""
        return min(int((x - self.low) / self.step + SLACK), len(self.ticks) - 2)


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Two axes and the paths of a drawing between them, in a square of 100 by 100 that is stretched to its place."""

    x: Scale
    y: Scale

    def _at(self, x: float, y: float) -> str:
        return f"{place(self.x.at(x))} {self._up(y)}"

    def _up(self, y: float) -> str:
        return place(100 - self.y.at(y))

    def dots(self, points: Iterable[tuple[float, float]]) -> str:
        """Return points as lines of no length; a round cap makes dots of them, whatever the stretch."""
        return "".join(f"M{self._at(x, y)}h0" for x, y in points)

    def whiskers(self, ends: Iterable[tuple[float, float, float]]) -> str:
        """Return upright lines at x, from low to high."""
        return "".join(f"M{self._at(x, low)}V{self._up(high)}" for x, low, high in ends)

    def line(self, points: Iterable[tuple[float, float]]) -> str:
        """Return one line through the points."""
        return "M" + "L".join(self._at(x, y) for x, y in points)

    def band(self, ends: Iterable[tuple[float, float, float]]) -> str:
        """Return the area between lows and highs at each x."""
        drawn = list(ends)
        low, high = ([(end[0], end[side]) for end in drawn] for side in (1, 2))
        return f"{self.line([*low, *reversed(high)])}z"

    def boxes(self, corners: Iterable[tuple[float, float, float, float]]) -> str:
        """Return upright boxes from left to right and from low to high."""
        return "".join(
            f"M{self._at(left, low)}V{self._up(high)}H{place(self.x.at(right))}V{self._up(low)}z"
            for left, right, low, high in corners
        )


def around(numbers: Iterable[float], *, most: int = 5, margin: float = 0.0) -> Scale:
    """Return the shortest scale of round steps, *most* at the most, that holds every number.

    Parameters
    ----------
    numbers : iterable of float
        What is drawn, one number at least.
    most : int
        Steps that there is room for, two at least.
    margin : float
        See `Scale`.
    """
    drawn = list(numbers)
    low, high = min(drawn), max(drawn)
    if high - low < TINY:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < TINY:
        high = 1.0
    power = 10.0 ** floor(log10((high - low) / most))
    steps = (factor * power for factor in STEPS)
    step, first, last = next(
        found for found in (_whole(low, high, s) for s in steps) if found[2] - found[1] <= most
    )
    return Scale(low=_round(first * step), high=_round(last * step), step=step, margin=margin)


def _whole(low: float, high: float, step: float) -> tuple[float, int, int]:
    """Return the step, and between which of its multiples the numbers lie."""
    return step, floor(low / step + SLACK), ceil(high / step - SLACK)


def _round(x: float) -> float:
    """Return a number without the noise of binary arithmetic."""
    return float(f"{x:.12g}")


def place(x: float) -> str:
    """Return a place for print: two decimals at most, which is less than a pixel."""
    return f"{round(x, 2) + 0.0:g}"  # no "-0"
