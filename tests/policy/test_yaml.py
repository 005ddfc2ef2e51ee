from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from aiaudit.errors import UsageError
from aiaudit.policy.document import FileErrors
from aiaudit.policy.model import Policy
from aiaudit.policy.yaml import MAX_BYTES, MAX_DEPTH, MAX_NODES, parse, read_text, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("yes", "yes"),
        ("no", "no"),
        ("off", "off"),
        ("null", None),
        ("~", None),
        ("", None),
        ("NULL", "NULL"),
        ("12", 12),
        ("-3", -3),
        ("012", "012"),
        ("+1", "+1"),
        ("0x1F", "0x1F"),
        ("0o7", "0o7"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("0.8", 0.8),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e-3", 0.001),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("2026-11-21", "2026-11-21"),
        ("4/5", "4/5"),
        ('"true"', "true"),
        ("'12'", "12"),
        ("|\n  12\n", "12\n"),
        ("=", "="),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    found = read_text(f"key: {text}".encode(), "f").data["key"]
    assert found == value
    assert type(found) is type(value)


def test_keys_are_text_as_it_was_written() -> None:
    assert read_text(b"true: 1\n2020: 2\nno: 3\n01: 4\n", "f").data == {
        "true": 1,
        "2020": 2,
        "no": 3,
        "01": 4,
    }


def test_places_are_those_an_editor_shows() -> None:
    document = read_text("a: 1\r\nlist:\r\n  - é: [x,\r\n      y]\r\n".encode(), "f")
    assert document.values[("a",)] == (1, 4)
    assert document.keys[("list",)] == (2, 1)
    assert document.keys[("list", 0, "é")] == (3, 5)
    assert document.values[("list", 0, "é", 1)] == (4, 7)
    assert document.lines[2] == "  - é: [x,"


def test_a_byte_order_mark_is_no_content() -> None:
    assert read_text(b"\xef\xbb\xbfa: 1", "f").data == {"a": 1}


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    assert read_yaml(path).digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_is_capped_at_one_mebibyte() -> None:
    fits = b"# " + b"x" * (MAX_BYTES - 3) + b"\n"
    assert read_text(fits, "f").data is None
    with pytest.raises(FileErrors, match=r"^f:1:1: the file is larger than 1 MiB$"):
        read_text(fits + b"\n", "f")


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(FileErrors, match="larger than 1 MiB"):
        read_yaml(path)


def test_depth_is_capped() -> None:
    assert read_text(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, "f").data is not None
    with pytest.raises(FileErrors, match="nested more than 32 deep"):
        read_text(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "f")


@pytest.mark.slow
def test_the_number_of_values_is_capped() -> None:
    assert len(read_text(b"- a\n" * (MAX_NODES - 1), "f").data) == MAX_NODES - 1
    with pytest.raises(FileErrors, match="more than 50,000 values"):
        read_text(b"- a\n" * MAX_NODES, "f")


@pytest.mark.parametrize("unit", [b"[", b"- ", b"? ", b'"', b"!", b"- a\n"])
@pytest.mark.slow
def test_a_mebibyte_of_anything_is_answered_in_seconds(unit: bytes) -> None:
    content = (unit * MAX_BYTES)[:MAX_BYTES]
    start = time.monotonic()
    assert _answered_well(_refusal(content))
    assert time.monotonic() - start < 30


@pytest.mark.parametrize("path", ["absent.yaml", ".", "a\0b"])
def test_what_cannot_be_read_is_a_usage_error(path: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^cannot read") as caught:
        read_yaml(f"{tmp_path}/{path}")
    assert caught.value.hint


def _refusal(content: bytes) -> UsageError | None:
    """Read and validate; only one kind of exception may come out."""
    try:
        parse(read_text(content, "f"), Policy)
    except UsageError as error:
        return error
    return None


def _answered_well(error: UsageError | None) -> bool:
    return error is None or (
        error.message.startswith("f:") and "\n" not in error.message and bool(error.text)
    )


@given(st.binary(max_size=300))
@example(b"\xff\xfe\x00")
@example(b'"\\U7FFFFFFF"')
@example(b'"\\uD800"')
@example(b"%YAML 1." + b"9" * 5000 + b"\n--- a")
@example(b"%TAG ! tag:x,2000:\n--- !a b")
@example(b"!%FF%FE a")
@example(b"a: &x\nb: *x")
def test_any_bytes_are_parsed_or_refused(content: bytes) -> None:
    assert _answered_well(_refusal(content))


@given(st.text("aid:-,[]{}&*!|>'\"#?<1.\\ué% \n\t\u2028", max_size=80))
def test_any_arrangement_of_yaml_is_parsed_or_refused(text: str) -> None:
    assert _answered_well(_refusal(text.encode()))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(codec="ascii", min_codepoint=32, exclude_characters="\x7f"), max_size=6),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_json_is_read_as_json(data: object) -> None:
    assert read_text(json.dumps(data).encode(), "f").data == data


@given(JSON)
def test_what_pyyaml_writes_is_read_back(data: object) -> None:
    written = yaml.safe_dump(data, allow_unicode=True)
    if "&id" not in written:
        assert read_text(written.encode(), "f").data == data
