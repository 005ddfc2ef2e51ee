"""Descriptions of what a pickle stream would build, and of the arrays that joblib puts into it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, BinaryIO

#: Class that announces an array in a joblib file.
ARRAY = "joblib.numpy_pickle.NumpyArrayWrapper"
#: Types of text of any length, which count as objects.
_TEXT = ("numpy.dtypes.StringDType", "numpy._core._internal._convert_to_stringdtype_kwargs")
_CODE = re.compile("b1|[iu](1|2|4|8)|f(2|4|8|12|16)|c(8|16|24|32)|[mM]8|O8?|[SUV][0-9]+")
_OBJECT_FLAG = 1


class Name:
    """A class or function that the stream names."""

    __slots__ = ("full",)

    def __init__(self, full: str) -> None:
        self.full = full


class Thing:
    """An object that the stream would build: what is called, with what, and the state put into it."""

    __slots__ = ("args", "maker", "state")

    def __init__(self, maker: Any, args: Any) -> None:
        self.maker = maker
        self.args = args
        self.state: Any = None

    @property
    def cls(self) -> str:
        """Full name of its class, or an empty string."""
        maker = self.maker
        if isinstance(maker, Name) and maker.full == "copyreg._reconstructor" and self.args:
            maker = self.args[0]
        return maker.full if isinstance(maker, Name) else ""


class Look:
    """What was found in a stream: the names in it, and a sketch of its top-level object."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.dicts: list[dict[str, Any]] = []
        self.top: Any = None


def top_class(look: Look) -> str:
    """Return the class name of the outermost object, or an empty string."""
    return look.top.cls.rpartition(".")[2] if isinstance(look.top, Thing) else ""


def skip_array(file: BinaryIO, state: Any, nested: Callable[[], object]) -> None:
    """Step over an array that joblib wrote behind its description; one of objects is read by *nested*.

    A description that could be understood in two ways is an error: bytes that one reader takes for numbers
    and another for instructions could hide a name.
    """
    dtype = state["dtype"]
    if _has_objects(dtype):
        nested()
        return
    if state.get("numpy_array_alignment_bytes") is not None:
        file.read(file.read(1)[0])
    left = _itemsize(dtype)
    for size in state["shape"]:
        left *= size
    while left > 0:
        step = len(file.read(min(left, 1 << 20)))
        if not step:
            raise EOFError("array data end too early")
        left -= step


def _code(dtype: Any) -> str:
    """Return the kind and size of a type, such as ``f8``."""
    if not isinstance(dtype, Thing) or dtype.cls != "numpy.dtype" or not dtype.args:
        raise ValueError("array of unknown type")
    code = dtype.args[0]
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise ValueError("array of unknown type")
    return code


def _has_objects(dtype: Any) -> bool:
    if isinstance(dtype, Thing) and dtype.cls in _TEXT:
        return True
    code, state = _code(dtype), dtype.state
    if not code.startswith("V") or not isinstance(state, tuple):
        return code.startswith("O")
    parts = [field[0] for field in (state[4] or {}).values()] + [sub[0] for sub in state[2:3] if sub]
    found, flags = any(map(_has_objects, parts)), state[7] if len(state) > 7 else 0
    if found != bool(flags & _OBJECT_FLAG):
        raise ValueError("array of contradictory type")
    return found


def _itemsize(dtype: Any) -> int:
    """Return the bytes of one item: recorded for text and records, else the digits of the type code."""
    code, state = _code(dtype), dtype.state
    if code[0] not in "SUV":
        return int(code[1:])
    size = state[5]
    if not isinstance(size, int) or size < 0:
        raise ValueError("array of unknown type")
    return size
