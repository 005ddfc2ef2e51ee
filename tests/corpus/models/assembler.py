"""Write pickles by hand: what a hostile author does and `pickle.dumps` does not."""

import struct

MARK, STOP, REDUCE, BUILD, TUPLE, POP, NONE, DUP = b"(", b".", b"R", b"b", b"t", b"0", b"N", b"2"
EMPTY_DICT, EMPTY_LIST, SETITEM, APPEND = b"}", b"]", b"s", b"a"


def text(value):
    data = value.encode("utf-8", "surrogatepass")
    return b"X" + struct.pack("<I", len(data)) + data


def raw(value):
    return b"B" + struct.pack("<I", len(value)) + value


def number(value):
    return b"J" + struct.pack("<i", value)


def name(module, attribute):
    """Look up ``module.attribute``, which may hold dots, as protocol 4 does."""
    return text(module) + text(attribute) + b"\x93"


def old_name(module, attribute):
    """Look up a name as protocol 0 does."""
    return b"c" + module.encode() + b"\n" + attribute.encode() + b"\n"


def call(function, *arguments):
    """Call what *function* leaves on the stack with what each of *arguments* does."""
    return function + MARK + b"".join(arguments) + TUPLE + REDUCE


def put(index):
    return b"r" + struct.pack("<I", index)


def get(index):
    return b"j" + struct.pack("<I", index)


def program(*parts, protocol=4):
    """A whole pickle."""
    return b"\x80" + bytes([protocol]) + b"".join(parts) + STOP
