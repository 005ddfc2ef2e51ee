"""Descriptions of what a pickle stream would build, and of the arrays that joblib puts into it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, BinaryIO

#: Class that announces an array in a joblib file.
ARRAY = "joblib.numpy_pickle.NumpyArrayWrapper"


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


def skip_array(file: BinaryIO, state: Any, nested: Callable[[], object]) -> None:
    """Step over an array that joblib wrote behind its description; one of objects is read by *nested*."""
    dtype = state["dtype"]
    code = dtype.args[0] if isinstance(dtype, Thing) and dtype.args else None
    if code is None or _has_objects(dtype):
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


def _has_objects(dtype: Any) -> bool:
    if isinstance(dtype.state, tuple) and len(dtype.state) > 4 and isinstance(dtype.state[4], dict):
        return any(isinstance(f, tuple) and _has_objects(f[0]) for f in dtype.state[4].values())
    return str(dtype.args[0]).startswith("O")


def _itemsize(dtype: Any) -> int:
    """Return the bytes of one item: recorded for text and records, else the digits of the type code."""
    state = dtype.state if isinstance(dtype.state, tuple) else ()
    if len(state) > 5 and isinstance(state[5], int) and state[5] > 0:
        return state[5]
    digits = re.search(r"\d+", str(dtype.args[0]))
    if digits is None:
        raise ValueError("array of unknown type")
    return int(digits.group())
