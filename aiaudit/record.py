"""The record: facts, verdicts and provenance of one audit, from which everything else is derived."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from aiaudit.comparison import Comparison
from aiaudit.errors import IncompleteError, one_line
from aiaudit.facts import Errored, Measured, Skipped
from aiaudit.policy.model import Policy, PolicySource, Requirement, Waiver
from aiaudit.subject_facts import SubjectFacts
from aiaudit.verdicts import Advice, Status, Verdict

__all__ = [
    "SCHEMA",
    "Advice",
    "PolicySource",
    "Provenance",
    "Record",
    "Status",
    "Tool",
    "Verdict",
    "from_json",
    "json_schema",
    "to_json",
    "to_plain",
]

SCHEMA: Literal["aiaudit/record/1"] = "aiaudit/record/1"


@dataclass(frozen=True, kw_only=True)
class Tool:
    """What made the record."""

    name: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """Under which conditions the record was made; `measured_in` is the record that was judged again and `measured_on`
    its day, `baseline` the one that this audit was set against.

    `judged_on`, `libraries` and `archive_head` (that of the archive which keeps the audit, before it did) stand
    outside the digest: same inputs and same numbers give it on another day and another machine too.
    """

    judged_on: date
    libraries: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[PolicySource, ...] = ()
    selected: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    gate_overrides: tuple[str, ...] = ()
    unused_waivers: tuple[Waiver, ...] = ()
    archive_head: str | None = None
    measured_in: str | None = None
    measured_on: date | None = None
    baseline: str | None = None


@checked(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Record:
    """One audit. Its JSON form uses these names as they stand.

    `since` tells what changed from the audit before, as found at the time; it stands outside the digest.
    """

    subject: SubjectFacts
    policy: Policy
    outcomes: tuple[Annotated[Measured | Skipped | Errored, Field(discriminator="status")], ...]
    verdicts: tuple[Verdict, ...]
    advice: tuple[Advice, ...]
    provenance: Provenance
    tool: Tool
    card: Mapping[str, Any] | None = None
    since: Comparison | None = None
    schema: Literal["aiaudit/record/1"] = SCHEMA

    def requirement(self, id: str) -> Requirement:
        """Return the requirement of that id."""
        return next(r for r in self.policy.requirements if r.id == id)

    def counts(self) -> dict[Status, int]:
        """Return how many verdicts have each status, every status present."""
        return {s: sum(v.status is s for v in self.verdicts) for s in Status}

    @property
    def exit_code(self) -> int:
        """What the gate says: 0 where the policy is met (`aiaudit.gate.exit_code`)."""
        from aiaudit.gate import exit_code

        return int(exit_code(self))

    def _repr_html_(self) -> str:
        """Return the report for a notebook, in a frame of its own without rights."""
        from aiaudit.render.notebook import frame

        return frame(self)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the record without the day, the machine, what the archive held before and this digest."""
        # Without what stands at its default: a field that a later version adds must not change older digests.
        body = _steady(_ADAPTER.dump_python(self, mode="json", exclude_defaults=True, exclude={"since"}))
        for name in ("judged_on", "libraries", "archive_head"):
            body["provenance"].pop(name, None)
        for name in ("versions", "isolation"):
            (body["subject"].get("model") or {}).pop(name, None)
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


_ADAPTER: TypeAdapter[Record] = TypeAdapter(Record)


def to_plain(record: Record) -> dict[str, Any]:
    """Return the record as JSON-ready data, its numbers to twelve digits."""
    return dict(_steady(_ADAPTER.dump_python(record, mode="json")))


def _steady(plain: Any) -> Any:
    """Round away the last digits of every number: they depend on the processor and on its threads."""
    if isinstance(plain, dict):
        return {key: _steady(value) for key, value in plain.items()}
    if isinstance(plain, list):
        return [_steady(value) for value in plain]
    return float(f"{plain:.12g}") if isinstance(plain, float) else plain


def to_json(record: Record, exit_code: int) -> str:
    """Return the record as JSON text, the digest and the gate's exit code with it."""
    plain = {**to_plain(record), "digest": record.digest, "exit_code": exit_code}
    return json.dumps(plain, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str | bytes, name: str) -> Record:
    """Read a record.

    Raises
    ------
    IncompleteError
        If the text is not a record of a version known here, or was changed since it was written.
    """
    try:
        plain = json.loads(text)
        if not isinstance(plain, dict) or plain.get("schema") != SCHEMA:
            raise ValueError(f"its schema is not {SCHEMA}")
        told = plain.pop("digest", None), plain.pop("exit_code", None)
        record = _ADAPTER.validate_python(plain)
    except (ValueError, ValidationError) as error:
        raise IncompleteError(
            f"{one_line(name)} is not a record: {one_line(error, 160)}",
            "Give a record.json written by 'aiaudit check', of a version that this aiaudit reads.",
        ) from None
    if told != (record.digest, record.exit_code):
        raise IncompleteError(
            f"{one_line(name)} was changed after it was written: its digest or exit code does not match its content",
            "Use the original file, or audit again.",
        )
    return record


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a record's file."""
    schema = _ADAPTER.json_schema(mode="serialization")
    schema["properties"] |= {
        "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "exit_code": {"enum": [0, 1, 2, 3, 4]},
    }
    schema["required"] = [*schema["required"], "schema", "digest", "exit_code"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "aiaudit record", **schema}
