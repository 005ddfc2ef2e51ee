"""Tables and answers cross to the model's process and back unchanged."""

import datetime
import decimal
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiaudit.loading import columns, protocol


def there_and_back(frame, arrow=False):
    """Send *frame* over a stream and return what arrives."""
    writer, stream = protocol.Writer(arrow), io.BytesIO()
    protocol.send(stream, {"frame": columns.encode_frame(frame, writer)}, writer.buffers)
    stream.seek(0)
    header, buffers = protocol.receive(stream, 1 << 30)
    return columns.decode_frame(header["frame"], buffers)


COLUMNS = {
    "integers": pd.Series([1, 2, -3]),
    "small integers": pd.Series([1, 2, 3], dtype="uint8"),
    "floats": pd.Series([1.5, np.nan, -np.inf]),
    "single floats": pd.Series([1.5, 2.5, 3.5], dtype="float32"),
    "booleans": pd.Series([True, False, True]),
    "text": pd.Series(["a", "ß", "a\nb"]),
    "text with gaps": pd.Series(["a", None, "b"]),
    "objects": pd.Series(["a", None, np.nan], dtype=object),
    "objects with pandas' missing": pd.Series(["a", pd.NA, None], dtype=object),
    "mixed": pd.Series([1, "1", True], dtype=object),
    "mixed numbers": pd.Series([np.int64(1), np.float64(2.5), None], dtype=object),
    "empty cells only": pd.Series([None, None, None], dtype=object),
    "dates": pd.to_datetime(pd.Series(["2024-01-01", None, "2024-03-01"])),
    "categories": pd.Series(["x", "y", None], dtype="category"),
    "ordered categories": pd.Series(pd.Categorical(["b", "a", "b"], ["b", "a"], ordered=True)),
    "number categories": pd.Series([3, 1, 3], dtype="category"),
    "nullable integers": pd.Series([1, None, 3], dtype="Int64"),
    "nullable booleans": pd.Series([True, None, False], dtype="boolean"),
    "nullable floats": pd.Series([1.5, None, 3.5], dtype="Float32"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_arrives_as_it_was_sent(name):
    frame = pd.DataFrame({name: COLUMNS[name]})
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


@pytest.mark.parametrize("name", ["objects", "objects with pandas' missing"])
def test_the_kind_of_an_empty_cell_survives(name):
    """An encoder tells None from NaN."""
    arrived = there_and_back(pd.DataFrame({name: COLUMNS[name]}))[name].tolist()
    assert [type(value) for value in arrived] == [type(value) for value in COLUMNS[name]]


def test_an_arrow_column_arrives_as_pandas_own_type():
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"x": pd.Series([1, None, 3], dtype="int64[pyarrow]")})
    pd.testing.assert_frame_equal(there_and_back(frame), frame.astype("Int64"))


@pytest.mark.skipif(pd.__version__ < "3", reason="text is kept by pyarrow from pandas 3 on")
@pytest.mark.parametrize(
    "text",
    [["a", "ß", "a\nb"], ["a", None, np.nan], [None, None], [], ["", "\0", "\U0001f600" * 9]],
    ids=["text", "gaps", "gaps only", "nothing", "odd text"],
)
def test_text_crosses_as_arrow_lays_it_out(text):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"before": pd.Series(["x", *text], dtype="str"), "plain": 1})
    for part in (frame, frame.iloc[1:], pd.concat([frame, frame])):
        part = part.reset_index(drop=True)
        writer = protocol.Writer(arrow=True)
        assert columns.encode_frame(part, writer)["columns"][0]["kind"] == "arrow"
        pd.testing.assert_frame_equal(there_and_back(part, arrow=True), part)
        pd.testing.assert_frame_equal(there_and_back(part), part)


def test_other_text_crosses_as_codes_also_to_a_process_with_arrow():
    """Objects, and pandas' older text, whose empty cell is another."""
    for dtype in (object, "string"):
        frame = pd.DataFrame({"x": pd.Series(["a", None], dtype=dtype)})
        described = columns.encode_frame(frame, protocol.Writer(arrow=True))
        assert [column["kind"] for column in described["columns"]] == ["text"]


def test_a_whole_table_keeps_its_order_its_names_and_its_length():
    frame = pd.DataFrame(COLUMNS)
    frame.index = [7, 8, 9]
    arrived = there_and_back(frame)
    pd.testing.assert_frame_equal(arrived, frame.reset_index(drop=True))
    same = pd.concat([frame[["text"]], frame[["text"]]], axis=1)
    assert list(there_and_back(same).columns) == ["text", "text"]
    assert there_and_back(pd.DataFrame({0: [1.0], 1: [2.0]})).columns.tolist() == [0, 1]
    assert len(there_and_back(pd.DataFrame(index=range(5)))) == 5
    assert there_and_back(frame.iloc[:0]).shape == (0, len(COLUMNS))


@pytest.mark.parametrize(
    "values", [[decimal.Decimal(1)], [datetime.date(2024, 1, 1)], [b"x"], [["a"]], [1j], [object()]]
)
def test_what_no_model_takes_is_not_sent(values):
    with pytest.raises(columns.UnsendableColumn):
        there_and_back(pd.DataFrame({"x": pd.Series(values, dtype=object)}))


texts = st.text() | st.none()


@settings(max_examples=30)
@given(st.lists(st.tuples(texts, st.floats(), st.integers(-(2**60), 2**60)), min_size=1))
def test_any_text_and_any_number_arrive(rows):
    frame = pd.DataFrame(rows, columns=["text", "float", "integer"]).astype({"text": object})
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


LABELS = {
    "numbers": np.array([1, 0, 1]),
    "probabilities": np.array([[0.25, 0.75], [1.0, 0.0]]),
    "one column": np.zeros((3, 1)),
    "nothing": np.zeros(0),
    "text of fixed width": np.array(["no", "yes"]),
    "text": np.array(["no", "yes"], dtype=object),
    "whole numbers": np.array([10**30, 2, np.int64(2)], dtype=object),
    "truth": np.array([True, np.False_], dtype=object),
    "mixed": np.array([1, "a", None, True], dtype=object),
    "booleans": np.array([True, False]),
    "other byte order": np.array([1.5, 2.5], dtype=">f8"),
}


@pytest.mark.parametrize("name", LABELS)
def test_answers_arrive_as_they_were_sent(name):
    writer = protocol.Writer()
    description = columns.encode_labels(LABELS[name], writer)
    arrived = columns.decode_labels(description, [bytearray(buffer) for buffer in writer.buffers])
    np.testing.assert_array_equal(arrived, LABELS[name])
    assert arrived.dtype.kind == LABELS[name].dtype.kind


DESCRIPTIONS = {
    "too few bytes": {"buffer": 0, "dtype": "<f8", "shape": [3]},
    "negative": {"buffer": 0, "dtype": "<f8", "shape": [-1, -2]},
    "objects": {"buffer": 0, "dtype": "|O", "shape": [2]},
    "a record": {"buffer": 0, "dtype": "V8", "shape": [2]},
    "a terabyte": {"buffer": 0, "dtype": "<f8", "shape": [1 << 40]},
}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_an_array_that_does_not_fit_its_bytes_is_refused(name):
    with pytest.raises(protocol.BadMessage):
        protocol.read_array(DESCRIPTIONS[name], [bytearray(16)])


def test_a_message_may_not_exceed_its_limit():
    stream = io.BytesIO()
    protocol.send(stream, {"a": 1}, [b"x" * 100])
    stream.seek(0)
    assert protocol.receive(stream, 100) == ({"a": 1, "sizes": [100]}, [bytearray(b"x" * 100)])
    stream.seek(0)
    with pytest.raises(protocol.BadMessage, match="larger"):
        protocol.receive(stream, 99)
    stream.truncate(50)
    stream.seek(0)
    with pytest.raises(EOFError):
        protocol.receive(stream, 100)
