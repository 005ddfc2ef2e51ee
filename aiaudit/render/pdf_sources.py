"""Data, metrics and provenance in the PDF's annex."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.gate import MEANING, Exit
from aiaudit.model import ModelFacts
from aiaudit.record import Record
from aiaudit.render import subject, words
from aiaudit.render.findings import Finding
from aiaudit.render.pdf_blocks import (
    Block,
    Line,
    facts,
    heading,
    items,
    lead,
    listing,
    name,
    pairs,
    table,
    text,
)
from aiaudit.render.words import count, dated_text
from aiaudit.subject_facts import AttributeFacts


def data(record: Record) -> Iterator[Block]:
    """Return the rows accounted for, every group with its size, and the columns."""
    given = record.subject
    yield text(f"{subject.rows_text(given.rows)}.")
    for attribute in given.attributes:
        yield from _groups(attribute, record)
    if not given.attributes:
        yield text("No protected attribute was declared.")
    for attribute in given.controls:
        yield from _groups(attribute, record, "Compared within ")
    if given.notes:
        yield heading("Noticed while reading")
        yield items(name(note, 1000) for note in given.notes)
    if given.features:
        yield heading(f"{count(len(given.features), 'column')} given to the model")
        yield text(", ".join(map(name, given.features)))


def _groups(a: AttributeFacts, record: Record, lead_in: str = "") -> Iterator[Block]:
    population = record.subject.population.get(a.name, {})
    dependants = record.subject.dependants.get(a.name, ())
    cuts = f" Cut at {', '.join(map(words.figure, a.edges))} ({name(a.edges_from)})." if a.edges else ""
    fed = "a feature of the model" if a.is_feature else "not a feature of the model"
    bound = f" With it change: {', '.join(map(name, dependants))}." if dependants else ""
    yield heading(f"{lead_in}{name(a.name)}: {count(len(a.groups), 'group')}")
    yield lead({"soft": f"{count(a.missing, 'row')} without a value.{cuts} The column is {fed}.{bound}"})
    head, rows = ["Group", "Rows"], [[name(g.label), f"{g.n:,}"] for g in a.groups]
    if population:
        head.append("Declared share of the population")
        for row, g in zip(rows, a.groups, strict=True):
            row.append(words.figure(population[g.label]) if g.label in population else "not declared")
    yield table(head, rows, widths=[60, 20, 30][: len(head)], numeric=[1, 2])


def metrics(record: Record, found: tuple[Finding, ...]) -> Iterator[Block]:
    """Return how numbers are rounded here, and what each metric that was judged means."""
    control = record.policy.error_control
    yield text(
        "Numbers are rounded for print: three decimals, one above a thousand, whole numbers whole, and more digits "
        "where rounding would make a value look like the limit it missed. P-values have three significant digits; one "
        "below 0.001 is printed as such. The record holds every number in full. Shares and ratios are fractions of "
        f"one. Holm's correction holds the chance of a false alarm at {words.figure(control.alpha)} over the "
        f"{control.family}."
    )
    judged = {(f.requirement.check, m.name): m for f in found if (m := f.metric) is not None}
    rows = [
        [name(m.name), name(check), name(m.unit), name(m.definition, 1000), name(m.source)]
        for (check, _), m in sorted(judged.items(), key=lambda each: each[0])
    ]
    if rows:
        yield table(["Metric", "Check", "Unit", "Definition", "Source"], rows, widths=[22, 22, 11, 34, 22])


def provenance(record: Record, exit_code: int) -> Iterator[Block]:
    """Return digests, versions and settings: what it takes to make the same record again."""
    p = record.provenance
    rows: list[tuple[str, Line]] = [
        ("Record", {"code": record.digest}),
        ("Exit code", f"{exit_code}: {MEANING[Exit(exit_code)]}"),
        ("Tool", f"{name(record.tool.name)} {name(record.tool.version)}, record format {record.schema}"),
        ("Judged on", p.judged_on.isoformat()),
        *_origins(record),
        ("Seed", str(record.subject.seed)),
        ("Checks selected", listing(p.selected, "all")),
        ("Gate for this run", "; ".join(p.gate_overrides) or "as the policy says"),
        ("Waivers not needed", listing([w.requirement for w in p.unused_waivers], "none")),
        ("Checks ignored", listing(p.ignored, "none")),
        *((f"File: {name(role)}", pairs(of)) for role, of in record.subject.data.items()),
        *(_model(record.subject.model) if record.subject.model is not None else ()),
        ("Versions here", pairs(p.libraries) or "unknown"),
        *_rules(record),
    ]
    yield facts(rows)


def _origins(record: Record) -> Iterator[tuple[str, Line]]:
    p = record.provenance
    if p.baseline is not None:
        yield "Set against", ["the baseline of record ", {"code": name(p.baseline)}]
    if p.measured_in is not None:
        yield "Judged again", ["by the measurements of record ", {"code": name(p.measured_in)}]
    if p.archive_head is not None:
        yield "Kept in an archive", ["whose head before this audit was ", {"code": name(p.archive_head)}]


def _model(model: ModelFacts) -> Iterator[tuple[str, Line]]:
    file = f"{name(model.name)} ({name(model.format)}) "
    yield "Model file", [file, {"code": name(model.digest)}] if model.digest else file
    yield "Trust granted", listing(model.trusted, "none")
    yield "Isolation", pairs(model.isolation) or "none"
    yield "Model's versions", pairs(model.versions) or "unknown"


def _rules(record: Record) -> Iterator[tuple[str, Line]]:
    for s in record.provenance.sources:
        told = (
            f"{name(s.title)} ({name(s.id)}, edition {name(s.edition)}), {name(s.origin)}, {dated_text(s)}, "
        )
        yield "Policy file", [told, {"code": name(s.digest)}]
    for i in record.policy.instruments:
        yield (
            "Instrument",
            f"{name(i.citation)}: {name(i.status)}, last checked {i.last_verified.isoformat()}",
        )
