"""Field types of the configuration: sizes, protected columns, and paths that start from its folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema

from aiaudit.errors import one_line
from aiaudit.groups import Sensitive, parse_sensitive
from aiaudit.labels import label_text
from aiaudit.policy.fields import Text, Word, Words, refuse
from aiaudit.policy.sources import is_path

#: By how much published percentages may add up to more than 1.
_ROUNDED = 0.01
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]+)?)\s*(?:([kmgt])(i?)(b?))?b?", re.IGNORECASE)


def _size(value: object) -> object:
    """Read 2GiB, 512 MB or a number of bytes; a bare letter counts in powers of 1024, as Docker's does."""
    if isinstance(value, bool) or not isinstance(value, str):
        return value
    found = _SIZE.fullmatch(value.strip())
    if found is None:
        raise ValueError(f"'{one_line(value, 30)}' is not a size, such as 2GiB or 512MiB")
    number, letter, binary, byte = found.groups()
    base = 1000 if byte and not binary else 1024
    return int(float(number) * base ** ("kmgt".index(letter.lower()) + 1 if letter else 0))


def _sensitive(value: object) -> Sensitive:
    """Read ``sex``, ``age:40,62`` or ``{age: [40, 62]}``."""
    if isinstance(value, Sensitive):
        return value
    if isinstance(value, dict) and len(value) == 1:
        ((column, edges),) = value.items()
        numbers = isinstance(edges, list) and all(type(edge) in (int, float) for edge in edges)
        if not numbers or not edges or edges != sorted(set(edges)):
            raise ValueError(
                f"the edges of '{one_line(column, 60)}' are numbers that ascend, such as [40, 62]"
            )
        return Sensitive(column=column, edges=tuple(float(edge) for edge in edges))
    if isinstance(value, dict | list) or value is None:
        raise ValueError("a protected column is a name, or one name with edges: {age: [40, 62]}")
    return parse_sensitive(str(value).lower() if isinstance(value, bool) else str(value))


def once(columns: tuple[Sensitive, ...]) -> tuple[Sensitive, ...]:
    """Refuse a column that is listed twice."""
    names = [sensitive.column for sensitive in columns]
    twice = [i for i, name in enumerate(names) if name in names[:i]]
    refuse("sensitive", [((i,), f"'{one_line(names[i], 60)}' is listed twice") for i in twice])
    return columns


def _from_here(path: Path, info: ValidationInfo) -> Path:
    """Let relative paths start from the folder of the file they stand in."""
    folder: Path = (info.context or {}).get("folder", Path())
    return folder / path


def _ref_from_here(ref: str, info: ValidationInfo) -> str:
    return str(_from_here(Path(ref), info)) if is_path(ref) else ref


def _shares(shares: Mapping[str, float]) -> Mapping[str, float]:
    """Refuse shares that are no parts of one whole; groups may be left out, hence less than 1 is well."""
    if any(not 0 <= share <= 1 for share in shares.values()) or sum(shares.values()) > 1 + _ROUNDED:
        raise ValueError(
            "each group's share of the population lies within 0 and 1, and together they are at most 1"
        )
    return shares


Location = Annotated[Path, AfterValidator(_from_here)]
#: A pack's id, or a path; an interpreter's name, or a path.
NameOrPath = Annotated[Text, AfterValidator(_ref_from_here)]
#: Columns that change with a protected one, by its name.
Dependants = Mapping[Word, Words]
#: Whether more of a column should help the person.
Direction = Literal["up", "down"]
#: Each group's share of the population, by protected column.
Population = Mapping[Word, Annotated[Mapping[Word, float], AfterValidator(_shares)]]
#: The group that others are set against, by protected column.
ReferenceGroups = Mapping[Word, Annotated[Word, AfterValidator(label_text)]]
Labels = Annotated[Words, AfterValidator(lambda labels: tuple(label_text(label) for label in labels))]
Size = Annotated[
    int,
    BeforeValidator(_size),
    Field(gt=0, lt=2**60),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": f"^{_SIZE.pattern}$"}]}),
]
Protected = Annotated[
    Sensitive,
    BeforeValidator(_sensitive),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["string", "number", "boolean"]},
                {
                    "type": "object",
                    "additionalProperties": {"type": "array", "items": {"type": "number"}, "minItems": 1},
                    "minProperties": 1,
                    "maxProperties": 1,
                },
            ]
        }
    ),
]
