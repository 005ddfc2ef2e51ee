"""A pickle reader that resolves only names on a list and builds nothing else."""

from __future__ import annotations

import _compat_pickle
import importlib
import io
import pickle
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from .names import unknown_names
from .refusal import Refusal
from .things import ARRAY

_CHUNK = 16 << 20
#: What the reader looks up on an object and calls: as attributes of an instance they would be the file's choice.
_METHODS = frozenset(["__setstate__", "append", "extend", "add"])
_HOSTILE = "No library writes such a file for a scikit-learn model: treat it as hostile."


#: Compiled losses of scikit-learn 1.5 to 1.8 name their module without its package.
_MOVED = {"_loss": "sklearn._loss._loss"}


class _ArrayHeader:
    """Stands where joblib announces an array whose bytes follow in the stream."""


class Inert:
    """Stands for an object that a fitted model no longer needs and whose real class is not to be trusted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take anything and keep nothing."""

    def __setstate__(self, state: Any) -> None:
        """Take anything and keep nothing."""


_Machine: Any = pickle._Unpickler


class GuardedUnpickler(_Machine):  # type: ignore[misc]
    """Build the object in *file*, naming only what *allowed* holds.

    Parameters
    ----------
    file : binary stream
        Pickle or (decompressed) joblib content.
    allowed : frozenset of str
        Exact ``module.name`` entries.
    inert : frozenset of str
        Those of them that become an `Inert` object.

    Notes
    -----
    joblib's own reader is not used: releases before 1.6 read arrays of objects with a plain pickle.load,
    past any ``find_class``. Callables may only be what the list resolved, so an instance with ``__call__``
    is never called, and nothing may be written onto a resolved class or function.
    """

    dispatch: ClassVar[dict[int, Callable[..., None]]] = dict(_Machine.dispatch)

    def __init__(self, file: io.BufferedReader, allowed: frozenset[str], inert: frozenset[str]) -> None:
        super().__init__(file)
        self._source = file
        self._allowed = allowed
        self._inert = inert
        self._resolved: dict[str, Any] = {}
        self._ids: set[int] = set()

    def find_class(self, module: str, name: str) -> Any:
        """Return the class or function ``module.name`` if it is on the list.

        Raises
        ------
        Refusal
            It is not, or it does not exist here.
        """
        module, name = _modern(module, name) if self.proto < 3 else (module, name)
        full = module + "." + name
        if full not in self._resolved:
            found = self._stand_in(full) or _resolve(module, name, self._allowed)
            self._resolved[full] = found
            self._ids.add(id(found))
        return self._resolved[full]

    def _stand_in(self, full: str) -> Any:
        return _ArrayHeader if full == ARRAY else Inert if full in self._inert else None

    def persistent_load(self, pid: Any) -> Any:
        """Refuse: an outside object."""
        raise Refusal("the file refers to objects outside itself (persistent id)", _HOSTILE)

    def get_extension(self, code: int) -> None:
        """Refuse: the extension registry is a way round the list."""
        raise Refusal("the file uses the pickle extension registry", _HOSTILE)

    def _require_listed(self, called: Any) -> None:
        if id(called) not in self._ids:
            raise Refusal("the file calls an object that it built itself", _HOSTILE)

    def _require_own(self, target: Any, kinds: Any = object) -> None:
        """Refuse a target that is the library's, is of other *kinds*, or carries methods of its own making."""
        if id(target) in self._ids or isinstance(target, type) or not isinstance(target, kinds):
            raise Refusal("the file changes a class or function of the library", _HOSTILE)
        if not _METHODS.isdisjoint(getattr(target, "__dict__", ())):
            raise Refusal("the file puts a method of its own into an object", _HOSTILE)

    def _read_array(self, header: Any) -> Any:
        import numpy as np

        dtype, shape = getattr(header, "dtype", None), getattr(header, "shape", None)
        if not isinstance(dtype, np.dtype) or not isinstance(shape, tuple):
            raise Refusal("an array in the file is not described properly", _HOSTILE)
        if dtype.hasobject:
            inner = type(self)(self._source, self._allowed, self._inert)
            inner._resolved, inner._ids = self._resolved, self._ids
            return inner.load()
        if getattr(header, "numpy_array_alignment_bytes", None) is not None:
            self._source.read(self._source.read(1)[0])
        count = 1
        for size in shape:
            count *= int(size)
        array = np.frombuffer(_exactly(self._source, count * dtype.itemsize), dtype=dtype, count=count)
        array = array.reshape(shape[::-1]).transpose() if header.order == "F" else array.reshape(shape)
        return array if dtype.isnative else array.astype(dtype.newbyteorder("="))


def _modern(module: str, name: str) -> tuple[str, str]:
    """Return the Python 3 name of what an old protocol calls by its Python 2 name."""
    pair = _compat_pickle.NAME_MAPPING.get((module, name))
    if pair is not None:
        return pair
    return _compat_pickle.IMPORT_MAPPING.get(module, module), name


def _resolve(module: str, name: str, allowed: frozenset[str]) -> Any:
    full = module + "." + name
    if full not in allowed or "." in name:
        raise unknown_names([full], "the file")
    try:
        return getattr(importlib.import_module(_MOVED.get(module, module)), name)
    except (ImportError, AttributeError):
        raise Refusal(
            "the model needs " + full + ", which is not found here",
            "Name the folder of its module, --module-path FOLDER, or the environment it was trained in, "
            "--python PATH/TO/python.",
        ) from None


def _exactly(source: Any, size: int) -> bytearray:
    """Read in chunks, so that a forged size fails at the end of the file, before it costs memory."""
    data = bytearray()
    while len(data) < size:
        chunk = source.read(min(_CHUNK, size - len(data)))
        if not chunk:
            raise EOFError("array data end too early")
        data += chunk
    return data


def _guard_call(opcode: bytes, depth: int) -> None:
    """Check the callee of *opcode*, *depth* from the top of the stack."""
    inherited = GuardedUnpickler.dispatch[opcode[0]]

    def load(self: GuardedUnpickler) -> None:
        self._require_listed(self.stack[-depth])
        inherited(self)

    GuardedUnpickler.dispatch[opcode[0]] = load


def _guard_item(opcode: bytes, depth: int, kinds: Any) -> None:
    """Check the target of *opcode*: *depth* from the top of the stack, or for 0 the one below the last mark."""
    inherited = GuardedUnpickler.dispatch[opcode[0]]

    def load(self: GuardedUnpickler) -> None:
        self._require_own(self.stack[-depth] if depth else self.metastack[-1][-1], kinds)
        inherited(self)

    GuardedUnpickler.dispatch[opcode[0]] = load


def _refuse(opcode: bytes) -> None:
    def load(self: GuardedUnpickler) -> None:
        raise Refusal("the file holds an instruction that Python 3 never writes", _HOSTILE)

    GuardedUnpickler.dispatch[opcode[0]] = load


def _is_special(name: Any) -> bool:
    return isinstance(name, str) and name.startswith("__") and name.endswith("__")


def _load_build(self: GuardedUnpickler) -> None:
    target, state = self.stack[-2:]
    self._require_own(target)
    for part in state if isinstance(state, tuple) else (state,):
        if isinstance(part, dict) and any(map(_is_special, part)) and not isinstance(target, Inert):
            raise Refusal("the file puts a method of its own into an object", _HOSTILE)
    _BUILD(self)
    if isinstance(self.stack[-1], _ArrayHeader):
        self.stack.append(self._read_array(self.stack.pop()))


_BUILD = GuardedUnpickler.dispatch[pickle.BUILD[0]]
GuardedUnpickler.dispatch[pickle.BUILD[0]] = _load_build
for _code, _depth in ((pickle.REDUCE, 2), (pickle.NEWOBJ, 2), (pickle.NEWOBJ_EX, 3)):
    _guard_call(_code, _depth)
for _code, _depth, _kinds in (
    *((pickle.SETITEM, 3, dict), (pickle.SETITEMS, 0, dict)),
    *((pickle.APPEND, 2, (list, deque)), (pickle.APPENDS, 0, (list, deque)), (pickle.ADDITEMS, 0, set)),
):
    _guard_item(_code, _depth, _kinds)
for _code in (
    pickle.INST,
    pickle.OBJ,
    pickle.PERSID,
    pickle.BINPERSID,
    pickle.EXT1,
    pickle.EXT2,
    pickle.EXT4,
):
    _refuse(_code)
