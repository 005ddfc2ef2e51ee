from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiaudit.facts import Measurement, Reference
from aiaudit.policy.model import Op
from aiaudit.record import Status
from aiaudit.render import words

from .factory import requirement


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.62222, "0.622"),
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (12345.0, "12,345"),
        (12345.678, "12,345.7"),
        (0.00012345, "0.00012"),
        (-0.18, "-0.180"),
        (999.9996, "1,000.000"),
    ],
)
def test_figures(value: float, text: str) -> None:
    assert words.figure(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.8, "0.800"), (0.79996, "0.79996"), (0.8004, "0.8004"), (0.8 - 1e-16, "0.800"), (0.7, "0.700")],
)
def test_a_value_beside_its_limit_never_looks_like_it(value: float, text: str) -> None:
    assert words.figure(value, 0.8) == text


@given(st.floats(-2, 2), st.fractions(-1, 1, max_denominator=1000))
def test_print_keeps_value_and_side_of_the_limit(value: float, limit: Fraction) -> None:
    bound = float(limit)

    printed = float(words.figure(value, bound))

    assert printed == pytest.approx(value, abs=0.0005)
    if abs(value - bound) > words.NOISE:
        assert (printed > bound) == (value > bound)


@pytest.mark.parametrize(
    ("threshold", "text"), [("4/5", "0.8"), ("1/3", "1/3"), ("0", "0"), ("0.05", "0.05"), ("1000", "1,000")]
)
def test_thresholds_are_printed_exactly(threshold: str, text: str) -> None:
    assert words.exact(Fraction(threshold)) == text


@pytest.mark.parametrize(
    ("op", "text"),
    [(Op.AT_LEAST, "at least 0.8"), (Op.AT_MOST, "at most 0.8"), (Op.WITHIN, "between -0.8 and 0.8")],
)
def test_what_is_asked(op: Op, text: str) -> None:
    assert words.asked(requirement(op=op)) == text


def test_undefined_is_printed_with_the_counts_that_made_it_so() -> None:
    undefined = Measurement(metric="rate", value=None, n=12, numerator=0, denominator=0)

    assert words.value_text(undefined) == "undefined (0/0)"
    assert words.value_text(Measurement(metric="auc", value=None, n=12)) == "undefined"


@pytest.mark.parametrize(("p", "text"), [(0.0, "< 0.001"), (0.0499, "0.0499"), (0.5, "0.5"), (1.0, "1")])
def test_p_values(p: float, text: str) -> None:
    assert words.p_text(p) == text


def test_names_are_one_printable_line_and_never_empty() -> None:
    assert words.name("a\nb\x1b[31m\u202e") == "a b [31m"
    assert words.name("") == words.name("\n") == "(blank)"
    assert len(words.name("x" * 400)) == 300


def test_scopes_and_references() -> None:
    assert words.scope_text({}) == "all rows"
    assert words.scope_text({"race": "black", "sex": "female"}) == "race = black, sex = female"
    rest = Reference(scope={}, numerator=1, denominator=2, rule="rest")
    assert words.reference_text(rest) == "everyone else"


def test_every_status_has_a_word_a_symbol_and_a_place() -> None:
    assert set(words.WORDS) == set(words.SYMBOLS) == set(words.ORDER) == set(words.TILES) == set(Status)
    assert len(set(words.SYMBOLS.values())) == len(Status)
