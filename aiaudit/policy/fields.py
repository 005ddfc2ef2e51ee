"""Field types of policies and configuration: exact numbers, severities, names as they were written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from aiaudit.errors import did_you_mean, one_line


class Severity(IntEnum):
    """How much a failed requirement matters; ordered, so that ``severity >= fail_on`` gates."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    BLOCKER = 4


_ID = re.compile(r"[a-z0-9][a-z0-9.-]{1,79}")
_EXACT = r"-?[0-9]+(\.[0-9]+)?(e-[0-9]{1,2})?|-?[0-9]+/[0-9]+"


def _severity(value: object) -> object:
    names = {s.name.lower(): s for s in Severity}
    if isinstance(value, Severity):
        return value
    if not isinstance(value, str) or value not in names:
        near = did_you_mean(str(value), names)
        raise ValueError(f"'{one_line(value, 60)}' is not one of: {', '.join(names)}.{near}")
    return names[value]


def _fraction(value: object) -> Fraction:
    if isinstance(value, Fraction):
        return value
    # The decimal text, not the binary float: 0.8 must mean exactly four fifths.
    text = str(value)
    try:
        # Fraction's own grammar also takes '1_000', and exponents that fill the memory.
        return Fraction(text if len(text) <= 30 and re.fullmatch(_EXACT, text) else "no number")
    except (ValueError, ZeroDivisionError):
        raise ValueError("a threshold is a number such as 0.8, or a fraction such as 4/5") from None


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        what = "an id has 2 to 80 small letters, digits, dots and hyphens"
        raise ValueError(f"'{one_line(value, 90)}' is no id: {what}, and starts with a letter or digit")
    return value


def _version(value: object) -> object:
    if value != 1 or isinstance(value, bool):
        found = f"version {one_line(value, 20)}" if isinstance(value, int) else "another version"
        raise ValueError(f"this file is written for {found}; this aiaudit reads version 1")
    return value


def _word(value: object) -> object:
    """Return a name as it was written, though YAML read a number or a truth value."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _words(value: object) -> object:
    """Return one name or a list of them as a tuple."""
    if not isinstance(value, list | tuple):
        value = [value]
    words = tuple(_word(item) for item in value)
    if not words or not all(isinstance(word, str) for word in words):
        raise ValueError("a name or a list of names is needed here")
    return words


#: The version of a file's format.
Version = Annotated[Literal[1], BeforeValidator(_version)]
SeverityField = Annotated[
    Severity,
    BeforeValidator(_severity),
    PlainSerializer(lambda s: s.name.lower(), return_type=str),
    WithJsonSchema({"enum": [s.name.lower() for s in Severity]}),
]
#: An exact number; written ``0.8`` or ``4/5``, stored as text so that nothing is lost.
Exact = Annotated[
    Fraction,
    BeforeValidator(_fraction),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^({_EXACT})$"}]}),
]
Id = Annotated[str, AfterValidator(_id), WithJsonSchema({"type": "string", "pattern": f"^{_ID.pattern}$"})]
#: Several packs used together are called ``one+other``.
PolicyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.+-]{1,999}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10)]
_WORD_SCHEMA: dict[str, Any] = {"type": ["string", "number", "boolean"]}
#: A column, a group or a label: numbers and truth values are names too.
Word = Annotated[str, BeforeValidator(_word), WithJsonSchema(_WORD_SCHEMA)]
Words = Annotated[
    tuple[str, ...],
    BeforeValidator(_words),
    WithJsonSchema({"anyOf": [_WORD_SCHEMA, {"type": "array", "items": _WORD_SCHEMA, "minItems": 1}]}),
]


class Strict(BaseModel):
    """Frozen, and closed against keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def refuse(title: str, problems: Iterable[tuple[tuple[str | int, ...], str]]) -> None:
    """Raise pydantic's error with each problem at its own place; nothing happens without problems."""
    details = [
        InitErrorDetails(type=PydanticCustomError("refused", "{what}", {"what": what}), loc=place, input=None)
        for place, what in problems
    ]
    if details:
        raise ValidationError.from_exception_data(title, details)
