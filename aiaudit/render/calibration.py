"""Calibration by group: what became of the people to whom each probability was given."""

from __future__ import annotations

from aiaudit.facts import Measurement
from aiaudit.record import Record
from aiaudit.render.drawing import Frame, Scale
from aiaudit.render.panels import Panel, Panels, arranged, by_group, percent_ticks, setting
from aiaudit.render.words import with_interval

CHECK, CURVE = "bias.calibration-error", "calibration_curve"
ABOUT = "Outcomes by probability"
CAPTION = (
    "Whether probabilities can be taken at their word. Across: the probability that the model gave, in tenths. Upward: "
    "the share of those people whose outcome then was favourable (dot) and its interval (bar). Where probabilities hold, "
    "dots lie in the squares; above them people did better than the model said, below worse. The columns underneath tell "
    "how many people of the group were given such a probability."
)
#: A probability, and a share of outcomes.
SHARE = Scale(low=0.0, high=1.0, step=0.5)


def calibration(record: Record) -> Panels | None:
    """Return the calibration curve of everybody and of each group; None where none was measured."""
    errors = by_group(record, CHECK, "expected_calibration_error")
    curves = by_group(record, CHECK, CURVE, "from", "to")
    drawn = {of: _panel(bins, errors.get(of, [])) for of, bins in curves.items()}
    return arranged(record, CHECK, CURVE, drawn, about=ABOUT, caption=CAPTION)


def _panel(bins: list[Measurement], errors: list[Measurement]) -> Panel:
    frame = Frame(x=SHARE, y=SHARE)
    ends = [(setting(m, "from"), setting(m, "to")) for m in bins]
    curve = [((low + high) / 2, m) for (low, high), m in zip(ends, bins, strict=True)]
    counted = [m.denominator or 0 for m in bins]
    people = Frame(x=SHARE, y=Scale(low=0.0, high=float(max(counted)), step=1.0))
    return Panel(
        scope=bins[0].scope,
        n=bins[0].n,
        notes=tuple(f"error {with_interval(m)}" for m in errors),
        paths=(
            ("band", frame.boxes((low, high, low, high) for low, high in ends)),
            (
                "whiskers",
                frame.whiskers((x, m.interval.low, m.interval.high) for x, m in curve if m.interval),
            ),
            ("dots", frame.dots((x, m.value) for x, m in curve if m.value is not None)),
        ),
        strip=people.boxes((low, high, 0.0, n) for (low, high), n in zip(ends, counted, strict=True)),
        x=percent_ticks(SHARE),
        y=percent_ticks(SHARE, upward=True),
    )
