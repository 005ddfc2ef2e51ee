"""Plain data to pydantic models; every error in plain words, at its line and column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from aiaudit.errors import did_you_mean, one_line
from aiaudit.policy.document import Document, Fault, FileErrors, Path

ModelT = TypeVar("ModelT", bound=BaseModel)

#: pydantic's words for what is wrong, in ours.
_NEEDED = {
    "string_type": "text is needed here",
    "int_type": "a whole number is needed here",
    "int_from_float": "a whole number is needed here",
    "float_type": "a number is needed here",
    "bool_type": "true or false is needed here",
    "list_type": "a list is needed here",
    "tuple_type": "a list is needed here",
    "dict_type": "a mapping (key: value) is needed here",
    "model_type": "a mapping (key: value) is needed here",
}


def parse(document: Document, kind: type[ModelT], *, context: Mapping[str, Any] | None = None) -> ModelT:
    """Turn a document into a model.

    Types are strict: text is no number and no truth value; dates are ISO text.

    Parameters
    ----------
    document : Document
        What was read.
    kind : type of BaseModel
        What it should be; closed against unknown keys (``extra="forbid"``).
    context : mapping or None
        Handed to the model's validators.

    Raises
    ------
    FileErrors
        With every error, in the order of the lines.
    """
    try:
        return kind.model_validate_json(json.dumps(document.data), strict=True, context=context)
    except ValidationError as error:
        faults = {fault.message: fault for e in error.errors() for fault in [_fault(document, kind, e)]}
        raise FileErrors(sorted(faults.values(), key=lambda f: (f.line, f.column))) from None


def _fault(document: Document, kind: type[BaseModel], error: ErrorDetails) -> Fault:
    path = _path(document.data, error["loc"])
    match error["type"]:
        case "extra_forbidden":
            return document.fault(path, _unknown_key(document, kind, path), at_key=True)
        case "missing":
            return document.fault(path, f"the key '{error['loc'][-1]}' is missing{_whose(document, path)}")
    return document.fault(path, in_words(error))


def _path(data: Any, loc: Sequence[str | int]) -> Path:
    """Return the part of pydantic's location that exists in the document.

    Names of union members and validators, which pydantic mixes in, are passed over.
    """
    path: list[str | int] = []
    for part in loc:
        inside = isinstance(data, dict) and isinstance(part, str) and part in data
        inside |= isinstance(data, list) and isinstance(part, int) and part < len(data)
        if inside:
            path.append(part)
            data = data[part]
    return tuple(path)


def _whose(document: Document, path: Path) -> str:
    value = document.at(path)
    name = value.get("id") if isinstance(value, dict) else None
    return f" in '{one_line(name, 60)}'" if isinstance(name, str) else ""


def in_words(error: ErrorDetails) -> str:
    """Return what is wrong, in plain words."""
    given = error["input"]
    shown = _shown(given)
    match error["type"]:
        case "enum" | "literal_error":
            known = [a or b for a, b in re.findall(r"'([^']*)'|(\d+)", error["ctx"]["expected"])]
            return f"{shown} is not one of: {', '.join(known)}.{did_you_mean(str(given), known)}"
        case "value_error":
            return str(error["ctx"]["error"])
        case "refused":
            return error["msg"]
        case "date_type" | "date_parsing" | "date_from_datetime_parsing":
            return f"{shown} is not a date; write year-month-day, for example 2026-11-21"
        case "string_too_short":
            least = error["ctx"]["min_length"]
            return (
                "text is needed here, this is blank"
                if least == 1
                else f"{least} characters or more are needed here"
            )
        case "too_short":
            return "this list is empty" if not given else "this list is too short"
        case "string_pattern_mismatch":
            return f"{shown} does not match the pattern {error['ctx']['pattern']}"
    needed = _NEEDED.get(error["type"])
    if needed is None:
        return f"{shown} {error['msg'][0].lower()}{error['msg'][1:]}".replace(" input should", " should")
    quotes = "; put it in quotes" if error["type"] == "string_type" and shown != "this" else ""
    found = "nothing is given" if given is None else f"this is {shown}" if shown != "this" else ""
    return needed + (f", {found}" if found else "") + quotes


def _shown(given: object) -> str:
    if isinstance(given, bool):
        return f"'{str(given).lower()}'"
    return f"'{one_line(given, 60)}'" if isinstance(given, str | int | float) else "this"


def _unknown_key(document: Document, kind: type[BaseModel], path: Path) -> str:
    key = str(path[-1])
    known = [name for model in _models(kind, document.data, path[:-1]) for name in _keys(model)]
    near = did_you_mean(key, known)
    rest = near or (f" Known keys: {', '.join(known)}" if known else "")
    return f"unknown key '{one_line(key, 60)}'.{rest}"


def _keys(model: type[BaseModel]) -> list[str]:
    own = [field.alias or name for name, field in model.model_fields.items()]
    return [*own, *getattr(model, "SHORTHAND", ())]


def _models(kind: Any, data: Any, path: Path) -> Iterator[type[BaseModel]]:
    """Yield the models that a value at *path* may be an instance of."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        yield from _models(args[0], data, path)
    elif origin in (Union, UnionType):
        for member in args:
            yield from _models(member, data, path)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        if not path:
            yield kind
        for name, field in kind.model_fields.items():
            if path and (field.alias or name) == path[0]:
                yield from _models(field.annotation, data, path[1:])
    elif path and isinstance(origin, type) and issubclass(origin, Sequence | Mapping) and args:
        yield from _models(args[-1] if issubclass(origin, Mapping) else args[0], data, path[1:])
