"""The chance that a model without any gap fails a whole audit is held; a real gap is found."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

# One process runs the simulation once for all of them.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.timeout(1800),
    pytest.mark.xdist_group("simulation"),
]
SCRIPT = Path(__file__).with_name("table.py")


@pytest.fixture(scope="module")
def found(environment):
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "--json"], capture_output=True, text=True, env=environment, check=True
    )
    return json.loads(run.stdout)


def test_models_without_a_gap_rarely_fail(found):
    fair = [row for row in found if not row["model"].startswith("selects")]
    assert len(fair) == 3
    assert [row for row in fair if row["failed"] > 0.06] == []


def test_a_gap_is_found(found):
    (gap,) = [row for row in found if row["model"].startswith("selects")]
    assert gap["failed"] >= 0.95


def test_the_bare_rule_would_fail_most_of_them(found):
    # What the audits above guard against; were it rare, holding the error would be nothing to show.
    six = {
        row["n"]: row["bare"] for row in found if row["groups"] == "6" and row["model"].startswith("blind")
    }
    assert six[200] > 0.9
    assert six[1_000] > 0.8


def test_the_page_shows_these_numbers(found):
    page = (Path(__file__).parents[2] / "docs" / "verdicts.md").read_text("utf-8")
    rows = [
        f"| {row['model']} | {row['groups']} | {row['n']:,} | {row['failed']:.1%} | {row['bare']:.1%} |"
        for row in found
    ]
    assert [row for row in rows if row not in page] == [], "run: python tests/simulation/table.py"
