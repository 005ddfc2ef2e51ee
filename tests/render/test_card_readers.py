"""Model cards as the tools that people have read them: Hugging Face's and skops's own parsers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from aiaudit.card import load_card
from aiaudit.facts import Measured
from aiaudit.record import Record
from aiaudit.render import render

from . import factory
from .hostile import HOSTILE, hostile

CARD = Path(__file__).parents[1] / "checks" / "system-card.yaml"
SECTIONS = [
    *("Model details", "Intended use", "Factors", "Metrics", "Evaluation data", "Training data"),
    *("Quantitative analyses", "Ethical considerations", "Caveats and recommendations", "Statements"),
]


def written(record: Record, folder: Path) -> Path:
    path = folder / "README.md"
    path.write_text(render(record, "model-card", 1), "utf-8")
    return path


@pytest.fixture
def carded() -> Record:
    numbers = (
        factory.a_rate({}, 700, 1000, "accuracy"),
        factory.a_rate({"race": "black"}, 60, 100, "accuracy"),
    )
    rates = Measured(check="bias.error-rates", version=1, measurements=numbers)
    return factory.record((), outcomes=(rates,), card=load_card(CARD).model_dump(mode="json"))


def test_hugging_face_reads_its_metadata_and_results(carded: Record, tmp_path: Path) -> None:
    hub = pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed")
    card = hub.ModelCard.load(written(carded, tmp_path))
    assert (card.data.library_name, card.data.pipeline_tag) == ("sklearn", "tabular-classification")
    assert card.data.model_name == "Applicant screening"
    assert [(r.metric_type, r.metric_value) for r in card.data.eval_results] == [("accuracy", 0.7)]
    assert card.text.lstrip().startswith("# Applicant screening")


@pytest.mark.parametrize("foreign", HOSTILE)
def test_hugging_face_reads_cards_full_of_foreign_text(foreign: str, tmp_path: Path) -> None:
    hub = pytest.importorskip("huggingface_hub", reason="huggingface_hub is not installed")
    card = hub.ModelCard.load(written(hostile(foreign), tmp_path))
    assert card.data.pipeline_tag == "tabular-classification"


def test_skops_finds_every_section(carded: Record, tmp_path: Path) -> None:
    cards = pytest.importorskip("skops.card", reason="skops is not installed")
    if shutil.which("pandoc") is None:
        pytest.skip("skops parses cards with pandoc, which is not installed")
    card = cards.parse_modelcard(written(carded, tmp_path))
    assert _titles(card.select("Applicant screening")) == SECTIONS
    assert "Haddad Bakery Ltd" in card.select("Applicant screening/Model details").content


def _titles(section: Any) -> list[str]:
    return [inner.title for inner in section.subsections.values()]
