from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pandas as pd
import pytest

from aiaudit.errors import IncompleteError, UsageError
from aiaudit.loading.tables import (
    frame_table,
    missing_rows,
    read_table,
    reject_missing,
    require_columns,
)

CORPUS = Path(__file__).parent.parent / "corpus" / "data"


def cases(folder: str) -> list[Path]:
    listed = sorted(
        path
        for path in (CORPUS / folder).iterdir()
        if path.suffix != ".expected" and not path.name.startswith(".")
    )
    assert len(listed) > 10
    return listed


def expected(path: Path) -> str:
    return path.with_name(path.name + ".expected").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("path", cases("invalid"), ids=lambda path: path.name)
def test_refuses_with_name_place_and_remedy(path: Path, refusal) -> None:
    error = refusal(path)
    assert expected(path) in error.message
    assert path.name in error.message
    assert error.exit_code == 3


@pytest.mark.parametrize("path", cases("valid"), ids=lambda path: path.name)
def test_reads(path: Path) -> None:
    want = json.loads(expected(path))
    table = read_table(path, text_columns=list(want["text"]))
    assert {name: list(table.labels(name)) for name in want["text"]} == want["text"]
    assert table.lines is not None
    assert list(table.lines) == want["lines"]
    assert list(table.notes) == want["notes"]
    assert table.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_features_are_what_pandas_infers(tmp_path: Path, write) -> None:
    content = "a,b,c,d,e,f\n1,1.5,x,True,NA,01\n2,,NA,False,None,02\n"
    table = read_table(write(tmp_path, content), text_columns=["c", "e", "f"])
    pd.testing.assert_frame_equal(table.frame, pd.read_csv(io.StringIO(content)))
    assert list(table.labels("f")) == ["01", "02"]


def test_a_column_of_mixed_types_has_one_type(tmp_path: Path, write) -> None:
    # Read in pieces, as pandas does by default, this column is part numbers, part text, with a warning.
    content = "a,b\n" + "1,1\n" * 300_000 + "x,1\n" * 300_000
    table = read_table(write(tmp_path, content))
    assert {type(value) for value in table.frame["a"]} == {str}


def test_text_is_object_with_none(tmp_path: Path, write) -> None:
    labels = read_table(write(tmp_path, "a,b\nx,1\n,2\n"), text_columns=["a"]).labels("a")
    assert labels.dtype == object
    assert labels.tolist() == ["x", None]
    assert labels.index.equals(pd.RangeIndex(2))


def test_unknown_column(tmp_path: Path, write, refusal) -> None:
    path = write(tmp_path, "gender,age\nf,1\n")
    error = refusal(path, text_columns=["gendre"])
    assert error.message == "data.csv has no column 'gendre'. Did you mean 'gender'?"
    assert error.exit_code == 2
    with pytest.raises(UsageError, match="no target 'x'"):
        require_columns(read_table(path), ["age", "x\x1b"], "target")


def test_first_rows_only(tmp_path: Path, write) -> None:
    table = read_table(write(tmp_path, "a,b\n1,2\n3,4\n5,6\n"), text_columns=["b"], nrows=2)
    assert len(table.frame) == 2
    assert list(table.labels("b")) == ["2", "4"]
    assert list(table.lines or []) == [2, 3]


def test_every_row_has_one_field_more(tmp_path: Path, write, refusal) -> None:
    assert "name the missing column" in refusal(write(tmp_path, "a,b\n0,1,2\n1,3,4\n")).hint
    many = "a,b\n1,2\n" + "1\n" * 20
    message = refusal(write(tmp_path, many)).message
    assert message.endswith(
        "line 3: 1 field where the header names 2; so are lines 4, 5, 6, 7, 8, 9, 10, 11 and 11 more"
    )


def test_an_endless_field_is_refused(tmp_path: Path, write, refusal) -> None:
    path = write(tmp_path, 'a,b\n1,"' + "x,y\n" * 50_000)
    assert "line 2: field larger than field limit" in refusal(path).message
    path = write(tmp_path, '"' + "x,y\n" * 50_000)
    assert "the header holds a name of more than 131,072 characters" in refusal(path).message


def test_a_wide_table_is_read(tmp_path: Path, write) -> None:
    names = [f"measurement_{i}" for i in range(10_000)]
    table = read_table(write(tmp_path, ",".join(names) + "\n" + ",".join("1" for _ in names) + "\n"))
    assert table.frame.shape == (1, 10_000)


def test_missing_cells_are_found_by_line(tmp_path: Path, write) -> None:
    rows = ["yes", '"no\nway"', "", "NA", ""] + [""] * 20
    table = read_table(
        write(tmp_path, "y,i\n" + "".join(f"{y},{i}\n" for i, y in enumerate(rows))), text_columns=["y"]
    )
    assert missing_rows(table, "y", 2) == (22, [5, 7])
    with pytest.raises(IncompleteError) as caught:
        reject_missing(table, "y", "target")
    assert caught.value.message == (
        "data.csv: target 'y' is empty in line 5, 7, 8, 9, 10, 11, 12, 13 and 14 more"
    )


def test_missing_cells_in_memory_are_found_by_row() -> None:
    table = frame_table(pd.DataFrame({"y": [1.0, None, 0.0]}), name="frame", text_columns=["y"])
    with pytest.raises(IncompleteError, match=r"target 'y' is empty in row 2$"):
        reject_missing(table, "y", "target")
    reject_missing(frame_table(pd.DataFrame({"y": [1]}), name="frame", text_columns=["y"]), "y", "target")


def test_decimal_commas(tmp_path: Path, write) -> None:
    content = "pay;share;list\n1000;0,5;1,2\n2000,50;;1,2,3\n"
    frame = read_table(write(tmp_path, content)).frame
    pd.testing.assert_frame_equal(frame, pd.read_csv(io.StringIO(content), sep=";", decimal=","))
    assert list(frame["pay"]) == [1000, 2000.5]
    # A column that only starts like a number is text, and nothing is said about it.
    table = read_table(write(tmp_path, "a;b\n1,2;x\n1,2,3;y\n"))
    assert list(table.frame["a"]) == ["1,2", "1,2,3"]
    assert table.notes == ("fields are separated by ';'",)
