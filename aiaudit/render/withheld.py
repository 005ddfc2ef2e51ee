"""Which numbers of a record tell a count of few people, by themselves or by subtraction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from aiaudit.facts import RESERVED_SCOPES, Form, Measured, Measurement, Scope
from aiaudit.record import Record
from aiaudit.subject_facts import AttributeFacts

#: Keys beside protected and control columns that split the counts of a group further.
_LAYERS = ("control", "label")
#: Keys of measurements that are about papers, not people.
_PAPERS = {"field", "attestation", "item"}
#: Checks that count neither outcomes nor decisions but empty cells, copies and pairs of rows: no sum of theirs and of
#: another check's tells a count. Every other check is taken to count the same people as all others do.
_APART = (
    "bias.matched-pairs",
    "data.duplicates",
    "data.label-conflicts",
    "data.missing-values",
    "data.train-overlap",
)
#: Keys that leave the table whole, or stand for no rows.
_WHOLE = RESERVED_SCOPES | {"population", "training rows"}
#: Units of metrics whose value is a count of people.
_COUNTS = ("rows", "people")
#: The columns by which a table of counts parts the rows.
Parting = frozenset[str]
_Counts = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """What of a record is not shown.

    Parameters
    ----------
    size : int
        Counts below it are not.
    columns : frozenset of str
        Protected and control columns.
    groups : mapping of str to frozenset of str
        Withheld groups, by column: none, two at least, or all.
    crossed : frozenset of frozenset of str
        Combinations of columns of which no count is shown.
    apart : frozenset of tuple
        Tables of checks that stand apart, by check and columns, of which no count is shown.
    counting : frozenset of tuple
        Metrics, by check and name, whose value is a count itself.
    """

    size: int
    columns: frozenset[str]
    groups: Mapping[str, frozenset[str]]
    crossed: frozenset[Parting]
    apart: frozenset[tuple[str, Parting]]
    counting: frozenset[tuple[str, str]]

    def covers(self, check: str, m: Measurement) -> bool:
        """Return whether a measurement is, or gives away, what is withheld."""
        about = {m.scope.get("attribute"), m.scope.get("column")}
        if any(self.groups.get(column) for column in about if column is not None):
            return True
        if (check, frozenset(m.scope)) in self.apart:
            return True
        if (check, m.metric) in self.counting and m.value is not None and small([abs(m.value)], self.size):
            return True
        if not _split(m.scope, self.columns) and small(_counts(m), self.size):
            return not _PAPERS & set(m.scope)
        return self._hides(m.scope) or (m.reference is not None and self._hides(m.reference.scope))

    def _hides(self, scope: Scope) -> bool:
        if set(scope) - self.columns - _WHOLE:
            # A slice by other columns: its counts are nested in those of others.
            return True
        named = {key: label for key, label in scope.items() if key in self.columns}
        if len(_split(scope, self.columns)) > 1:
            hidden = any(self.groups.get(key) for key in named)
            return hidden or frozenset(_split(scope, self.columns)) in self.crossed
        return any(label in self.groups.get(key, ()) for key, label in named.items())


def withheld(record: Record, size: int) -> Withheld:
    """Return what of the record must not be shown."""
    facts = (*record.subject.attributes, *record.subject.controls)
    columns = frozenset(a.name for a in facts)
    few: dict[Parting, list[Scope]] = {}
    apart = set()
    for check, scope, counts in _cells(record):
        key = frozenset(_split(scope, columns))
        if key and small(counts, size):
            if check in _APART:
                apart.add((check, frozenset(scope)))
            else:
                few.setdefault(key, []).append(scope)
    for scope in _nested(record, columns, size):
        few.setdefault(frozenset(_split(scope, columns)), []).append(scope)
    groups = {}
    for a in facts:
        own = {scope[a.name] for scope in few.get(frozenset([a.name]), ())}
        own |= {g.label for g in a.groups if small([g.n], size)}
        groups[a.name] = _complement(a, frozenset(own), list(_tables(record, a.name)), size)
    return Withheld(
        size=size,
        columns=columns,
        groups=groups,
        crossed=frozenset(key for key in few if len(key) > 1),
        apart=frozenset(apart),
        counting=frozenset(
            (o.check, metric.name)
            for o in _measured(record)
            for metric in o.metrics
            if metric.unit in _COUNTS
        ),
    )


def _split(scope: Scope, columns: frozenset[str]) -> list[str]:
    """Return the keys of a scope that part the rows among groups; none where no column does."""
    keys = [key for key in scope if key in columns]
    return [*keys, *(key for key in scope if key in _LAYERS)] if keys else []


def _counts(m: Measurement) -> _Counts:
    counts = [*m.excluded.values()]
    if m.numerator is not None:
        counts.append(m.numerator)
        if m.form is not Form.VALUE and m.denominator is not None:
            counts.append(m.denominator - m.numerator)
    if m.denominator is not None:
        counts.append(m.denominator)
    return tuple(counts)


def small(counts: Iterable[float], size: int) -> bool:
    """Return whether any count is of few people; nought is of nobody."""
    return any(0 < count < size for count in counts)


def _measured(record: Record) -> list[Measured]:
    return [outcome for outcome in record.outcomes if isinstance(outcome, Measured)]


def _nested(record: Record, columns: frozenset[str], size: int) -> Iterator[Scope]:
    """Yield scopes whose rows checks count differently, by few: the difference is a count of people too."""
    rows: dict[tuple[tuple[str, str], ...], set[int]] = {}
    for m in (m for outcome in _measured(record) for m in outcome.measurements):
        if _split(m.scope, columns):
            rows.setdefault(tuple(sorted(m.scope.items())), set()).add(m.n)
    for scope, found in rows.items():
        if small([b - a for a, b in pairwise(sorted(found))], size):
            yield dict(scope)


def _cells(record: Record) -> Iterator[tuple[str, Scope, _Counts]]:
    """Yield check, scope and counts of every group; "everyone else" counts for the group that it leaves."""
    for outcome in _measured(record):
        for m in outcome.measurements:
            # Rows that a check which stands apart did not count are in no table of its own.
            yield outcome.check, m.scope, _counts(m) if outcome.check in _APART else (m.n, *_counts(m))
            if m.reference is not None:
                x, n = m.reference.numerator, m.reference.denominator
                counts = (n,) if x is None else (n, x, n - x)
                yield outcome.check, (m.reference.scope or m.scope), counts


def _tables(record: Record, column: str) -> Iterator[Mapping[str, _Counts]]:
    """Yield, for every rate by groups of *column*, the counts of each group: of the rate and of what is left."""
    tables: dict[tuple[str, str], dict[str, _Counts]] = {}
    for outcome in (o for o in _measured(record) if o.check not in _APART):
        for m in outcome.measurements:
            if set(m.scope) == {column} and m.form is Form.RATE and m.numerator is not None:
                counts = (m.numerator, (m.denominator or 0) - m.numerator)
                tables.setdefault((outcome.check, m.metric), {})[m.scope[column]] = counts
    yield from tables.values()


def _complement(
    attribute: AttributeFacts, own: frozenset[str], tables: list[Mapping[str, _Counts]], size: int
) -> frozenset[str]:
    """Return the groups to withhold so that no difference from the whole gives one of *own* away."""
    if not own:
        return own
    sizes = {g.label: (g.n,) for g in attribute.groups}
    hidden = set(own)
    for label in sorted(sizes, key=lambda label: sizes[label]):
        sums = [
            sum(each)
            for table in (sizes, *tables)
            for each in zip(*(table[g] for g in hidden if g in table), strict=True)
        ]
        if len(hidden) > 1 and not small(sums, size):
            break
        hidden.add(label)
    return frozenset(hidden)
