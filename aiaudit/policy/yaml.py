"""A safe YAML reader that knows where every value stands and trusts no file.

One pass over PyYAML's pure-Python events builds the data: nothing is composed or constructed by PyYAML,
whose C composer overflows the stack on deep nesting, whose constructors resolve tags, and whose YAML 1.1
reads ``no`` as false and ``1:30`` as ninety.
"""

from __future__ import annotations

import hashlib
import math
import re
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

import yaml
from yaml import events

from aiaudit.errors import UsageError, one_line
from aiaudit.policy.document import Document, Fault, FileErrors, Path, Place
from aiaudit.policy.validate import parse

MAX_BYTES = 2**20
MAX_DEPTH = 32
MAX_NODES = 50_000

#: Only JSON's numbers; ``007``, ``+1``, ``0x1F`` and ``1_000`` stay text, as they stand in a data file.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,300})")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]{1,3})?|-?\.[0-9]+")
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


def read_yaml(path: str | FilePath, name: str | None = None) -> Document:
    """Read a YAML file; error messages call it *name*, or else by its path.

    Raises
    ------
    UsageError
        If the file cannot be read.
    FileErrors
        If it is no YAML, or uses what is refused here: see `read_text`.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"cannot read {one_line(name or path)}: {one_line(reason)}", "Check the path and its permissions."
        ) from None
    return read_text(content, name or str(path))


def read_text(content: bytes, name: str) -> Document:
    """Read the bytes of a YAML file.

    Parameters
    ----------
    content : bytes
        UTF-8 text, at most 1 MiB, nested at most 32 deep, with at most 50,000 values.
    name : str
        Name of the file in error messages.

    Raises
    ------
    FileErrors
        If it is no YAML 1.2, is too large, or holds an alias, an anchor, a tag, a key twice, or a second
        document.
    """
    digest = hashlib.sha256(content).hexdigest()
    if len(content) > MAX_BYTES:
        raise FileErrors([Fault(file=name, line=1, column=1, what="the file is larger than 1 MiB")])
    text = _decode(content, name)
    empty = Document(name=name, digest=digest, lines=tuple(_BREAK.split(text)), data=None)
    builder = _built(text)
    if builder.faults:
        raise FileErrors([empty.fault_at(place, what) for place, what in builder.faults])
    # Copies: whoever changes a document must not change the next one of the same text.
    return replace(empty, data=deepcopy(builder.root), values={**builder.values}, keys={**builder.keys})


@lru_cache(maxsize=64)
def _built(text: str) -> _Builder:
    """Build the data of a text once: packs that extend one another read the same files again and again."""
    builder = _Builder()
    try:
        _feed(builder, text)
    except _Stop as stop:
        builder.faults.append((stop.place, stop.what))
    return builder


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        lines = _BREAK.split(before)
        what = f"byte 0x{content[error.start]:02x} is not UTF-8 text; save the file as UTF-8"
        raise FileErrors([Fault(file=name, line=len(lines), column=len(lines[-1]) + 1, what=what)]) from None


class _Stop(Exception):
    """Reading cannot go on after this."""

    def __init__(self, place: Place, what: str) -> None:
        super().__init__(what)
        self.place = place
        self.what = what


def _feed(builder: _Builder, text: str) -> None:
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        raise _Stop(place, f"not YAML: {error.problem or error.context}") from None
    except yaml.reader.ReaderError as error:
        lines = _BREAK.split(text[: error.position])
        what = f"the character U+{error.character:04X} is not allowed in YAML"
        raise _Stop((len(lines), len(lines[-1]) + 1), what) from None
    except (ValueError, OverflowError):
        # PyYAML lets chr() and int() fail on escapes and versions beyond their range.
        raise _Stop(
            builder.place, "not YAML after this place: an escape or a version is out of range"
        ) from None


@dataclass
class _Open:
    """A sequence or mapping whose end has not come yet."""

    path: Path
    into: list[Any] | dict[str, Any]
    key: str | None = None


@dataclass
class _Builder:
    """Turns events into data; keeps the places and the faults."""

    root: Any = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    faults: list[tuple[Place, str]] = field(default_factory=list)
    place: Place = (1, 1)
    stack: list[_Open] = field(default_factory=list)
    documents: int = 0
    nodes: int = 0

    def take(self, event: events.Event) -> None:
        assert event.start_mark is not None
        self.place = (event.start_mark.line + 1, event.start_mark.column + 1)
        match event:
            case events.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise _Stop(self.place, "a second document begins here; a file holds one")
            case events.AliasEvent():
                raise _Stop(self.place, f"the alias '*{event.anchor}' is refused; write the value out")
            case events.ScalarEvent() | events.CollectionStartEvent():
                self._node(event)
            case events.CollectionEndEvent():
                self.stack.pop()

    def _node(self, event: events.ScalarEvent | events.CollectionStartEvent) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _Stop(self.place, f"the file holds more than {MAX_NODES:,} values")
        if event.anchor is not None:
            raise _Stop(self.place, f"the anchor '&{event.anchor}' is refused; write values out")
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise _Stop(self.place, f"the tag '{tag}' is refused; values here are plain")
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.into, dict) and top.key is None:
            self._key(event, top, top.into)
        elif isinstance(event, events.ScalarEvent):
            self._place(_scalar(event, self.place))
        else:
            into: list[Any] | dict[str, Any] = [] if isinstance(event, events.SequenceStartEvent) else {}
            self.stack.append(_Open(path=self._place(into), into=into))
            if len(self.stack) > MAX_DEPTH:
                raise _Stop(self.place, f"values are nested more than {MAX_DEPTH} deep")

    def _key(self, event: events.NodeEvent, top: _Open, mapping: dict[str, Any]) -> None:
        if not isinstance(event, events.ScalarEvent):
            raise _Stop(self.place, "a key must be a word, not a list or a mapping")
        key = _text(event, self.place)
        top.key = key
        path = (*top.path, key)
        if key in mapping:
            self.faults.append(
                (self.place, f"the key '{key}' is here twice; first on line {self.keys[path][0]}")
            )
        else:
            self.keys[path] = self.place

    def _place(self, value: Any) -> Path:
        """Put a value where it belongs, and return its path."""
        path: Path = ()
        if not self.stack:
            self.root = value
        else:
            top = self.stack[-1]
            if isinstance(top.into, list):
                path = (*top.path, len(top.into))
                top.into.append(value)
            else:
                assert top.key is not None
                path = (*top.path, top.key)
                top.into[top.key] = value
                top.key = None
        self.values[path] = self.place
        return path


def _text(event: events.ScalarEvent, place: Place) -> str:
    try:
        # JSON writes a character beyond U+FFFF as the escapes of two halves.
        return str(event.value).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        raise _Stop(place, "an escape stands for half a character (a surrogate)") from None


def _scalar(event: events.ScalarEvent, place: Place) -> str | int | float | bool | None:
    """Resolve a scalar by YAML 1.2's JSON schema, but keep as text whatever that schema does not know."""
    text = _text(event, place)
    if event.style is not None:
        return text
    if text in ("", "null", "~"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise _Stop(place, f"the number {text} is too large")
        return number
    return text


__all__ = ["Document", "FileErrors", "parse", "read_text", "read_yaml"]
