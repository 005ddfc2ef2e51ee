"""Model cards: Markdown that Hugging Face reads, and CycloneDX that its own schema accepts."""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry, Resource

from aiaudit.card import load_card
from aiaudit.record import Record
from aiaudit.render import format_of, render

from .factory import RECORDS
from .hostile import HOSTILE, hostile

CARD = Path(__file__).parents[1] / "checks" / "system-card.yaml"


@pytest.fixture(scope="module")
def schema() -> Any:
    """The official schema of CycloneDX 1.6, as the project's own Python library ships it."""
    found = importlib.util.find_spec("cyclonedx")
    if found is None or not found.submodule_search_locations:
        pytest.skip("cyclonedx-python-lib is not installed; it holds the official schema")
    folder = Path(found.submodule_search_locations[0]) / "schema" / "_res"

    def read(name: str) -> Any:
        return json.loads((folder / name).read_text("utf-8"))

    others = {
        "http://cyclonedx.org/schema/spdx.schema.json": read("spdx.SNAPSHOT.schema.json"),
        "http://cyclonedx.org/schema/jsf-0.82.schema.json": read("jsf-0.82.SNAPSHOT.schema.json"),
    }
    registry = Registry().with_resources(
        (uri, Resource.from_contents(content)) for uri, content in others.items()
    )
    return jsonschema.Draft7Validator(read("bom-1.6.SNAPSHOT.schema.json"), registry=registry)


def with_card(record: Record) -> Record:
    return replace(record, card=load_card(CARD).model_dump(mode="json"))


def bom(record: Record, exit_code: int = 1) -> Any:
    return json.loads(render(record, "cyclonedx", exit_code))


@pytest.mark.parametrize("name", RECORDS)
@pytest.mark.parametrize("carded", [False, True])
def test_the_official_schema_accepts_every_record(schema: Any, name: str, carded: bool) -> None:
    record, exit_code = RECORDS[name]
    schema.validate(bom(with_card(record) if carded else record, exit_code))


@pytest.mark.parametrize("foreign", HOSTILE)
def test_hostile_names_stay_text(schema: Any, foreign: str) -> None:
    record = hostile(foreign)
    schema.validate(bom(record))
    metadata, page = parts(render(record, "model-card", 1))
    assert metadata["pipeline_tag"] == "tabular-classification"
    assert not re.search(r"(?<!\\)<[a-zA-Z/!]", page)


def test_the_component_is_the_model_with_its_card() -> None:
    record = with_card(RECORDS["failing"][0])
    (component,) = bom(record)["components"]
    card = component["modelCard"]
    assert component["type"] == "machine-learning-model"
    assert component["name"] == "Applicant screening"
    assert card["considerations"]["useCases"] == ["Proposes which applicants are invited to an interview."]
    numbers = card["quantitativeAnalysis"]["performanceMetrics"]
    assert {n["type"] for n in numbers} <= {
        "accuracy",
        "selection_rate",
        "impact_ratio",
        "true_positive_rate",
    }
    assert all(float(n["value"]) >= 0 for n in numbers)
    assert {"name": "aiaudit:record", "value": record.digest} in component["properties"]


def test_a_group_that_a_requirement_failed_for_is_at_risk() -> None:
    (component,) = bom(RECORDS["failing"][0])["components"]
    at_risk = component["modelCard"]["considerations"]["fairnessAssessments"]
    assert at_risk[0]["groupAtRisk"] == "race = black"
    assert at_risk[0]["harms"].startswith("People of race black are selected much less often")


def test_the_same_record_gives_the_same_bytes() -> None:
    record = RECORDS["failing"][0]
    assert render(record, "cyclonedx", 1) == render(record, "cyclonedx", 1)


def parts(page: str) -> tuple[Any, str]:
    found = re.fullmatch(r"---\n(.*?)\n---\n(.*)", page, re.DOTALL)
    assert found is not None
    return yaml.safe_load(found[1]), found[2]


def test_front_matter_is_what_hugging_face_reads() -> None:
    metadata, _ = parts(render(with_card(RECORDS["failing"][0]), "model-card", 1))
    assert metadata["library_name"] == "sklearn"
    assert "tabular-classification" in metadata["tags"]
    for model in metadata.get("model-index", []):
        for result in model["results"]:
            assert set(result) == {"task", "dataset", "metrics"}
            assert set(result["dataset"]) == {"name", "type"}
            assert all(isinstance(m["value"], float) for m in result["metrics"])


def test_decisions_without_a_model_claim_no_library() -> None:
    metadata, _ = parts(render(RECORDS["without-model"][0], "model-card", 1))
    assert "library_name" not in metadata
    assert metadata["tags"] == ["tabular-classification", "model-audit"]


@pytest.mark.parametrize("name", RECORDS)
def test_the_sections_of_a_model_card_are_all_there(name: str) -> None:
    record, exit_code = RECORDS[name]
    _, page = parts(render(record, "model-card", exit_code))
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)
    assert headings == [
        *("Model details", "Intended use", "Factors", "Metrics", "Evaluation data", "Training data"),
        *("Quantitative analyses", "Ethical considerations", "Caveats and recommendations", "Statements"),
    ]


def test_what_the_card_leaves_open_is_a_visible_gap() -> None:
    record = RECORDS["failing"][0]
    assert "- Limits: [More Information Needed]" in render(replace(record, card=None), "model-card", 1)
    assert "- Limits: Trained on what we decided before" in render(with_card(record), "model-card", 1)


def test_numbers_come_with_intervals_and_rows() -> None:
    page = render(RECORDS["failing"][0], "model-card", 1)
    (row,) = re.findall(r"^\| impact\\_ratio \| race = black \|.*$", page, re.MULTILINE)
    assert "(95 %)" in row


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("out/model-card.md", "model-card"),
        ("a.cdx.json", "cyclonedx"),
        ("a.md", "markdown"),
        ("a.json", "json"),
    ],
)
def test_the_file_name_chooses_the_format(path: str, name: str) -> None:
    assert format_of(path) == name
