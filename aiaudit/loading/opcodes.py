"""A static look at a pickle or joblib stream: what it names, without building anything."""

from __future__ import annotations

import _compat_pickle
import pickletools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, BinaryIO

from .refusal import Refusal
from .things import ARRAY, Look, Name, Thing, skip_array

_MARK = object()
#: What is listed beside names, and is never on the allow-list.
_OWN_CALL = "a call of an object that the file builds"
_HIDDEN_ARRAY = "an array in disguise"


def look_at(file: BinaryIO) -> Look:
    """Return what the pickle stream in *file* names.

    Raises
    ------
    Refusal
        It is no pickle, is cut short, or goes on after its end.
    """
    look = Look()
    try:
        look.top = _Sketch(file, look).run()
        trailing = file.read(1)
    except Refusal:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a malformed stream provokes in the reader
        raise Refusal(
            f"the file is not a complete pickle or joblib file ({type(error).__name__}: {str(error)[:80]})",
            "Give a model saved with joblib.dump, pickle.dump or skops.io.dump; copy it again if it was cut short.",
        ) from None
    if trailing:
        raise Refusal(
            "there are bytes after the end of the pickled object",
            "Save the model alone in its file; several objects, or anything hidden behind the first, are not read.",
        )
    return look


class _Sketch:
    """A pickle machine whose objects are mere descriptions."""

    def __init__(self, file: BinaryIO, look: Look) -> None:
        self._file = file
        self._look = look
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._protocol = 0
        self._frame = 0

    def run(self) -> Any:
        for opcode, arg, _ in _opcodes(self._file):
            self._step(opcode, arg)
        self._end_of_frame()
        return self._stack[-1] if self._stack else None

    def _step(self, opcode: Any, arg: Any) -> None:
        special = _STEPS.get(opcode.name)
        if special is not None:
            special(self, arg)
        elif isinstance(arg, (str, int)) and len(opcode.stack_after) == 1 and not opcode.stack_before:
            self._stack.append(arg)
        else:
            self._generic(opcode)

    def _generic(self, opcode: Any) -> None:
        """Pop and push what the standard library's table says, without a meaning."""
        before, after = opcode.stack_before, opcode.stack_after
        if pickletools.markobject in before:
            self._above_mark()
            before = before[: before.index(pickletools.markobject)]
        if before:
            del self._stack[-len(before) :]
        self._stack.extend(_MARK if kind is pickletools.markobject else None for kind in after)

    def _above_mark(self) -> list[Any]:
        for i in range(len(self._stack) - 1, -1, -1):
            if self._stack[i] is _MARK:
                items = self._stack[i + 1 :]
                del self._stack[i:]
                return items
        raise ValueError("no mark on the stack")

    def _name(self, module: str, name: str) -> Name:
        if self._protocol < 3:
            renamed = _compat_pickle.NAME_MAPPING.get((module, name))
            module, name = renamed or (_compat_pickle.IMPORT_MAPPING.get(module, module), name)
        found = Name(module + "." + name)
        self._look.names.add(found.full)
        return found

    def proto(self, arg: int) -> None:
        self._protocol = arg

    def frame(self, arg: int) -> None:
        self._frame = self._file.tell() + arg

    def _end_of_frame(self) -> None:
        """Some readers take in a frame at once: what follows within it they would see, and others not."""
        if self._file.tell() < self._frame:
            raise ValueError("a frame holds more than its instructions")

    def global_(self, arg: str) -> None:
        module, _, name = arg.partition(" ")
        self._stack.append(self._name(module, name))

    def stack_global(self, _: Any) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._stack.append(self._name(str(module), str(name)))

    def inst(self, arg: str) -> None:
        self._above_mark()
        module, _, name = arg.partition(" ")
        self._stack.append(Thing(self._name(module, name), ()))

    def reduce(self, _: Any) -> None:
        args, maker = self._stack.pop(), self._stack.pop()
        made = Thing(maker, args)
        if not isinstance(maker, Name) or not isinstance(args, tuple):
            self._look.names.add(_OWN_CALL)
        elif made.cls != ARRAY and any(isinstance(a, Name) and a.full == ARRAY for a in args):
            self._look.names.add(_HIDDEN_ARRAY)  # one that only another reader would step over
        self._stack.append(made)

    def obj(self, _: Any) -> None:
        items = self._above_mark()
        self._stack += [items[0], tuple(items[1:])]
        self.reduce(None)

    def newobj_ex(self, _: Any) -> None:
        self._stack.pop()
        self.reduce(None)

    def build(self, _: Any) -> None:
        state = self._stack.pop()
        target = self._stack[-1]
        if isinstance(target, Thing):
            target.state = state
            if target.cls == ARRAY:
                self._end_of_frame()
                skip_array(self._file, state, _Sketch(self._file, self._look).run)
                self._stack[-1] = None

    def put(self, arg: int) -> None:
        self._memo[arg] = self._stack[-1]

    def memoize(self, _: Any) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def get(self, arg: int) -> None:
        self._stack.append(self._memo[arg])

    def dup(self, _: Any) -> None:
        self._stack.append(self._stack[-1])

    def empty_dict(self, _: Any) -> None:
        found: dict[str, Any] = {}
        self._look.dicts.append(found)
        self._stack.append(found)

    def dict_(self, _: Any) -> None:
        items = self._above_mark()
        self.empty_dict(None)
        self._fill(self._stack[-1], items)

    def list_(self, _: Any) -> None:
        self._stack.append(self._above_mark())

    def setitem(self, _: Any) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._fill(self._stack[-1], [key, value])

    def setitems(self, _: Any) -> None:
        items = self._above_mark()
        self._fill(self._stack[-1], items)

    def _fill(self, target: Any, items: list[Any]) -> None:
        if isinstance(target, dict):
            for i in range(0, len(items) - 1, 2):
                if isinstance(items[i], str):
                    target[items[i]] = items[i + 1]

    def empty_list(self, _: Any) -> None:
        self._stack.append([])

    def append(self, _: Any) -> None:
        value = self._stack.pop()
        if isinstance(self._stack[-1], list):
            self._stack[-1].append(value)

    def appends(self, _: Any) -> None:
        items = self._above_mark()
        if isinstance(self._stack[-1], list):
            self._stack[-1].extend(items)

    def tuple_(self, _: Any) -> None:
        self._stack.append(tuple(self._above_mark()))

    def tuple_n(self, size: int) -> None:
        items = tuple(self._stack[len(self._stack) - size :])
        del self._stack[len(self._stack) - size :]
        self._stack.append(items)


_STEPS: dict[str, Any] = {
    "PROTO": _Sketch.proto,
    "FRAME": _Sketch.frame,
    "GLOBAL": _Sketch.global_,
    "STACK_GLOBAL": _Sketch.stack_global,
    "INST": _Sketch.inst,
    "OBJ": _Sketch.obj,
    "REDUCE": _Sketch.reduce,
    "NEWOBJ": _Sketch.reduce,
    "NEWOBJ_EX": _Sketch.newobj_ex,
    "BUILD": _Sketch.build,
    "PUT": _Sketch.put,
    "BINPUT": _Sketch.put,
    "LONG_BINPUT": _Sketch.put,
    "MEMOIZE": _Sketch.memoize,
    "GET": _Sketch.get,
    "BINGET": _Sketch.get,
    "LONG_BINGET": _Sketch.get,
    "DUP": _Sketch.dup,
    "EMPTY_DICT": _Sketch.empty_dict,
    "DICT": _Sketch.dict_,
    "LIST": _Sketch.list_,
    "STOP": lambda sketch, _: None,
    "SETITEM": _Sketch.setitem,
    "SETITEMS": _Sketch.setitems,
    "EMPTY_LIST": _Sketch.empty_list,
    "APPEND": _Sketch.append,
    "APPENDS": _Sketch.appends,
    "TUPLE": _Sketch.tuple_,
    "EMPTY_TUPLE": lambda sketch, _: sketch.tuple_n(0),
    "TUPLE1": lambda sketch, _: sketch.tuple_n(1),
    "TUPLE2": lambda sketch, _: sketch.tuple_n(2),
    "TUPLE3": lambda sketch, _: sketch.tuple_n(3),
}


def _opcodes(file: BinaryIO) -> Iterator[tuple[Any, Any, Any]]:
    # Without a tell(), of which a decompressing stream has none, genops does not ask for positions.
    return pickletools.genops(SimpleNamespace(read=file.read, readline=file.readline))  # type: ignore[arg-type]
