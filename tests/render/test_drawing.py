from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiaudit.render.drawing import Scale, around, place


@pytest.mark.parametrize(
    ("numbers", "most", "ticks"),
    [
        ([0.055, 0.305], 5, [0.0, 0.1, 0.2, 0.3, 0.4]),
        ([0.8, 0.83], 5, [0.8, 0.81, 0.82, 0.83]),
        ([-0.2, 0.03], 2, [-0.2, 0.0, 0.2]),
        ([0.0, 0.3], 5, [0.0, 0.1, 0.2, 0.3]),
        ([99.5, 101.4], 2, [98.0, 100.0, 102.0]),
        ([123, 98765], 5, [0, 20_000, 40_000, 60_000, 80_000, 100_000]),
        ([0.5], 2, [0.0, 0.25, 0.5]),
        ([0.0], 2, [0.0, 0.5, 1.0]),
        ([-3.0], 5, [-3.0, -2.0, -1.0, 0.0]),
    ],
)
def test_ticks_are_round_and_hold_every_number(numbers: list[float], most: int, ticks: list[float]) -> None:
    assert around(numbers, most=most).ticks == tuple(ticks)


@given(st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=5), st.integers(2, 8))
def test_every_number_has_a_place_between_few_ticks(numbers: list[float], most: int) -> None:
    scale = around(numbers, most=most)

    assert 2 <= len(scale.ticks) <= most + 1
    assert all(-1e-6 <= scale.at(x) <= 100 + 1e-6 for x in numbers)
    assert all(0 <= scale.step_of(x) < len(scale.ticks) - 1 for x in numbers)


def test_places_leave_the_margin_free() -> None:
    scale = Scale(low=0.0, high=2.0, step=1.0, margin=3.0)

    assert [scale.at(x) for x in scale.ticks] == [3.0, 50.0, 97.0]
    assert scale.length(1.0) == pytest.approx(47.0)
    assert scale.percent(0.5) == "26.5%"


def test_a_number_on_a_tick_belongs_above_it_but_for_the_last() -> None:
    scale = around([0.0, 0.3])

    assert [scale.step_of(x) for x in (0.0, 0.0999, 0.1, 0.3)] == [0, 0, 1, 2]


@pytest.mark.parametrize(
    ("x", "text"), [(12.0, "12"), (0.126, "0.13"), (99.999, "100"), (0.0, "0"), (-0.001, "0")]
)
def test_places_are_short(x: float, text: str) -> None:
    assert place(x) == text
