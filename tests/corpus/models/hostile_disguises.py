"""Files that two readers read differently, and objects that carry methods of the file's own choice."""

import struct

from assembler import (
    APPEND,
    BUILD,
    EMPTY_DICT,
    EMPTY_LIST,
    MARK,
    NONE,
    REDUCE,
    SETITEM,
    STOP,
    call,
    name,
    number,
    program,
    text,
)

WRAPPER = ("joblib.numpy_pickle", "NumpyArrayWrapper")
_EMPTY_TUPLE, _NEWOBJ, _TUPLE2, _POP, _OBJ = b")", b"\x81", b"\x86", b"0", b"o"


def _dtype(code, state=b""):
    return call(name("numpy", "dtype"), text(code), b"\x89", b"\x88") + state


def _description(dtype, size):
    """State of the object that announces an array of *size* items."""
    items = {
        "subclass": name("numpy", "ndarray"),
        "dtype": dtype,
        "shape": number(size) + b"\x85",
        "order": text("C"),
        "allow_mmap": b"\x89",
        "numpy_array_alignment_bytes": NONE,
    }
    return EMPTY_DICT + b"".join(text(key) + value + SETITEM for key, value in items.items())


def _fire(marker):
    return call(name("os", "system"), text(f"touch {marker}"))


def _swallow(size):
    """Begin a text of *size* bytes."""
    return b"B" + struct.pack("<I", size)


def framed(marker):
    """An array announced within a frame: joblib takes its bytes from behind the frame, others from within."""
    hidden = _POP + _fire(marker) + STOP
    announced = name(*WRAPPER) + _EMPTY_TUPLE + _NEWOBJ + _description(_dtype("u1"), len(hidden)) + BUILD
    frame = announced + hidden + _swallow(len(hidden))
    yield (
        "an array within a frame",
        b"\x80\x04\x95" + struct.pack("<Q", len(frame)) + frame + bytes(len(hidden)) + STOP,
    )


def misdescribed(marker):
    """Announced arrays whose bytes are fewer than one reader thinks: it would step over instructions."""
    hidden = _POP + _fire(marker) + STOP
    sizes = MARK + number(3) + text("<") + NONE * 3 + number(8 + len(hidden)) + number(-1) + number(0) + b"t"
    flags = MARK + number(3) + text("|") + NONE * 3 + number(len(hidden)) + number(1) + number(63) + b"t"
    own_maker = call(name("functools", "partial"), name("numpy", "dtype"))
    for label, dtype in (
        ("a number of odd size", _dtype("f8", sizes + BUILD)),
        ("a type that only says it holds objects", _dtype("V8", flags + BUILD)),
        ("a type by another maker", call(own_maker, text("u1"))),
        ("a type of several", _dtype("f8,f8")),
    ):
        announced = name(*WRAPPER) + _EMPTY_TUPLE + _NEWOBJ + _description(dtype, 1) + BUILD
        yield f"an array of {label}", program(announced + bytes(8) + hidden)


def makers(marker):
    """The announcement of an array, made by roads on which another reader does not know it."""
    swallowed = _POP + _fire(marker) + STOP
    bytes_of_array = _swallow(len(swallowed))
    state = _description(_dtype("u1"), len(bytes_of_array)) + BUILD
    wrapper = name(*WRAPPER)
    for label, made in (
        ("OBJ", MARK + wrapper + _OBJ),
        ("an index", call(name("pandas.core.indexes.base", "_new_Index"), wrapper, EMPTY_DICT)),
        ("a tree", call(name("sklearn.neighbors._kd_tree", "newObj"), wrapper)),
        ("a partial", call(call(name("functools", "partial"), wrapper))),
        (
            "a list of arguments",
            name("sklearn.neighbors._kd_tree", "newObj") + EMPTY_LIST + wrapper + APPEND + REDUCE,
        ),
    ):
        yield f"an array announced by {label}", program(made + state + bytes_of_array + swallowed)


def methods(marker):
    """Methods of the file's own choice on an object of a listed class."""
    estimator = call(name("sklearn.base", "BaseEstimator"))
    chosen = call(name("functools", "partial"), name("builtins", "list"))
    for method in ("__setstate__", "append", "extend", "add", "__class__"):
        state = EMPTY_DICT + text(method) + chosen + SETITEM
        twice = estimator + state + BUILD + text("x") + BUILD
        yield f"an instance with its own {method}, built", program(twice)
    state = EMPTY_DICT + text("append") + chosen + SETITEM
    yield "an instance with its own append, used", program(estimator + state + BUILD + text("x") + APPEND)
    slots = (
        NONE + EMPTY_DICT + text("__class__") + name("sklearn.base", "ClassifierMixin") + SETITEM + _TUPLE2
    )
    yield "an instance of a changed class", program(estimator + slots + BUILD)


def all_of(marker):
    """Yield (name, content) of every disguise."""
    for group in (framed, misdescribed, makers, methods):
        yield from group(marker)
