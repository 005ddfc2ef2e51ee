"""A static look at an .onnx file: its operators, its releases and its classes; nothing is built or run."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Any

from .refusal import Refusal

#: Domains of the ONNX standard, whose operators compute; the nameless one is ``ai.onnx``.
STANDARD = ("ai.onnx", "ai.onnx.ml")
#: Subgraphs within subgraphs.
_DEPTH = 32
#: Long runs of numbers in an attribute, which hold nothing to look at: trees have millions of them.
_NUMBERS = re.compile(rb"(?:\x3d.{4})+|(?:\x40[\x80-\xff]{0,9}[\x00-\x7f])+", re.DOTALL)
_CLASSES = ("classlabels_strings", "classlabels_ints", "classlabels_int64s")
#: Operators that pass labels on as they are.
_PASSING = ("Identity", "Cast", "Reshape")
_TEXT, _WHOLE = 8, 7


class OnnxLook:
    """What was found in a file: operators outside the standard, releases, classes, and a word for the whole."""

    def __init__(self) -> None:
        self.operators: set[str] = set()
        self.versions: dict[str, str] = {}
        self.classes: list[Any] | None = None
        self.functions: set[str] = set()

    @property
    def foreign(self) -> set[str]:
        """Operators that neither the standard nor the file itself defines."""
        return {op for op in self.operators - self.functions if op.rpartition(".")[0] not in STANDARD}


def look_at(content: bytes) -> OnnxLook:
    """Return what the ONNX model in *content* holds.

    Raises
    ------
    Refusal
        It is no ONNX model, or wants other files.
    """
    look = OnnxLook()
    try:
        graph = _model(look, memoryview(content))
        look.classes = _classes(graph)
    except (ValueError, TypeError, IndexError, struct.error) as error:
        raise Refusal(
            "the file is no complete ONNX model (" + str(error)[:80] + ")",
            "Give a model saved as .onnx, .skops, by joblib.dump or pickle.dump; copy it again if it was cut short.",
        ) from None
    return look


def _model(look: OnnxLook, data: memoryview) -> memoryview:
    graph: memoryview | None = None
    producer = ["", ""]
    for number, value in _fields(data):
        if number in (2, 3):
            producer[number - 2] = _text(value)
        elif number == 7:
            graph = value
            _graph(look, graph, 0)  # each that there is: a reader may put several together
        elif number == 8:
            found = dict(_fields(value))
            look.versions["opset " + (_text(found.get(1, b"")) or "ai.onnx")] = str(found.get(2, 0))
        elif number == 25:
            _function(look, value)
    if graph is None:
        raise ValueError("it has no graph")
    if producer[0]:
        look.versions[producer[0]] = producer[1] or "not recorded"
    return graph


def _function(look: OnnxLook, data: memoryview) -> None:
    found = dict(_fields(data))
    look.functions.add((_text(found.get(10, b"")) or "ai.onnx") + "." + _text(found.get(1, b"")))
    for number, value in _fields(data):
        if number == 7:
            _node(look, value, 0)


def _graph(look: OnnxLook, data: memoryview, depth: int) -> None:
    if depth > _DEPTH:
        raise ValueError("its graphs are nested too deep")
    for number, value in _fields(data):
        if number == 1:
            _node(look, value, depth)
        elif number == 5:
            _tensor(value)
        elif number == 15:
            _sparse(value)


def _node(look: OnnxLook, data: memoryview, depth: int) -> None:
    domain = operator = ""
    for number, value in _fields(data):
        if number == 4:
            operator = _text(value)
        elif number == 7:
            domain = _text(value)
        elif number == 5:
            for kind, part in _fields(value, skip=_NUMBERS):
                if kind in (6, 11):
                    _graph(look, part, depth + 1)
                elif kind in (5, 10):
                    _tensor(part)
                elif kind in (22, 23):
                    _sparse(part)
    look.operators.add((domain or "ai.onnx") + "." + operator)


def _sparse(data: memoryview) -> None:
    for number, value in _fields(data):
        if number in (1, 2):
            _tensor(value)


def _tensor(data: memoryview) -> None:
    for number, value in _fields(data):
        if number == 13 or (number == 14 and value):
            raise Refusal(
                "the ONNX model keeps its weights in other files",
                "Save it as one file: onnx.save(model, path, save_as_external_data=False).",
            )


def _classes(graph: memoryview) -> list[Any] | None:
    """Return the labels from which the graph's label is chosen, in order, where it can be seen."""
    made, constants, wanted = {}, {}, ""
    for number, value in _fields(graph):
        if number == 1:
            node = list(_fields(value))
            made.update({_text(name): node for kind, name in node if kind == 2})
        elif number == 5:
            constants[_text(dict(_fields(value)).get(8, b""))] = value
        elif number == 12 and not wanted:
            wanted = _text(dict(_fields(value)).get(1, b""))
    for _ in range(8):
        node = made.get(wanted, [])
        operator = _text(dict(node).get(4, b""))
        inputs = [_text(name) for kind, name in node if kind == 1]
        if operator == "ArrayFeatureExtractor" and inputs[0] in constants:
            return _values(constants[inputs[0]])
        if operator not in _PASSING or not inputs:
            return _labels(node)
        wanted = inputs[0]
    return None


def _labels(node: list[tuple[int, Any]]) -> list[Any] | None:
    for number, value in node:
        if number == 5 and _text(dict(_fields(value)).get(1, b"")) in _CLASSES:
            parts = list(_fields(value))
            found = [_text(part) for kind, part in parts if kind == 9]
            return found or [n for kind, part in parts if kind == 8 for n in _whole(part)] or None
    return None


def _values(tensor: memoryview) -> list[Any] | None:
    """Return the text or whole numbers in a tensor."""
    parts = list(_fields(tensor))
    kind, raw = dict(parts).get(2), dict(parts).get(9)
    if kind == _TEXT:
        return [_text(part) for number, part in parts if number == 6]
    if kind == _WHOLE and raw is not None:
        return list(struct.unpack(f"<{len(raw) // 8}q", raw))
    return [n for number, part in parts if number == 7 for n in _whole(part)] if kind == _WHOLE else None


def _whole(value: Any) -> list[int]:
    """Return signed whole numbers: one, or several that are packed into bytes."""
    found, at = [value], 0
    if not isinstance(value, int):
        found = []
        while at < len(value):
            number, at = _varint(value, at)
            found.append(number)
    return [number - (1 << 64) if number >> 63 else number for number in found]


def _text(value: Any) -> str:
    if isinstance(value, int):
        raise TypeError("a number where text should be")
    return bytes(value).decode("utf-8", "replace")


def _fields(data: Any, skip: Any = None) -> Iterator[tuple[int, Any]]:
    """Yield number and content (a whole number, or bytes) of each field of a protobuf message."""
    if isinstance(data, int):
        raise TypeError("a number where a message should be")
    at = 0
    while at < len(data):
        run = skip.match(data, at) if skip else None
        if run:
            at = run.end()
            continue
        key, at = _varint(data, at)
        if key & 7 == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        size = {1: 8, 5: 4}.get(key & 7)
        if key & 7 == 2:
            size, at = _varint(data, at)
        if size is None or at + size > len(data):
            raise ValueError("a field is damaged")
        yield key >> 3, data[at : at + size]
        at += size


def _varint(data: Any, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        number |= (data[at] & 127) << shift
        at += 1
        if data[at - 1] < 128:
            return number, at
    raise ValueError("a number is damaged")
