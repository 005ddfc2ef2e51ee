"""The page of one decision: its waterfall adds up, and nothing foreign is more than text."""

import re
from itertools import pairwise

import numpy as np
import pytest

from aiaudit.render.decision import render
from aiaudit.render.waterfall import DRAWN, waterfall

from .decisions import attributions, decided
from .hostile import HOSTILE


def places(fall):
    return float(fall.before.rstrip("%")), float(fall.after.rstrip("%"))


def test_bars_lead_from_the_average_to_the_person():
    drawn = waterfall(attributions("abcd", [-2.0, 1.0, 0.0, -0.5], base=3.0))
    assert [fall.column for fall in drawn.falls] == ["a", "b", "d"]
    assert (drawn.base, drawn.total, drawn.hidden) == (3.0, 1.5, 0)
    assert drawn.falls[0].before == drawn.base_at
    assert drawn.falls[-1].after == drawn.total_at
    assert all(one.after == other.before for one, other in pairwise(drawn.falls))
    # Half as far is drawn half as wide, and up is to the right.
    wide, half = (float(fall.width.rstrip("%")) for fall in drawn.falls[:2])
    assert wide == pytest.approx(2 * half, abs=0.02)
    assert places(drawn.falls[0])[0] > places(drawn.falls[0])[1]
    assert places(drawn.falls[1])[0] < places(drawn.falls[1])[1]
    assert all(fall.low is None for fall in drawn.falls)


def test_small_parts_share_a_bar_and_their_noise():
    values, errors = np.linspace(2, 0.1, 30), np.full(30, 0.1)
    drawn = waterfall(attributions([f"x{i}" for i in range(30)], values, errors))
    assert len(drawn.falls) == DRAWN
    assert drawn.hidden == 30 - DRAWN + 1
    rest = drawn.falls[-1]
    assert rest.column is None
    assert rest.part == pytest.approx(values[DRAWN - 1 :].sum())
    assert rest.reach == pytest.approx(2 * 0.1 * np.sqrt(drawn.hidden))
    assert sum(fall.part for fall in drawn.falls) == pytest.approx(drawn.total - drawn.base)
    first = drawn.falls[0]
    low, high = (float(end.rstrip("%")) for end in (first.low, first.high))
    assert (low + high) / 2 == pytest.approx(places(first)[1], abs=0.02)


def test_a_row_in_which_nothing_moves_is_drawn():
    drawn = waterfall(attributions("ab", [0.0, 0.0], base=0.4))
    assert drawn.falls == ()
    assert drawn.base_at == drawn.total_at


def test_the_page_says_what_a_reader_asks():
    page = render(*_told())
    for said in (
        "income (unfavourable)",
        "Reason: income",
        "<strong>Withheld:</strong>",
        "What would have changed it",
        "applicants who just passed",
        "± 0.020",
        "10 other columns",
    ):
        assert said in page, said
    assert "Seed" in page


def test_a_favourable_decision_needs_no_change():
    decision, words, subject = decided(favourable=True)
    page = render(decision, "row 1", words, subject)
    assert "What would have changed it" not in page
    assert 'class="verdict good"' in page


def _told(text="income"):
    decision, words, subject = decided(text)
    return decision, f"row 1 of {text}", words, subject


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_is_text(text):
    page = render(*_told(text))
    assert not re.search(r"<script|<img|<svg onload", page)
    assert page.count("<style>") == page.count("</style>") == 1
    assert all(c.isprintable() or c == "\n" for c in page)


def test_the_same_decision_makes_the_same_page():
    assert render(*_told()) == render(*_told())
