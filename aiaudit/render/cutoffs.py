"""Whom each cut-off would let in: the share of every group against the share of everybody."""

from __future__ import annotations

from aiaudit.facts import Measurement
from aiaudit.record import Record
from aiaudit.render.drawing import Frame, Scale
from aiaudit.render.panels import Panel, Panels, arranged, by_group, key, percent_ticks, setting
from aiaudit.render.words import with_interval

CHECK, RATE = "bias.threshold-sweep", "selection_rate_at_cutoff"
ABOUT = "Share let in by cut-off"
CAPTION = (
    "Whom each cut-off of the score would let in. Across: the share of everybody that a cut-off lets in, strict cut-offs "
    "on the left. Upward: the share of the group, with its interval. On the dotted line a group fares as everybody does; "
    "below it, it is let in less often. The dashed line is the cut-off in use."
)
SHARE = Scale(low=0.0, high=1.0, step=0.5)


def cutoffs(record: Record) -> Panels | None:
    """Return the sweep of each group; None where none was measured."""
    sweeps = by_group(record, CHECK, RATE, "cutoff", "in_use")
    everybody = {setting(m, "cutoff"): m.value for m in sweeps.pop(key({}), ()) if m.value is not None}
    means = by_group(record, "bias.score-distribution", "mean_score")
    drawn = {}
    for of, sweep in sweeps.items():
        points = [(everybody[setting(m, "cutoff")], m) for m in sweep if setting(m, "cutoff") in everybody]
        if points:
            drawn[of] = _panel(sorted(points, key=lambda point: point[0]), means.get(of, []))
    return arranged(record, CHECK, RATE, drawn, about=ABOUT, caption=CAPTION)


def _panel(points: list[tuple[float, Measurement]], means: list[Measurement]) -> Panel:
    frame = Frame(x=SHARE, y=SHARE)
    in_use = [(x, m) for x, m in points if m.params["in_use"]]
    return Panel(
        scope=points[0][1].scope,
        n=points[0][1].n,
        notes=tuple(f"mean score {with_interval(m)}" for m in means),
        paths=(
            ("equal", frame.line([(0.0, 0.0), (1.0, 1.0)])),
            ("limit", frame.whiskers((x, 0.0, 1.0) for x, _ in in_use)),
            ("band", frame.band((x, m.interval.low, m.interval.high) for x, m in points if m.interval)),
            ("line", frame.line((x, m.value) for x, m in points if m.value is not None)),
            ("dots", frame.dots((x, m.value) for x, m in in_use if m.value is not None)),
        ),
        x=percent_ticks(SHARE),
        y=percent_ticks(SHARE, upward=True),
    )
