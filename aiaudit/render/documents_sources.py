"""Where a document's answers come from: a field of the card, a signed statement, or a check that ran."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from aiaudit.card import Attestation, State, SystemCard, day, evidence_state, faults, fields, validity
from aiaudit.errors import IncompleteError
from aiaudit.facts import Measured, Measurement
from aiaudit.record import Record
from aiaudit.render.shown import said
from aiaudit.render.words import dated_text

GIVEN = State.GIVEN.value


@dataclass(frozen=True, kw_only=True)
class Source:
    """One place where an answer may stand.

    Parameters
    ----------
    where : str
        The place, in words.
    state : str
        ``given``, or what is wrong.
    answer : str
        What stands there: foreign text, empty where nothing counts.
    """

    where: str
    state: str
    answer: str = ""

    @property
    def given(self) -> bool:
        """Whether the answer counts."""
        return self.state == GIVEN


@dataclass(frozen=True, kw_only=True)
class Papers:
    """The card of a record, read once, and what was measured beside it.

    Parameters
    ----------
    record : Record
        The audit.
    statements : mapping of str to Attestation
        Statements of the card, by id.
    states : mapping of str to str
        What is in each field of the card, by its dotted name.
    """

    record: Record
    statements: Mapping[str, Attestation] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)

    def source(self, name: str) -> Source:
        """Return the place that a template names.

        Parameters
        ----------
        name : str
            ``purpose.decision`` for a field of the card; ``statement:ID`` or ``statement:ID/POINT`` for a signed
            statement, ``document:ID/POINT`` for one with its evidence; ``check:ID`` for what a check measured; ``record:model``,
            ``record:versions``, ``record:data`` or ``record:policy`` for what the audit ran on.
        """
        kind, _, rest = name.rpartition(":")
        if kind == "check":
            return self._check(rest)
        if kind == "record":
            told = "; ".join(_RECORD[rest](self.record))
            return Source(where=f"audit, {rest}", state=GIVEN if told else "missing", answer=told)
        if kind:
            id, _, point = rest.partition("/")
            return self._statement(id, point, documented=kind == "document")
        state = self.states[name]
        return Source(
            where=f"card, {name}", state=state, answer=said(self.record, name) if state == GIVEN else ""
        )

    def measured(self, *checks: str) -> tuple[Measurement, ...]:
        """Return what checks measured, where an id that ends with a dot stands for its whole family."""
        return tuple(m for o in self._ran() for m in o.measurements if _named(o.check, checks))

    def _ran(self) -> Iterator[Measured]:
        return (o for o in self.record.outcomes if isinstance(o, Measured))

    def _check(self, id: str) -> Source:
        found = self.measured(id)
        said = f"{len(found):,} numbers in the record" if found else ""
        return Source(where=f"measured, {id}", state=GIVEN if found else "not measured", answer=said)

    def _statement(self, id: str, point: str, documented: bool) -> Source:
        a = self.statements.get(id)
        where = f"statement {id}" + (f", point {point}" if point else "")
        if a is None:
            return Source(where=where, state="missing")
        state = self._state(a, point, documented)
        signed = f"{a.statement} ({a.name}, {a.role}, {a.date} to {a.expires})"
        return Source(where=where, state=state, answer=signed if state == GIVEN else "")

    def _state(self, a: Attestation, point: str, documented: bool) -> str:
        today, first, last = self.record.provenance.judged_on, day(a.date), day(a.expires)
        found = evidence_state(a) if documented else "; ".join(faults(a)) or GIVEN
        if found != GIVEN or first is None or last is None:
            return str(found)
        if point and point not in a.covers:
            return "the statement does not cover it"
        return _on(today, first, last)


def papers(record: Record) -> Papers:
    """Return the card of a record for reading.

    Raises
    ------
    IncompleteError
        If the record holds a card that is none.
    """
    try:
        card = None if record.card is None else SystemCard.model_validate(record.card)
    except ValidationError:
        raise IncompleteError(
            "the system card in the record is not one that this version reads",
            "Audit again with this version of aiaudit, or render with the version that made the record.",
        ) from None
    return Papers(
        record=record,
        statements={} if card is None else {a.id: a for a in card.attestations},
        states=_states(record, card),
    )


def _model(record: Record) -> Iterator[str]:
    if record.subject.model is not None:
        m = record.subject.model
        yield f"{m.kind}, file {m.name}, SHA-256 {m.digest}"


def _versions(record: Record) -> Iterator[str]:
    if record.subject.model is not None:
        yield from (f"{name} {version}" for name, version in record.subject.model.versions.items())


def _data(record: Record) -> Iterator[str]:
    for role, file in record.subject.data.items():
        digest = f", SHA-256 {file['sha256']}" if "sha256" in file else ""
        yield f"{role}: {file.get('name', '')}{digest}"


def _policy(record: Record) -> Iterator[str]:
    for source in record.provenance.sources:
        yield f"{source.id}, edition {source.edition}, SHA-256 {source.digest}, {dated_text(source)}"


_RECORD: Mapping[str, Callable[[Record], Iterator[str]]] = {
    "model": _model,
    "versions": _versions,
    "data": _data,
    "policy": _policy,
}


def _named(check: str, wanted: tuple[str, ...]) -> bool:
    return any(check == name or (name.endswith(".") and check.startswith(name)) for name in wanted)


def _states(record: Record, card: SystemCard | None) -> dict[str, str]:
    today, states = record.provenance.judged_on, {}
    for name, state in fields(card):
        states[name] = state.value
        if card is not None and state is State.GIVEN:
            states[name] = _on(today, *validity(card, name))
    return states


def _on(today: dt.date, first: dt.date | None, last: dt.date | None) -> str:
    """Return whether what has a first and a last day counts on the day of judgement."""
    if first is not None and today < first:
        return f"counts from {first} only"
    return GIVEN if last is None or today <= last else f"expired after {last}"
