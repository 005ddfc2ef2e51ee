"""A static look at a .skops archive: the types its schema names, without building anything."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from .refusal import Refusal

#: Bytes of the schema, and of all members together, once unpacked.
SCHEMA_LIMIT = 256 << 20
CONTENT_LIMIT = 8 << 30

_SAVE_AGAIN = "Give a model saved with joblib.dump, pickle.dump or skops.io.dump."
#: Plain data, which skops itself builds without looking anything up.
PLAIN = frozenset(
    [
        "builtins." + name
        for name in ("bool", "bytes", "bytearray", "float", "int", "list", "set", "str", "tuple")
    ]
    + ["builtins.dict", "builtins.slice", "builtins.NoneType", "builtins.map", "numpy.ndarray", "numpy.bool"]
)
_LOADERS_REFUSED = ("MethodNode", "OperatorFuncNode")


def read_schema(content: bytes) -> dict[str, Any]:
    """Return the schema of the archive with this *content*.

    Raises
    ------
    Refusal
        It is no skops archive, or unpacks to more than a model may hold.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            sizes = {entry.filename: entry.file_size for entry in entries}
            if len(sizes) < len(entries):
                raise Refusal("the .skops file is damaged (it holds two members of one name)", _SAVE_AGAIN)
            if sum(sizes.values()) > CONTENT_LIMIT or sizes.get("schema.json", 0) > SCHEMA_LIMIT:
                raise Refusal("the file unpacks to more bytes than a model may hold", _SAVE_AGAIN)
            if "schema.json" not in sizes:
                raise Refusal("this is a zip archive, not a saved scikit-learn model", _SAVE_AGAIN)
            schema = json.loads(archive.read("schema.json"))
    except (zipfile.BadZipFile, ValueError, RecursionError, NotImplementedError, RuntimeError) as error:
        raise Refusal("the .skops file is damaged (" + type(error).__name__ + ")", _SAVE_AGAIN) from None
    if not isinstance(schema, dict):
        raise Refusal("the .skops file is damaged (its schema is no object)", _SAVE_AGAIN)
    return schema


def nodes(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every node of *schema* that names a type."""
    found, waiting = [], [schema]
    while waiting:
        item: Any = waiting.pop()
        if isinstance(item, dict):
            if "__class__" in item or "__module__" in item or "__loader__" in item:
                found.append(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found


def type_names(schema: dict[str, Any]) -> set[str]:
    """Return the full names of all types and functions in *schema* that are no plain data.

    Raises
    ------
    Refusal
        The archive calls a method or operator by name.
    """
    names = set()
    for node in nodes(schema):
        if node.get("__loader__") in _LOADERS_REFUSED:
            raise Refusal(
                "the .skops file calls a method by its name",
                "Replace the method in the model with a function of a module, save it again and --trust that name.",
            )
        names.add(str(node.get("__module__")) + "." + str(node.get("__class__")))
    return names - PLAIN
