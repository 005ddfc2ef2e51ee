from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from aiaudit.policy.sources import built_in_ids, locate
from aiaudit.schemas import FILES, generate, text

VALID = Path(__file__).parents[1] / "corpus" / "policies" / "valid"


@pytest.mark.parametrize("name", FILES)
def test_the_schema_checked_in_is_the_schema_of_the_code(name: str) -> None:
    assert text(name) == generate(name), "run: python -m aiaudit.schemas"


@pytest.mark.parametrize("name", FILES)
def test_a_schema_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(text(name)))


@pytest.mark.parametrize("id", built_in_ids())
def test_the_schema_accepts_the_packs(id: str) -> None:
    # PyYAML's own dates would be no JSON; the base loader leaves text, which numbers must not be.
    data = yaml.load(locate(id, Path()).path.read_text("utf-8"), Loader=_TextDates)
    jsonschema.validate(data, json.loads(text("policy")))


class _TextDates(yaml.SafeLoader):
    """PyYAML's safe loader without its dates."""


_TextDates.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def test_the_schema_wants_whole_requirements_unless_something_is_extended() -> None:
    schema = json.loads(text("policy"))
    short = {"id": "p-1", "edition": "1", "title": "t", "requirements": [{"id": "gap", "threshold": 0.9}]}
    with pytest.raises(jsonschema.ValidationError, match="is a required property"):
        jsonschema.validate(short, schema)
    jsonschema.validate(short | {"extends": ["smb-baseline"]}, schema)
