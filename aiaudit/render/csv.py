"""Every measurement with its verdicts as one flat table, for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator

from aiaudit.errors import one_line
from aiaudit.facts import Measured, Measurement
from aiaudit.policy.model import Requirement
from aiaudit.record import Record, Verdict
from aiaudit.render.detail import waiver_text

COLUMNS = (
    "check",
    "metric",
    "scope",
    "value",
    "n",
    "numerator",
    "denominator",
    "interval_low",
    "interval_high",
    "interval_level",
    "p_value",
    "reference",
    "reference_numerator",
    "reference_denominator",
    "reference_rule",
    "method",
    "requirement",
    "status",
    "in_force",
    "severity",
    "op",
    "threshold",
    "basis",
    "margin",
    "p_adjusted",
    "rows_needed",
    "detectable",
    "reason",
    "waiver",
)
#: A spreadsheet would run a text that begins like this as a formula.
_FORMULA = ("=", "+", "-", "@", "\t")
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")
Cell = str | int | float | bool | None
Key = tuple[object, ...]


def render(record: Record, exit_code: int) -> str:
    """Return a row for each measurement and verdict on it, and one for each verdict without a measurement."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in _rows(record):
        writer.writerow([safe(row.get(column)) for column in COLUMNS])
    return stream.getvalue()


def _rows(record: Record) -> Iterator[dict[str, Cell]]:
    requirements = {r.id: r for r in record.policy.requirements}
    judged: dict[Key, list[dict[str, Cell]]] = defaultdict(list)
    for verdict in record.verdicts:
        requirement = requirements[verdict.requirement]
        judged[_key(requirement.check, verdict.measurement)].append(_verdict(requirement, verdict))
    for outcome in record.outcomes:
        for m in outcome.measurements if isinstance(outcome, Measured) else ():
            facts = _measurement(outcome.check, m)
            yield from ({**facts, **verdict} for verdict in judged.get(_key(outcome.check, m), [{}]))
    for (check, metric, *_), verdicts in judged.items():
        if metric is None:
            yield from ({"check": str(check), **verdict} for verdict in verdicts)


def _key(check: str, m: Measurement | None) -> Key:
    if m is None:
        return (check, None)
    against = None if m.reference is None else (m.reference.rule, *sorted(m.reference.scope.items()))
    return (check, m.metric, tuple(sorted(m.scope.items())), against)


def _measurement(check: str, m: Measurement) -> dict[str, Cell]:
    facts: dict[str, Cell] = {
        "check": check,
        "metric": m.metric,
        "scope": json.dumps(dict(m.scope), ensure_ascii=False),
        "value": m.value,
        "n": None if "withheld" in m.params else m.n,
        "numerator": m.numerator,
        "denominator": m.denominator,
        "p_value": m.p_value,
        "method": m.method,
    }
    if m.interval is not None:
        facts |= {f"interval_{end}": getattr(m.interval, end) for end in ("low", "high", "level")}
    if m.reference is not None:
        facts["reference"] = json.dumps(dict(m.reference.scope), ensure_ascii=False)
        facts |= {
            f"reference_{key}": getattr(m.reference, key) for key in ("numerator", "denominator", "rule")
        }
    return facts


def _verdict(requirement: Requirement, v: Verdict) -> dict[str, Cell]:
    return {
        "requirement": v.requirement,
        "status": v.status.value,
        "in_force": v.in_force,
        "severity": requirement.severity.name.lower(),
        "op": requirement.op.value,
        "threshold": str(requirement.threshold),
        "basis": requirement.basis.value,
        "margin": v.margin,
        "p_adjusted": v.p_adjusted,
        "rows_needed": v.rows_needed,
        "detectable": v.detectable,
        "reason": v.reason,
        "waiver": waiver_text(v),
    }


def safe(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula, on one line; a number in letters is left alone."""
    if not isinstance(cell, str):
        return cell
    text = one_line(cell, 5000)
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text
