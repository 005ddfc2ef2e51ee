from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiaudit.errors import AuditError
from aiaudit.loading import csv_regular
from aiaudit.loading.csv_regular import regular_rows
from aiaudit.loading.csv_scan import blank_lines, scan
from aiaudit.loading.tables import (
    read_table,
)

cell = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=6)
tricky = st.sampled_from(
    ["", '"', '""', ",", "\n", "\r", "\r\n", " ", "\t", "NA", "0", "01", "a,b", ";", "1.5"]
)
name = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=4)


@st.composite
def text_tables(draw: st.DrawFn, min_columns: int = 1) -> tuple[list[str], list[list[str]], str, int]:
    header = draw(st.lists(name, min_size=min_columns, max_size=4, unique=True))
    row = st.lists(cell | tricky, min_size=len(header), max_size=len(header))
    rows = draw(st.lists(row, min_size=1, max_size=6))
    # csv quotes a line end within a cell only if it is (part of) its own line end.
    end, quoting = draw(
        st.sampled_from([("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL)])
    )
    return header, rows, end, quoting


def written(records: list[list[str]], end: str, quoting: int) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=quoting).writerows(records)  # type: ignore[arg-type]
    return out.getvalue()


def lines_in(text: str) -> int:
    return sum(1 for _ in io.StringIO(text, newline=""))


@given(table=text_tables(min_columns=2))
@settings(deadline=None)
def test_text_comes_back_exactly(tmp_path_factory: pytest.TempPathFactory, table, write) -> None:
    header, rows, end, quoting = table
    path = write(tmp_path_factory.getbasetemp(), written([header, *rows], end, quoting), "round-trip.csv")
    read = read_table(path, text_columns=header)
    assert list(read.frame.columns) == header
    for i, column in enumerate(header):
        assert list(read.labels(column)) == [row[i] or None for row in rows]
    assert read.lines is not None
    assert list(read.lines) == [
        lines_in(written([header, *rows[:i]], end, quoting)) + 1 for i in range(len(rows))
    ]


@given(table=text_tables(min_columns=3), data=st.data())
@settings(deadline=None)
def test_a_ragged_row_is_always_refused(
    tmp_path_factory: pytest.TempPathFactory, table, data, write, refusal
) -> None:
    header, rows, end, quoting = table
    at = data.draw(st.integers(0, len(rows) - 1))
    if data.draw(st.booleans()):
        rows[at] = rows[at][:-1]
    else:
        rows[at] = [*rows[at], data.draw(cell | tricky)]
    path = write(tmp_path_factory.getbasetemp(), written([header, *rows], end, quoting), "ragged.csv")
    line = lines_in(written([header, *rows[:at]], end, quoting)) + 1
    assert (
        f"line {line}: {len(rows[at])} fields where the header names {len(header)}" in refusal(path).message
    )


@given(st.text('a0",\n\r ', max_size=30), st.integers(2, 3))
@settings(max_examples=300, deadline=None)
def test_the_fast_check_agrees_with_the_slow_one(body: str, width: int) -> None:
    data = (",".join("abc"[:width]) + "\n" + body).encode()
    regular = regular_rows(data, ",", width)
    if regular is not None:
        seen = scan(data, ",", width, "data.csv")
        assert regular == (len(seen.starts) - 1, frozenset(seen.zeros))
        assert list(seen.starts) == list(range(1, len(seen.starts) + 1))
        assert blank_lines(seen, width, "data.csv") == 0


@pytest.mark.parametrize("quoted", [False, True])
def test_the_fast_check_is_used_across_blocks(monkeypatch: pytest.MonkeyPatch, quoted: bool) -> None:
    monkeypatch.setattr(csv_regular, "_BLOCK", 40)
    rows = [
        [f"{i}", f'say "{i}", twice' if quoted else f"{i}", "007" if i == 99 else "7"] for i in range(100)
    ]
    text = written([["a", "b", "c"], *rows], "\r\n", csv.QUOTE_MINIMAL)
    assert regular_rows((text + "\r\n\r\n").encode(), ",", 3) == (100, frozenset({2}))
    assert regular_rows((text + "1,2\r\n").encode(), ",", 3) is None


@given(body=st.text('a01",;\n\r\t é\x00', max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_as_the_csv_module_reads_it_or_refused(
    write, tmp_path_factory: pytest.TempPathFactory, body: str
) -> None:
    path = write(tmp_path_factory.getbasetemp(), "left,right\n" + body, "any.csv")
    try:
        table = read_table(path, text_columns=["left", "right"])
    except AuditError:
        return
    records = csv.reader(io.StringIO(body, newline=""))
    rows = [record for record in records if "".join(record).strip(" \t") or len(record) > 1]
    assert [list(table.labels("left")), list(table.labels("right"))] == [
        [row[i] or None for row in rows] for i in (0, 1)
    ]
