"""What the model's process may send, and what is made of anything else."""

import io
import json
import os
import struct
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from aiaudit.errors import IncompleteError, UsageError
from aiaudit.loading import columns, protocol
from aiaudit.loading.endings import story
from aiaudit.loading.explanations import explain_failure
from aiaudit.loading.looking import existing_file, look
from aiaudit.loading.protocol import BadMessage
from aiaudit.loading.remote import MALFORMED, RemoteModel, traits_of
from aiaudit.loading.surroundings import Settings


def sent(header, *buffers, count=None):
    text = header.encode() if isinstance(header, str) else json.dumps(header).encode()
    return struct.pack("!II", len(text), len(buffers) if count is None else count) + text + b"".join(buffers)


def test_a_message_arrives_as_it_was_sent():
    stream, writer = io.BytesIO(), protocol.Writer()
    header = {"a": writer.array(np.array([[1.5, np.nan]])), "b": writer.json(["é", None, 1])}
    protocol.send(stream, header, writer.buffers)
    stream.seek(0)
    got, buffers = protocol.receive(stream, 1000)
    np.testing.assert_array_equal(protocol.read_array(got["a"], buffers), [[1.5, np.nan]])
    assert protocol.read_json(got["b"], buffers) == ["é", None, 1]


WRONG_SIZES = [
    "[Infinity]",
    "[NaN]",
    "[1e400]",
    "[-1]",
    "[true]",
    '["1"]',
    "[1.5]",
    "{}",
    '"1"',
    "null",
    f"[{1 << 62}]",
]


@pytest.mark.parametrize("sizes", WRONG_SIZES)
def test_a_size_that_is_none_is_a_bad_message(sizes):
    with pytest.raises(BadMessage):
        protocol.receive(io.BytesIO(sent(f'{{"sizes":{sizes}}}', count=1)), 1 << 20)


@pytest.mark.parametrize("header", ["[]", "1", "null", "{", '"x"', "[" * 100_000, '{"x":1}'])
def test_a_header_that_is_no_object_is_a_bad_message(header):
    with pytest.raises(BadMessage):
        protocol.receive(io.BytesIO(sent(header)), 1 << 20)


ARRAYS = {
    "objects": {"dtype": "|O", "shape": [1]},
    "records": {"dtype": "f8,f8", "shape": [1]},
    "no type": {"dtype": None, "shape": [1]},
    "a class": {"dtype": "numpy.float64", "shape": [1]},
    "too few bytes": {"dtype": "<f8", "shape": [2]},
    "an endless shape": {"dtype": "<f8", "shape": [float("inf")]},
    "a negative shape": {"dtype": "<f8", "shape": [-1, -1]},
    "nothing, very often": {"dtype": "<U0", "shape": [2**61]},
    "no rows, very wide": {"dtype": "<f8", "shape": [0, 2**61]},
    "complex numbers": {"dtype": "<c8", "shape": [1]},
    "no shape": {"dtype": "<f8"},
    "another buffer": {"dtype": "<f8", "shape": [1], "buffer": 7},
    "a buffer from behind": {"dtype": "<f8", "shape": [1], "buffer": -1},
}


@pytest.mark.parametrize("case", ARRAYS)
def test_an_array_that_does_not_fit_its_description_is_malformed(case):
    with pytest.raises(MALFORMED):
        protocol.read_array({"buffer": 0, **ARRAYS[case]}, [bytearray(8)])


def labels(values, codes):
    writer = protocol.Writer()
    described = {
        "kind": "labels",
        "codes": writer.array(np.array(codes, np.int32)),
        "values": writer.json(values),
    }
    return described, [bytearray(buffer) for buffer in writer.buffers]


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([["a"]], [0]),
        ([{"a": 1}], [0]),
        (["a"], [1]),
        (["a"], [-1]),
        (["a"], [[0]]),
        (1, [0]),
        ([], [0]),
        (["\ud800"], [0]),
    ],
)
def test_labels_are_single_values_that_their_codes_name(values, codes):
    with pytest.raises(MALFORMED):
        columns.decode_labels(*labels(values, codes))


def test_labels_come_back_with_their_types():
    answer = np.array(
        ["a", None, 1, True, 1.0, float("nan"), "a", np.float64("nan"), np.int64(3)], dtype=object
    )
    writer = protocol.Writer()
    described = columns.encode_labels(answer, writer)
    found = columns.decode_labels(described, [bytearray(buffer) for buffer in writer.buffers])
    assert [type(value) for value in found] == [str, type(None), int, bool, float, float, str, float, int]
    assert found.tolist()[:5] == ["a", None, 1, True, 1.0]
    assert np.isnan(found[5])
    assert np.isnan(found[7])


def test_dates_and_other_numbers_are_no_labels():
    writer = protocol.Writer()
    described = {"kind": "numbers", "values": writer.array(np.array(["2024-01-01"], "M8[D]"))}
    with pytest.raises(BadMessage):
        columns.decode_labels(described, [bytearray(buffer) for buffer in writer.buffers])


@pytest.mark.parametrize("point", [0xD800, 0xDFFF, 0x110000, 0xFFFFFFFF])
def test_text_of_what_is_no_character_is_no_label(point):
    described = {"kind": "numbers", "values": {"buffer": 0, "dtype": "<U1", "shape": [1]}}
    with pytest.raises(BadMessage):
        columns.decode_labels(described, [bytearray(struct.pack("<I", point))])
    assert columns.decode_labels(described, [bytearray(struct.pack("<I", 0x1F600))]).tolist() == [
        "\U0001f600"
    ]


def test_text_beyond_its_limit_is_not_parsed():
    with pytest.raises(BadMessage, match="larger than it can be"):
        protocol.read_json({"buffer": 0}, [bytearray(b"[" * 200)], limit=100)


FACTS = {"kind": "K", "estimator_type": "", "feature_names": None, "n_features": None}


@pytest.mark.parametrize(
    "said",
    [{**FACTS, "n_features": float("inf")}, {**FACTS, "feature_names": 5}, [], {}, None, {"kind": "K"}],
)
def test_traits_that_make_no_sense_end_the_audit(said):
    writer = protocol.Writer()
    header = {"facts": writer.json(said), "classes": None}
    with pytest.raises(IncompleteError, match="makes no sense"):
        traits_of((header, [bytearray(buffer) for buffer in writer.buffers]))


class Teller:
    """Stands for a process that says the same to every request."""

    def __init__(self, contents):
        self.contents = contents

    def ask(self, request):
        writer = protocol.Writer()
        return {"contents": writer.json(self.contents)}, [bytearray(buffer) for buffer in writer.buffers]


@pytest.mark.parametrize("contents", [None, [], {"format": 1}, {"format": "x", "names": 1, "versions": []}])
def test_a_look_that_makes_no_sense_ends_the_audit(contents):
    with pytest.raises(IncompleteError, match="makes no sense"):
        look(Teller(contents), b"")


@pytest.mark.parametrize(
    ("versions", "arrow"),
    [
        ({"pandas": "3.1.0", "pyarrow": "20.0.0"}, True),
        ({"pandas": "2.3.3", "pyarrow": "20.0.0"}, False),
        ({"pandas": "3.1.0"}, False),
        ({}, False),
    ],
)
def test_text_crosses_as_arrow_to_those_who_read_it(versions, arrow):
    worker = SimpleNamespace(versions=versions)
    assert RemoteModel(worker, None, None)._writer().arrow is arrow


@pytest.mark.parametrize(
    ("code", "said"), [(-9, "SIGKILL"), (-40, "signal 40"), (3, "exit code 3"), (None, "None")]
)
def test_every_end_of_a_process_has_a_sentence(code, said):
    settings = Settings(path=Path("m"), memory=1 << 30, timeout=1)
    assert said in story(settings, code, "predict", False, "").message


def test_a_pipe_or_a_device_is_no_model_file(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(UsageError, match="not an ordinary file"):
            existing_file(path)
    with pytest.raises(UsageError, match="no such model file"):
        existing_file("x" * 5000)


def test_a_deed_that_was_blocked_is_said_with_what_it_means():
    error = explain_failure(
        "PermissionError", "It tried to run a program (x), which was blocked: no", "", "predict"
    )
    assert error.message == "the model failed to predict: it tried to run a program (x), which was blocked"
    assert "hostile" in error.hint
