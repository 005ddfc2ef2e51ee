"""What a table's columns may mean: proposed with a reason, or left open."""

from __future__ import annotations

from dataclasses import dataclass

from aiaudit.errors import UsageError, some
from aiaudit.groups import AGE_EDGES, DISTINCT_NUMBERS, Sensitive
from aiaudit.labels import Task, favorable_labels
from aiaudit.personal import identifier_by_name
from aiaudit.starting.look import FEW, Column, Look
from aiaudit.starting.names import (
    CONTROL,
    FIELDS,
    IDENTIFIER,
    UNWELCOME,
    WEIGHT,
    WELCOME,
    plain,
    protected_kind,
    speaks,
    target_like,
)

#: A protected column with more groups than this is named, not proposed: it would compare people one by one.
MOST_GROUPS = 100
_YES = frozenset(["1", "yes", "true", "y", "t", "ja", "oui", "si"])
_NO = frozenset(["0", "no", "false", "n", "f", "nein", "non"])


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A value for the configuration and why; without a value it is a decision still to be made."""

    value: str | Sensitive | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class Proposals:
    """What is proposed about a table's columns.

    Parameters
    ----------
    target, favorable : Proposal
        The column of outcomes, and the label that helps the person.
    unlabeled : int
        Rows without an outcome in the proposed target.
    sensitive, drop : tuple of Proposal
        Protected columns, and columns that name rows; empty where nothing was found.
    control, weights : tuple of str
        Columns to think of; none of them is put into force.
    passed_over : tuple of str
        Protected by name, but of too many values to be groups.
    fields : mapping of str to tuple of str
        Fields of use that column names speak of, with those columns.
    """

    target: Proposal
    favorable: Proposal
    unlabeled: int
    sensitive: tuple[Proposal, ...]
    drop: tuple[Proposal, ...]
    control: tuple[str, ...]
    weights: tuple[str, ...]
    passed_over: tuple[str, ...]
    fields: dict[str, tuple[str, ...]]


def propose(look: Look) -> Proposals:
    """Propose what the columns of a table mean, from their names and values alone."""
    target = _target(look)
    chosen = next((c for c in look.columns if c.name == target.value), None)
    protected = [c for c in look.columns if c is not chosen and protected_kind(c.name)]
    others = [c for c in look.columns if c is not chosen and c not in protected]
    return Proposals(
        target=target,
        favorable=_favorable(chosen),
        unlabeled=chosen.missing if chosen else 0,
        sensitive=tuple(_sensitive(c) for c in protected if _groups(c)),
        drop=tuple(p for c in others if (p := _drop(c, look.rows)) is not None),
        control=tuple(c.name for c in others if 2 <= c.distinct <= FEW and speaks(plain(c.name), CONTROL)),
        weights=tuple(c.name for c in others if c.numeric and c.low >= 0 and speaks(plain(c.name), WEIGHT)),
        passed_over=tuple(c.name for c in protected if not _groups(c)),
        fields=_fields(look),
    )


def _target(look: Look) -> Proposal:
    usable = [c for c in look.columns if 2 <= c.distinct <= FEW and not protected_kind(c.name)]
    named = [c for c in usable if target_like(c.name)]
    last = look.columns[-1] if look.columns else None
    for found in [c for c in named if len(named) == 1 or c is last]:
        place = "; it is the last column" if found is last else ""
        reason = f"its name speaks of an outcome, and it holds {found.distinct} values{place}"
        return Proposal(value=found.name, reason=reason)
    if named:
        reason = f"several columns could be it: {some([c.name for c in named])}"
    elif last is not None and last in usable:
        reason = f"no name speaks of an outcome; the last column, {some([last.name])}, holds few values"
    else:
        reason = "nothing was found: no column of few values has a name that speaks of an outcome"
    return Proposal(value=None, reason=reason)


def _favorable(target: Column | None) -> Proposal:
    if target is None:
        return Proposal(value=None, reason="it follows from the column of outcomes")
    try:
        (label,), how = favorable_labels((), target.labels, Task.BINARY)
    except UsageError:
        return Proposal(value=None, reason=_asked(target))
    return Proposal(value=label, reason=how)


def _asked(target: Column) -> str:
    asked = f"the labels are {some(target.labels, 20)}; which of them is good for the person?"
    name, by_lower = set(plain(target.name).split()), {label.lower(): label for label in target.labels}
    yes = [label for lower, label in by_lower.items() if lower in _YES]
    no = [label for lower, label in by_lower.items() if lower in _NO]
    if len(by_lower) != 2 or len(yes) != 1 or len(no) != 1:
        return asked
    if name & UNWELCOME and not name & WELCOME:
        return f"{asked} The column's name suggests {some(no)}"
    if name & WELCOME and not name & UNWELCOME:
        return f"{asked} The column's name suggests {some(yes)}"
    return asked


def _groups(column: Column) -> bool:
    """Return whether a protected column's values are groups: few names or codes, or ages to cut; no dates."""
    of_age = protected_kind(column.name) == "age"
    if column.numeric:
        return column.distinct >= 2 and (of_age or column.distinct <= DISTINCT_NUMBERS)
    return 2 <= column.distinct <= (FEW if of_age else MOST_GROUPS)


def _sensitive(column: Column) -> Proposal:
    kind = protected_kind(column.name)
    empty = f", {column.missing} rows empty" if column.missing > 1 else ", 1 row empty" * column.missing
    reason = f"its name speaks of {kind}; {column.distinct} values{empty}"
    edges = tuple(edge for edge in AGE_EDGES if column.low < edge <= column.high)
    if column.numeric and column.distinct > DISTINCT_NUMBERS:
        if edges and column.high < 150:
            lines = {40.0: "40 (ADEA)", 62.0: "62 (Regulation B)"}
            why = f"cut at {' and '.join(lines[edge] for edge in edges)}"
            return Proposal(value=Sensitive(column=column.name, edges=edges), reason=f"{reason}, {why}")
        reason += ", cut at their quartiles unless you name edges: {column: [10, 20]}"
    elif column.numeric:
        reason += f", codes: {some(column.labels)}"
    return Proposal(value=column.name, reason=reason)


def _drop(column: Column, rows: int) -> Proposal | None:
    kind = identifier_by_name(column.name)
    if kind and column.distinct > FEW:
        return Proposal(value=column.name, reason=f"its name speaks of the {kind}")
    named = IDENTIFIER.intersection(plain(column.name).split())
    if column.unique and (named or not column.numeric):
        return Proposal(value=column.name, reason="every row has another value")
    if named and 2 * column.distinct > rows:
        reason = f"its name speaks of an identifier, and {rows} rows have {column.distinct} values"
        return Proposal(value=column.name, reason=reason)
    return None


def _fields(look: Look) -> dict[str, tuple[str, ...]]:
    found = {
        field: tuple(c.name for c in look.columns if speaks(plain(c.name), words))
        for field, words in FIELDS.items()
    }
    return {field: columns for field, columns in found.items() if columns}
