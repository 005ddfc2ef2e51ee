"""What a log of reviews says about those who review."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiaudit.card import load_card
from aiaudit.facts import Measured, Measurement
from aiaudit.policy.document import FileErrors
from aiaudit.registry import get
from aiaudit.testing import outcome_of, subject_of

HEAD = "proposed,final,seconds,reason\n"


def measured(
    folder: Path, log: str | None, card: str = "oversight: {decision_log: log.csv}\n"
) -> dict[str, Measurement]:
    if log is not None:
        (folder / "log.csv").write_text(log, encoding="utf-8")
    path = folder / "card.yaml"
    path.write_text(card)
    outcome = outcome_of(
        get("transparency.oversight"), subject_of({"g": ["a", "b"]}, ["1", "0"], card=load_card(path))
    )
    assert isinstance(outcome, Measured), outcome
    return {m.metric: m for m in outcome.measurements}


def test_reviews_are_counted(tmp_path: Path) -> None:
    lines = ["no,no,60,", "no,yes,120,missed a course", "no,yes,30,", "yes,yes,90, ", "no,no,30,"]
    found = measured(tmp_path, HEAD + "\n".join(lines) + "\n")
    assert {name: (m.value, m.numerator, m.denominator) for name, m in found.items()} == {
        "override_rate": (0.4, 2, 5),
        "override_reason_rate": (0.5, 1, 2),
        "reviews_since_override": (2.0, None, None),
        "median_review_seconds": (60.0, None, None),
    }


def test_reviewers_who_never_disagree(tmp_path: Path) -> None:
    found = measured(tmp_path, "proposed,final\n" + "no,no\n" * 50)
    assert found["override_rate"].value == 0
    assert found["reviews_since_override"].value == 50
    assert found["override_reason_rate"].value is None
    assert "median_review_seconds" not in found


@pytest.mark.parametrize("log", [HEAD + "no,no,soon,\n", HEAD + "no,no,inf,\n", HEAD + "no,no,,\n"])
def test_a_time_that_is_none_gives_no_median(tmp_path: Path, log: str) -> None:
    assert "median_review_seconds" not in measured(tmp_path, log)


def test_no_log_no_measurement(tmp_path: Path) -> None:
    assert measured(tmp_path, None) == {}
    assert measured(tmp_path, None, "version: 1\n") == {}


def test_an_empty_log_is_undefined(tmp_path: Path) -> None:
    assert measured(tmp_path, HEAD)["override_rate"].value is None


def test_a_log_that_was_changed_does_not_count(tmp_path: Path) -> None:
    card = f"oversight: {{decision_log: {{file: log.csv, sha256: {'0' * 63}a}}}}\n"
    assert measured(tmp_path, HEAD + "no,no,1,\n", card) == {}


def test_numbers_written_into_the_card_do_not_count(tmp_path: Path) -> None:
    card = "oversight: {decision_log: {file: log.csv, reviews: 100, overrides: 50}}\n"
    assert measured(tmp_path, None, card) == {}
    assert measured(tmp_path, HEAD + "no,no,1,\n", card)["override_rate"].denominator == 1


@pytest.mark.parametrize(
    ("log", "said"),
    [("a,b\n1,2\n", "needs the columns 'proposed' and 'final'"), ("proposed,final\n\0,1\n", "no CSV|needs")],
)
def test_what_is_no_log_is_refused(tmp_path: Path, log: str, said: str) -> None:
    if "\0" in log:
        (tmp_path / "log.csv").write_bytes(b"proposed,final\n\xff,1\n")
        log = None
    with pytest.raises(FileErrors, match=said):
        measured(tmp_path, log)
