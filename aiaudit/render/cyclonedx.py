"""The model as a component of a CycloneDX 1.6 bill of materials, with its model card."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from aiaudit.facts import Measurement
from aiaudit.labels import Task
from aiaudit.record import Record, Status
from aiaudit.render import words
from aiaudit.render.shown import said, shown

_SHA256 = re.compile(r"[0-9a-f]{64}")
#: Digests of records are turned into serial numbers under this name.
_NAMESPACE = uuid.UUID("6f0c6f3e-8f39-5d0e-9c63-2f0d1a7f5b11")


def render(record: Record, exit_code: int) -> str:
    """Return the bill of materials; the same record gives the same bytes."""
    tool = {"type": "application", "name": record.tool.name, "version": record.tool.version}
    bom = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, record.digest)}",
        "version": 1,
        "metadata": {"tools": {"components": [tool]}},
        "components": [_component(record, exit_code)],
    }
    return json.dumps(bom, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _component(record: Record, exit_code: int) -> dict[str, Any]:
    model = record.subject.model
    properties = {"aiaudit:record": record.digest, "aiaudit:exit-code": str(exit_code)}
    properties |= {f"aiaudit:{status}": str(n) for status, n in record.counts().items()}
    return _filled(
        {
            "type": "machine-learning-model",
            "bom-ref": "model",
            "name": words.name(said(record, "identity.name") or (model.name if model else "model")),
            "version": said(record, "identity.version"),
            "description": said(record, "purpose.decision"),
            "hashes": [{"alg": "SHA-256", "content": model.digest}]
            if model and _SHA256.fullmatch(model.digest)
            else [],
            "modelCard": _filled(
                {
                    "modelParameters": _parameters(record),
                    "quantitativeAnalysis": {"performanceMetrics": [*map(_performance, _defined(record))]},
                    "considerations": _considerations(record),
                }
            ),
            "properties": [{"name": name, "value": value} for name, value in properties.items()],
        }
    )


def _parameters(record: Record) -> dict[str, Any]:
    regression = record.subject.task is Task.REGRESSION
    return _filled(
        {
            "approach": {"type": "supervised"},
            "task": "regression" if regression else "classification",
            "modelArchitecture": record.subject.model.kind if record.subject.model else "",
            "datasets": [
                {"type": "dataset", "name": words.name(f"{role}: {file.get('name', '')}")}
                for role, file in record.subject.data.items()
            ],
        }
    )


def _defined(record: Record) -> Iterator[Measurement]:
    return (m for m in shown(record) if m.value is not None)


def _performance(m: Measurement) -> dict[str, Any]:
    sure = m.interval
    return _filled(
        {
            "type": m.metric,
            "value": f"{m.value:.6g}",
            "slice": words.scope_text(m.scope),
            "confidenceInterval": {"lowerBound": f"{sure.low:.6g}", "upperBound": f"{sure.high:.6g}"}
            if sure
            else {},
        }
    )


def _considerations(record: Record) -> dict[str, Any]:
    def listed(*names: str) -> list[str]:
        return [said(record, name) for name in names if said(record, name)]

    harm = {
        "name": said(record, "purpose.known_harmful_uses"),
        "mitigationStrategy": said(record, "role.human"),
    }
    return _filled(
        {
            "users": listed("purpose.users"),
            "useCases": listed("purpose.decision"),
            "technicalLimitations": listed("limitations", "purpose.out_of_scope", "data.known_gaps"),
            "ethicalConsiderations": [_filled(harm)] if harm["name"] else [],
            "fairnessAssessments": list(_at_risk(record)),
        }
    )


def _at_risk(record: Record) -> Iterator[dict[str, str]]:
    """Yield each group that a requirement failed for, with what was found and what to do."""
    advice = {a.requirement: a for a in record.advice}
    for verdict in record.verdicts:
        if verdict.status is Status.FAIL and verdict.scope and verdict.requirement in advice:
            told = advice[verdict.requirement]
            yield {
                "groupAtRisk": words.scope_text(verdict.scope),
                "harms": f"{told.problem}: {verdict.reason}",
                "mitigationStrategy": " ".join(told.steps),
            }


def _filled(data: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty: the schema knows no empty answers."""
    return {key: value for key, value in data.items() if value not in ("", [], {}, None)}
