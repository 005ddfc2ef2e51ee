"""Small drawings side by side: one for each group or column, on axes that can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiaudit.facts import Measured, Measurement, Scope
from aiaudit.record import Record
from aiaudit.render.drawing import Scale, place
from aiaudit.render.words import count, scope_text

#: Drawings of one figure; annex B holds the numbers of all.
DRAWN = 24
#: Rows of a group from which on it is drawn; of fewer, intervals say nothing but that.
LEAST = 10

#: Labels of an axis: a place in percent, and what is written there.
Ticks = tuple[tuple[str, str], ...]
#: A scope, as the key of a mapping.
Key = frozenset[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One drawing.

    Parameters
    ----------
    scope : Scope
        Of what; empty is everybody.
    n : int
        Rows that it tells of.
    notes : tuple of str
        Lines below its title.
    paths : tuple of pairs of str
        Style and path of what is drawn, from the back to the front.
    strip : str
        Path of a narrower drawing below, on the same x axis; empty without one.
    x, y : Ticks
        Labels of its axes.
    """

    scope: Scope
    n: int
    notes: tuple[str, ...]
    paths: tuple[tuple[str, str], ...]
    strip: str = ""
    x: Ticks
    y: Ticks

    @property
    def spoken(self) -> str:
        """Of what it is, in words."""
        return f"{scope_text(self.scope)}, {count(self.n, 'row')}"


@dataclass(frozen=True, kw_only=True)
class Panels:
    """Every drawing of one figure.

    Parameters
    ----------
    about : str
        What each of them shows, in a few words.
    caption : str
        How to read them.
    check : str
        Who measured what is drawn.
    number : int
        The place of its numbers in annex B.
    panels : tuple of Panel
        The drawings.
    hidden : tuple of pairs of str and int
        By attribute, smaller groups for which there is no room.
    withheld : int
        Groups that would tell a count of few people.
    """

    about: str
    caption: str
    check: str
    number: int
    panels: tuple[Panel, ...]
    hidden: tuple[tuple[str, int], ...] = ()
    withheld: int = 0


def ran(record: Record, check: str) -> tuple[int, Measured] | None:
    """Return what a check measured and its number in annex B; None where it did not run to its end."""
    measured = [o for o in record.outcomes if isinstance(o, Measured)]
    return next(((i, o) for i, o in enumerate(measured, 1) if o.check == check), None)


def by_group(record: Record, check: str, metric: str, *needed: str) -> dict[Key, list[Measurement]]:
    """Return the measurements of a metric that have a value, and *needed* settings in numbers, by whom they are of."""
    found = ran(record, check)
    grouped: dict[Key, list[Measurement]] = {}
    for m in () if found is None else found[1].measurements:
        if (
            m.metric == metric
            and m.value is not None
            and all(_is_number(m.params.get(name)) for name in needed)
        ):
            grouped.setdefault(key(m.scope), []).append(m)
    return grouped


def setting(m: Measurement, name: str) -> float:
    """Return a setting that is a number."""
    return float(m.params[name] or 0)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def key(scope: Scope) -> Key:
    """Return a scope as the key of a mapping."""
    return frozenset(scope.items())


def percent_ticks(scale: Scale, *, upward: bool = False) -> Ticks:
    """Return the labels of an axis of shares."""
    return tuple(
        (f"{place(100 - scale.at(x) if upward else scale.at(x))}%", f"{x * 100:g} %") for x in scale.ticks
    )


def placed(
    record: Record, sizes: Mapping[Key, int], room: int
) -> tuple[tuple[Scope, ...], tuple[tuple[str, int], ...]]:
    """Return everybody and the largest groups that there is room for, in the record's order; and how many are not shown.

    Parameters
    ----------
    record : Record
        Whose attributes and groups give the order.
    sizes : mapping of Key to int
        Rows of each that could be shown.
    room : int
        How many can be.
    """
    attributes = record.subject.attributes
    scopes: list[Scope] = [{}, *({a.name: g.label} for a in attributes for g in a.groups)]
    every = [scope for scope in scopes if key(scope) in sizes]
    enough = (scope for scope in every if sizes[key(scope)] >= LEAST)
    kept = sorted(enough, key=lambda scope: -sizes[key(scope)])[:room]
    left = {a.name: sum(a.name in scope for scope in every if scope not in kept) for a in attributes}
    shown = tuple(scope for scope in every if scope in kept)
    return shown, tuple((name, n) for name, n in left.items() if n)


def arranged(
    record: Record, check: str, metric: str, drawn: Mapping[Key, Panel], *, about: str, caption: str
) -> Panels | None:
    """Return the panels of everybody and of the largest groups."""
    found = ran(record, check)
    kept, hidden = placed(record, {of: panel.n for of, panel in drawn.items()}, DRAWN)
    if found is None or not kept:
        return None
    number, outcome = found
    husks = [m for m in outcome.measurements if m.metric == metric and "withheld" in m.params]
    return Panels(
        about=about,
        caption=caption,
        check=check,
        number=number,
        panels=tuple(drawn[key(scope)] for scope in kept),
        hidden=hidden,
        withheld=len({key(m.scope) for m in husks} - drawn.keys()),
    )
