from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from aiaudit.card import SystemCard
from aiaudit.config import Config
from aiaudit.errors import UsageError
from aiaudit.policy.document import Fault, FileErrors
from aiaudit.policy.fields import Strict
from aiaudit.policy.model import Policy
from aiaudit.policy.waivers import Waivers
from aiaudit.policy.yaml import parse, read_text

#: One of each kind with every key set; the property test puts something else in the place of one value.
WHOLE: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (
        Policy,
        {
            "version": 1,
            "id": "p-1",
            "edition": "1",
            "title": "t",
            "instruments": [
                {"citation": "c", "status": "s", "applies_from": "2026-01-01", "last_verified": "2026-01-01"}
            ],
            "extends": ["a.yaml"],
            "error_control": {"alpha": 0.1, "family": "run"},
            "fail_on": "low",
            "strict": True,
            "override_reason": "a reason or two",
            "disclaimers": ["d"],
            "disable": [{"id": "gap-1", "override_reason": "a reason or two"}],
            "requirements": [
                {
                    "id": "gap",
                    "title": "t",
                    "kind": "measured",
                    "check": "c",
                    "metric": "m",
                    "scope": {"over": "all", "attributes": ["a"], "match": {"sex": ["f", 1]}},
                    "reference": "rest",
                    "op": "within",
                    "threshold": "4/5",
                    "basis": "legal",
                    "source": "s",
                    "decide_on": "value",
                    "min_n": 3,
                    "severity": "high",
                    "clause": "c",
                    "applies_from": "2026-01-01",
                    "rationale": "r",
                    "remediation": ["x"],
                }
            ],
        },
    ),
    (
        Waivers,
        {
            "version": 1,
            "waivers": [
                {
                    "requirement": "gap",
                    "scope": {"sex": "f"},
                    "reason": "a reason or two",
                    "owner": "ab",
                    "approved_by": "cd",
                    "created": "2026-01-01",
                    "expires": "2026-02-01",
                    "ticket": "t",
                }
            ],
        },
    ),
    (
        Config,
        {
            "version": 1,
            "model": {
                "path": "m",
                "python": "a/b",
                "trust": ["a.b"],
                "module_path": ["."],
                "memory": "2GiB",
                "timeout": 1,
            },
            "data": {
                "path": "d",
                "target": "t",
                "favorable": [1],
                "sensitive": ["a", {"b": [1, 2]}],
                "drop": ["c"],
                "task": "binary",
                "groups": {"path": "g", "on": "k"},
            },
            "policy": ["a.yaml"],
            "card": "c",
            "gate": {"fail_on": "low", "strict": False},
            "select": ["bias"],
            "seed": 1,
            "output": ["o"],
        },
    ),
    (
        SystemCard,
        {"version": 1, "identity": {"name": "n"}, "attestations": [{"id": "ab", "expires": "2026-01-01"}]},
    ),
]
ODD: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        ["", "x", "4/5", "1/0", "1e-99", "2026-02-30", "9" * 400 + "T", "a:1", "a:1.2.3", "a\0b"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "x", ""]), inner, max_size=2)
    ),
    max_leaves=6,
)


def _places(tree: object) -> Iterator[tuple[str | int, ...]]:
    yield ()
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield from ((key, *rest) for rest in _places(value))


def _replaced(tree: Any, place: tuple[str | int, ...], value: object) -> Any:
    if not place:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[place[0]] = _replaced(tree[place[0]], place[1:], value)
    return copy


@pytest.mark.parametrize(("kind", "whole"), WHOLE)
def test_a_whole_file_is_read(kind: type[BaseModel], whole: dict[str, Any]) -> None:
    assert isinstance(parse(read_text(json.dumps(whole).encode(), "f"), kind), kind)


@pytest.mark.parametrize(("kind", "whole"), WHOLE)
@settings(max_examples=300)
@given(data=st.data())
@pytest.mark.slow
def test_any_value_in_any_place_is_read_or_refused(
    kind: type[BaseModel], whole: dict[str, Any], data: st.DataObject
) -> None:
    place = data.draw(st.sampled_from(list(_places(whole))))
    changed = _replaced(whole, place, data.draw(ODD))
    document = read_text(json.dumps(changed).encode(), "f")
    try:
        found: object = parse(document, kind)
    except FileErrors as error:
        found = error.faults
    assert isinstance(found, kind) or all(fault.line == 1 and fault.what for fault in found)


class Inner(Strict):
    number: int = 0


class Outer(Strict):
    inner: Inner = Inner()
    several: tuple[Inner, ...] = ()
    named: dict[str, Inner] = Field(default_factory=dict)
    maybe: Inner | None = None


@pytest.mark.parametrize(
    "text",
    [
        "inner: {numbr: 1}",
        "several: [{number: 1}, {numbr: 1}]",
        "named: {any: {numbr: 1}}",
        "maybe: {numbr: 1}",
    ],
)
def test_a_near_key_is_found_wherever_it_is(text: str) -> None:
    with pytest.raises(FileErrors) as caught:
        parse(read_text(text.encode(), "f"), Outer)
    column = text.index("numbr") + 1
    assert caught.value.message == f"f:1:{column}: unknown key 'numbr'. Did you mean 'number'?"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("number: 1.5", "1:9: a whole number is needed here, this is '1.5'"),
        ("number: '1'", "1:9: a whole number is needed here, this is '1'"),
        ("number: true", "1:9: a whole number is needed here, this is 'true'"),
        ("number: null", "1:9: a whole number is needed here, nothing is given"),
        ("number: [1]", "1:9: a whole number is needed here"),
        ("number:", "1:8: a whole number is needed here, nothing is given"),
        ("zzz: 1", "1:1: unknown key 'zzz'. Known keys: number"),
    ],
)
def test_types_are_strict(text: str, what: str) -> None:
    with pytest.raises(FileErrors) as caught:
        parse(read_text(text.encode(), "f"), Inner)
    assert caught.value.message == f"f:{what}"


def test_every_error_is_listed_in_the_order_of_lines() -> None:
    with pytest.raises(FileErrors) as caught:
        parse(read_text(b"several: [{a: 1}]\nb: 2\ninner: {c: 3}\n", "f"), Outer)
    error = caught.value
    assert error.message.endswith("unknown key 'a'. Known keys: number (and 2 more errors)")
    assert [(fault.line, fault.column) for fault in error.faults] == [(1, 12), (2, 1), (3, 9)]
    assert isinstance(error, UsageError)
    assert len(error.text.splitlines()) == 9


@pytest.mark.parametrize(
    ("source", "column", "shown", "caret"),
    [
        ("a: \x1b[2J\u202eb", 4, "a:  [2J b", 3),
        ("a:\tb", 4, "a: b", 3),
        ("日本: x", 5, "日本: x", 6),
        ("y" * 300 + "x" + "z" * 300, 301, "y" * 55 + "x" + "z" * 54, 55),
    ],
)
def test_a_line_is_shown_without_harm(source: str, column: int, shown: str, caret: int) -> None:
    _, line, pointer = Fault(file="f", line=1, column=column, what="w", source=source).text.splitlines()
    assert line == f"    1 | {shown}"
    assert pointer == f"      | {' ' * caret}^"


def test_names_of_files_are_shown_without_harm() -> None:
    assert Fault(file="a\x1b[2J\nb", line=1, column=1, what="w").message == "a [2J b:1:1: w"
