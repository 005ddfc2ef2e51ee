"""Put a file into ``tests/corpus/policies`` and it is a test; an invalid one states its errors in comments."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from aiaudit.policy import load_policies
from aiaudit.policy.document import FileErrors
from aiaudit.policy.yaml import read_yaml
from aiaudit.schemas import text

CORPUS = Path(__file__).parents[1] / "corpus" / "policies"
VALID = sorted((CORPUS / "valid").glob("*.yaml"))
INVALID = sorted((CORPUS / "invalid").glob("*.yaml"))


@pytest.mark.parametrize("path", VALID, ids=lambda p: p.stem)
def test_a_valid_policy_loads(path: Path) -> None:
    loaded = load_policies([str(path)])
    assert loaded.policy.requirements
    assert loaded.sources[-1].origin == path.name


@pytest.mark.parametrize("path", VALID, ids=lambda p: p.stem)
def test_the_schema_accepts_a_valid_policy(path: Path) -> None:
    jsonschema.validate(read_yaml(path).data, json.loads(text("policy")))


@pytest.mark.parametrize("path", INVALID, ids=lambda p: p.stem)
def test_every_error_of_an_invalid_policy_is_reported(path: Path) -> None:
    expected = _expected(path)
    with pytest.raises(FileErrors) as caught:
        load_policies([str(path)])
    assert [fault.message for fault in caught.value.faults] == expected
    assert caught.value.exit_code == 2


def _expected(path: Path) -> list[str]:
    lines = path.read_bytes().decode("utf-8", "replace").splitlines()
    marked = [line.removeprefix("# expect: ") for line in lines if line.startswith("# expect: ")]
    assert marked, f"{path.name} does not say what to expect"
    folders = {"folder": str(path.parent), "valid": f"{path.parent}/../valid"}
    return [_formatted(line, path, folders) for line in marked]


def _formatted(line: str, path: Path, folders: dict[str, str]) -> str:
    for name, folder in folders.items():
        line = line.replace(f"{{{name}}}", folder)
    return line if line.startswith("/") else f"{path}:{line}"
