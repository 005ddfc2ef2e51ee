"""How to weigh an audit, under the headings of those who weigh one: quality, efficacy, recency, scope, results, response.

The headings are those of 2 CCR 11009(f) (California) and section 13 of Public Act 26-15 (Connecticut).
"""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.facts import Errored, Measured, Skipped
from aiaudit.policy.model import DecideOn, Kind
from aiaudit.record import Record, Status
from aiaudit.render.changes import since_text
from aiaudit.render.findings import Finding, of_status
from aiaudit.render.limits import gaps
from aiaudit.render.sentences import verdict_sentence
from aiaudit.render.shown import said
from aiaudit.render.subject import rows_text
from aiaudit.render.words import TILES, WORDS, count, dated_text, level_text, listed, name


def weighing(record: Record, found: tuple[Finding, ...], exit_code: int) -> tuple[tuple[str, str], ...]:
    """Return each heading with what the record says under it."""
    return (
        ("Quality", " ".join(_quality(record))),
        ("Efficacy", " ".join(_efficacy(found))),
        ("Recency", " ".join(_recency(record))),
        ("Scope", " ".join(_scope(record, found))),
        ("Results", " ".join(_results(record, found, exit_code))),
        ("Response", " ".join(_response(record, found))),
    )


def _quality(record: Record) -> Iterator[str]:
    kinds = {kind: sum(isinstance(o, kind) for o in record.outcomes) for kind in (Measured, Skipped, Errored)}
    yield (
        f"{count(kinds[Measured], 'check')} measured, {kinds[Skipped]} did not run and say why, "
        f"{kinds[Errored]} crashed (annex B)."
    )
    every = [m for o in record.outcomes if isinstance(o, Measured) for m in o.measurements]
    intervals = [m.interval for m in every if m.interval is not None]
    if intervals:
        levels = listed([level_text(level) for level in sorted({i.level for i in intervals})])
        yield (
            f"{len(intervals):,} of {count(len(every), 'number')} have a confidence interval ({levels}), made to hold the "
            "true value in that share of samples like this one; the method stands beside each."
        )
    asked = [r for r in record.policy.requirements if r.kind is Kind.MEASURED]
    tested = sum(r.decide_on is not DecideOn.VALUE for r in asked)
    control = record.policy.error_control
    if tested:
        yield (
            f"Of {count(len(asked), 'measured requirement')}, {tested} heed chance: a model that treats everybody alike fails "
            f"any of the comparisons of the {control.family} in at most {level_text(control.alpha)} of audits (Holm)."
        )
    yield _isolation(record)


def _isolation(record: Record) -> str:
    model = record.subject.model
    if model is None:
        return "Decisions were read from the data; no model ran."
    locks = "; ".join(f"{name(key)} {name(value)}" for key, value in model.isolation.items())
    return f"How the model was run: {locks or 'not known'}."


def _efficacy(found: tuple[Finding, ...]) -> Iterator[str]:
    told = gaps(found)
    if told:
        yield f"Where no gap was found, this sample could just have shown: {told} (the smallest groups; annex A has all)."
    judged = [f for f in found if f.verdict.measurement is not None and f.requirement.kind is Kind.MEASURED]
    opened = of_status(tuple(judged), Status.INCONCLUSIVE)
    yield (
        f"{len(opened)} of {count(len(judged), 'verdict')} on numbers stayed open: there the sample could not tell."
        if judged
        else "No number was judged."
    )


def _recency(record: Record) -> Iterator[str]:
    yield f"Judged on {record.provenance.judged_on.isoformat()}."
    first, last = said(record, "data.first_day"), said(record, "data.last_day")
    period = said(record, "data.period") or (f"{first} to {last}" if first and last else "")
    yield (
        f"Data from {name(period)}, says the card."
        if period
        else "No card says which period the data are from."
    )
    for source in record.provenance.sources:
        yield f"Policy {name(source.id)}, edition {name(source.edition)}, {dated_text(source)}."
    checked = [i.last_verified for i in record.policy.instruments]
    if checked:
        yield f"Its law was last looked up on {min(checked).isoformat()}."
    planned = said(record, "monitoring.next_audit")
    if planned:
        yield f"Next audit planned for {name(planned)}."


def _scope(record: Record, found: tuple[Finding, ...]) -> Iterator[str]:
    yield f"{rows_text(record.subject.rows)}."
    attributes = [f"{name(a.name, 40)} ({count(len(a.groups), 'group')})" for a in record.subject.attributes]
    yield f"Compared by {listed(attributes)}." if attributes else "No protected attribute was declared."
    unknown = sum(a.missing for a in record.subject.attributes)
    if unknown:
        yield f"{count(unknown, 'value')} of these are missing, and counted as groups of their own."
    left = dict.fromkeys(f.requirement.id for f in of_status(found, Status.NOT_ASSESSED))
    if left:
        yield f"Not assessed: {', '.join(left)}."
    narrowed = [*record.provenance.selected, *(f"not {name(i)}" for i in record.provenance.ignored)]
    if narrowed:
        yield f"Narrowed by the user to: {', '.join(map(name, narrowed))}."


def _results(record: Record, found: tuple[Finding, ...], exit_code: int) -> Iterator[str]:
    yield verdict_sentence(record, exit_code)
    counts = record.counts()
    told = [f"{counts[status]:,} {WORDS[status]}" for status in TILES if counts[status]]
    yield f"Of {count(len(record.verdicts), 'verdict')}: {listed(told)}." if told else "Nothing was judged."
    stopping = dict.fromkeys(f.requirement.id for f in found if f.gating)
    if stopping:
        yield f"In the way of the policy: {', '.join(stopping)}."


def _response(record: Record, found: tuple[Finding, ...]) -> Iterator[str]:
    yield f"Steps are advised on {count(len(record.advice), 'requirement')}."
    owner = said(record, "identity.owner.name")
    yield f"The card names {name(owner)} as owner." if owner else "No card names an owner."
    asked = [f for f in found if f.requirement.kind is Kind.ATTESTED]
    if asked:
        yield f"Statements asked for: {len(asked)}; signed and valid: {len(of_status(tuple(asked), Status.PASS))}."
    waivers = {f.verdict.waiver.requirement: f.verdict.waiver for f in found if f.verdict.waiver is not None}
    for id, waiver in waivers.items():
        yield (
            f"Failure of {id} accepted by {name(waiver.approved_by)} until {waiver.expires.isoformat()} "
            f"(owner {name(waiver.owner)})."
        )
    known = sum(v.baseline == "known" for v in record.verdicts)
    if known:
        yield f"Failures and doubts that the baseline knew: {known}."
    if record.since is not None:
        yield since_text(record.since)
    yield "What is changed because of this audit, the next one can show."
