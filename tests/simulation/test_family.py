"""The whole bias family, every contrast gated at parity, seldom accuses a model without any gap; and it can."""

import importlib.util
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def family():
    """The script beside this file, which writes the table of the page."""
    spec = importlib.util.spec_from_file_location("family", Path(__file__).with_name("family.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules["family"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("world", [1, 3], ids=["few rows", "weighted"])
def test_fair_models_are_seldom_accused(family, world):
    # At 5 % six or more of forty happen once in 70 times.
    assert family.failed(family.WORLDS[world], 40) <= 6 / 40


def test_a_gap_is_found(family):
    assert family.failed(family.WORLDS[2], 20, gap=0.15) >= 0.9


def test_nothing_the_family_tests_is_left_out(family):
    asked = {(r.check, r.metric) for r in family.everything().requirements}
    assert {"bias.selection-rate", "bias.conditional-selection-rate", "bias.score-auc"} <= {
        c for c, _ in asked
    }
    assert len(asked) == len(family.everything().requirements) > 80
