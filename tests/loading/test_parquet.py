from __future__ import annotations

import builtins
from pathlib import Path

import pandas as pd
import pytest

from aiaudit.errors import UsageError
from aiaudit.loading import parquet
from aiaudit.loading.tables import read_table

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {"age": [31, 45], "sex": pd.Categorical(["f", None]), "zip": ["01234", "NA"], "pay": [1.5, None]}
    )


@pytest.mark.parametrize("name", ["data.parquet", "data.pq", "data"])
def test_reads_what_pandas_reads(tmp_path: Path, frame: pd.DataFrame, name: str) -> None:
    frame.to_parquet(tmp_path / name)
    table = read_table(tmp_path / name, text_columns=["age", "sex", "zip"])
    pd.testing.assert_frame_equal(table.frame, pd.read_parquet(tmp_path / name))
    assert {name: list(cells) for name, cells in table.text.items()} == {
        "age": ["31", "45"],
        "sex": ["f", None],
        "zip": ["01234", "NA"],
    }
    assert table.lines is None
    assert table.notes == ()


def test_first_rows_only(tmp_path: Path, frame: pd.DataFrame) -> None:
    frame.to_parquet(tmp_path / "data.parquet")
    table = read_table(tmp_path / "data.parquet", text_columns=["zip"], nrows=1)
    assert len(table.frame) == 1
    assert list(table.labels("zip")) == ["01234"]


def test_whole_numbers_beside_nulls_stay_exact(tmp_path: Path) -> None:
    # As floats, these two would be one.
    pq.write_table(pa.table({"id": pa.array([2**53, 2**53 + 1, None])}), tmp_path / "data.parquet")
    labels = read_table(tmp_path / "data.parquet", text_columns=["id"]).labels("id")
    assert list(labels) == ["9007199254740992", "9007199254740993", None]


def test_a_named_index_becomes_a_column(tmp_path: Path, frame: pd.DataFrame) -> None:
    frame.index = pd.Index([7, 8], name="customer")
    frame.to_parquet(tmp_path / "data.parquet")
    table = read_table(tmp_path / "data.parquet", text_columns=["customer"])
    assert list(table.labels("customer")) == ["7", "8"]
    assert table.notes == ("the index became an ordinary column: 'customer'",)


def test_an_index_without_a_name_is_left_out(tmp_path: Path, frame: pd.DataFrame) -> None:
    frame.set_axis([5, 3]).to_parquet(tmp_path / "data.parquet")
    table = read_table(tmp_path / "data.parquet")
    assert list(table.frame.index) == [0, 1]
    assert table.notes == ("an index without a name was left out",)


def test_refusals(tmp_path: Path, frame: pd.DataFrame, refusal, write) -> None:
    path = tmp_path / "data.parquet"
    frame.to_parquet(path)
    whole = path.read_bytes()
    assert "is damaged or not a Parquet file" in refusal(write(tmp_path, whole[: len(whole) // 2])).message
    middle = bytes(byte ^ 255 for byte in whole[4:-8])
    assert (
        "is damaged or not a Parquet file"
        in refusal(write(tmp_path, whole[:4] + middle + whole[-8:])).message
    )
    assert refusal(path, text_columns=["gender"]).exit_code == 2

    frame[:0].to_parquet(path)
    assert "holds no rows" in refusal(path).message
    pq.write_table(pa.table({"a": [[1], [2]], "b": [{"c": 1}, {"c": 2}]}), path)
    assert "nested column 'a', 'b'" in refusal(path).message
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), path)
    assert "repeated column 'a'" in refusal(path).message
    pq.write_table(pa.Table.from_arrays([pa.array([1])], names=[""]), path)
    assert "a column has no name" in refusal(path).message


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, refusal, monkeypatch) -> None:
    monkeypatch.setattr(parquet, "MAX_BYTES", 1024**2)
    pq.write_table(pa.table({"a": pa.array([0] * 1_000_000)}), tmp_path / "data.parquet")
    assert (tmp_path / "data.parquet").stat().st_size < 10_000
    assert "unpacks to more than 1 MiB" in refusal(tmp_path / "data.parquet").message


def test_without_pyarrow(tmp_path: Path, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    frame.to_parquet(tmp_path / "data.parquet")
    imported = builtins.__import__

    def without(name: str, *rest: object) -> object:
        if name.partition(".")[0] == "pyarrow":
            raise ImportError(name)
        return imported(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError) as caught:
        read_table(tmp_path / "data.parquet")
    assert "pip install 'aiaudit[parquet]'" in caught.value.hint
