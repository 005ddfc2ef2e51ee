"""A baseline: what an earlier audit found, kept so that the gate stops only what is new or worse beyond noise."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from aiaudit.advice import advise
from aiaudit.archive.compare import Change, compare
from aiaudit.archive.readings import readings
from aiaudit.archive.since import Earlier, comparison
from aiaudit.errors import AuditError, UsageError, one_line
from aiaudit.gate import gates
from aiaudit.record import SCHEMA as RECORD
from aiaudit.record import Record, Status, Verdict, to_plain
from aiaudit.registry import checks

SCHEMA = "aiaudit/baseline/1"
_ASKED = ("id", "title", "check", "metric", "op", "threshold")
_MEASURED = ("metric", "form", "value", "numerator", "denominator", "interval", "scope")
_REFERENCE = ("scope", "numerator", "denominator", "rule", "looks")
#: What counts as known, by what the baseline found: a doubt does not excuse the failure that it becomes.
_KNOWN = {
    Status.FAIL: ("fail",),
    Status.INCONCLUSIVE: ("fail", "inconclusive"),
    Status.NOT_ASSESSED: ("not_assessed",),
}
#: What can have become worse; what was accepted, crashed or makes no sense cannot.
_MEASURABLE = (Status.PASS, Status.FAIL, Status.INCONCLUSIVE)


def baseline_of(record: Record) -> str:
    """Return a record's baseline as JSON: what was asked, and the counts of every verdict, nothing else."""
    plain = to_plain(record)
    requirements = [_only(requirement, _ASKED) for requirement in plain["policy"]["requirements"]]
    data = {
        "schema": SCHEMA,
        "record": record.digest,
        "judged_on": plain["provenance"]["judged_on"],
        "policy": {"id": plain["policy"]["id"], "requirements": requirements},
        "verdicts": [_verdict(verdict) for verdict in plain["verdicts"]],
    }
    return json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _verdict(verdict: Mapping[str, Any]) -> dict[str, Any]:
    measurement = verdict["measurement"]
    if measurement is not None:
        reference = measurement["reference"]
        against = None if reference is None else _only(reference, _REFERENCE)
        measurement = {**_only(measurement, _MEASURED), "reference": against}
    return {**_only(verdict, ("requirement", "status")), "measurement": measurement}


def _only(data: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: data[name] for name in names}


def load_baseline(path: str | Path) -> Earlier:
    """Read a baseline, or a record in its place.

    Raises
    ------
    UsageError
        If it cannot be read, or is neither.
    """
    hint = "Write one with 'aiaudit baseline record.json -o FILE'."
    try:
        plain = json.loads(Path(path).read_bytes())
        form = plain.get("schema") if isinstance(plain, dict) else None
        if form not in (SCHEMA, RECORD):
            raise ValueError(f"its schema is neither {SCHEMA} nor {RECORD}")
        record, day = (
            (plain["record"], plain["judged_on"])
            if form == SCHEMA
            else (plain["digest"], plain["provenance"]["judged_on"])
        )
        found = readings(plain, str(path))
        return Earlier(record=str(record), day=str(day), readings=found, source="baseline")
    except OSError as error:
        raise UsageError(f"{one_line(path)} cannot be read: {one_line(error.strerror)}", hint) from None
    except (ValueError, KeyError, TypeError, RecursionError, AuditError) as error:
        raise UsageError(f"{one_line(path)} is no baseline: {one_line(error, 120)}", hint) from None


def against(record: Record, baseline: Earlier) -> Record:
    """Set an audit against a baseline.

    A failure of the baseline that is not worse beyond noise is *known* and does not gate; any other failure is
    *new*; a number that is worse beyond noise fails even within its limit. All comparisons of the two audits
    together call a change by mistake in at most 5 % of runs (`aiaudit.archive.compare`). Verdicts that could
    not stop a pipeline anyway stay as they are.

    Parameters
    ----------
    record : Record
        The audit.
    baseline : Baseline
        The earlier one.
    """
    now = readings(to_plain(record), "this audit")
    changes = {(c.asked.id, *sorted(c.scope.items())): c for c in compare(baseline.readings, now)}
    verdicts = tuple(
        _set_against(v, changes[_key(v)], baseline.day, record.policy.strict) if gates(record, v) else v
        for v in record.verdicts
    )
    judged = {_key(v): v.status for v in verdicts}
    turned = [replace(c, new_status=judged.get(key, c.new_status)) for key, c in changes.items()]
    return replace(
        record,
        verdicts=verdicts,
        advice=advise(verdicts, record.policy, checks(), record.outcomes),
        provenance=replace(record.provenance, baseline=baseline.record),
        since=comparison(turned, baseline, now),
    )


def _key(verdict: Verdict) -> tuple[Sequence[str], ...]:
    return verdict.requirement, *sorted(verdict.scope.items())


def _set_against(verdict: Verdict, change: Change, day: str, strict: bool) -> Verdict:
    since: Literal["known", "new", "worse"]
    status = verdict.status
    if status in _MEASURABLE and change.beyond_noise and change.direction == "worse":
        moved = f"{change.old_value:.3f} -> {change.new_value:.3f}"
        status, since, told = (
            Status.FAIL,
            "worse",
            f"worse than in the baseline of {day} beyond noise: {moved}",
        )
    elif change.old_status in _KNOWN.get(status, ()) and (status is Status.FAIL or strict):
        since, told = "known", f"known to the baseline of {day}"
    elif status is Status.FAIL:
        since, told = "new", f"not among the failures of the baseline of {day}"
    else:
        return verdict
    return replace(verdict, status=status, baseline=since, reason=f"{verdict.reason}; {told}")


def gone(record: Record, baseline: Earlier) -> tuple[str, ...]:
    """Return the requirements that failed in the baseline and pass wherever they are judged now."""
    failed = {id for (id, _), reading in baseline.readings.found.items() if reading.status == "fail"}
    now = {
        v.requirement: {w.status for w in record.verdicts if w.requirement == v.requirement}
        for v in record.verdicts
    }
    return tuple(id for id, statuses in now.items() if id in failed and statuses == {Status.PASS})
