"""Messages between the audit and the model's process: a JSON header and raw buffers, nothing that is executed."""

from __future__ import annotations

import json
import re
import struct
from typing import IO, Any

HEADER_LIMIT = 16 << 20
#: Bytes of text that an answer may hold: as objects they take up to twenty times that.
ANSWER_TEXT_LIMIT = 32 << 20
_LENGTHS = struct.Struct("!II")
#: Kinds of numbers that cross: booleans, integers, floats, fixed-width text, dates.
_KINDS = "biufUMm"
_DTYPE = re.compile(r"[<>|=][" + _KINDS + r"]\d{1,7}(\[\w{1,9}\])?")


class BadMessage(Exception):
    """The other side sent something that is no message, or more than it may send."""


class Writer:
    """Collect the buffers of one message; the header refers to them by position.

    Parameters
    ----------
    arrow : bool
        Whether the other side reads text as Arrow lays it out.
    """

    def __init__(self, arrow: bool = False) -> None:
        self.arrow = arrow
        self.buffers: list[Any] = []

    def array(self, values: Any) -> dict[str, Any]:
        """Add an array of numbers or fixed-width text and return its description."""
        import numpy as np

        values = np.ascontiguousarray(values)
        if values.dtype.kind not in _KINDS:
            raise TypeError("an array of " + str(values.dtype) + " cannot be sent")
        if not values.dtype.isnative:
            values = values.astype(values.dtype.newbyteorder("="))
        # A plain buffer of bytes: memoryview knows neither text nor dates, nor empty shapes.
        described = self.raw(values.reshape(-1).view(np.uint8).data if values.size else b"")
        return {**described, "dtype": values.dtype.str, "shape": [int(size) for size in values.shape]}

    def json(self, values: Any) -> dict[str, Any]:
        """Add plain values as JSON text and return their description."""
        return self.raw(json.dumps(values).encode("utf-8", "surrogatepass"))

    def raw(self, data: Any) -> dict[str, Any]:
        """Add bytes as they are and return their description."""
        self.buffers.append(data)
        return {"buffer": len(self.buffers) - 1}


def read_array(description: dict[str, Any], buffers: list[bytearray]) -> Any:
    """Return the array that *description* announces.

    Raises
    ------
    BadMessage
        Type, shape and number of bytes do not fit together.
    """
    import numpy as np

    if not _DTYPE.fullmatch(description["dtype"]):
        raise BadMessage("an array is of an unknown type")
    dtype, shape = np.dtype(description["dtype"]), _sizes(description["shape"])
    data, count = read_raw(description, buffers), 1
    for size in shape:
        count *= size
    if count * dtype.itemsize != len(data):
        raise BadMessage("an array does not fit its description")
    return np.frombuffer(data, dtype=dtype, count=count).reshape(shape)


def _sizes(found: Any) -> list[int]:
    """Return a list of sizes that was sent; JSON also holds infinite numbers, text and what not."""
    if not isinstance(found, list) or not all(type(size) is int and 0 <= size < 1 << 62 for size in found):
        raise BadMessage("a size is no number of bytes or items")
    return found


def read_raw(description: dict[str, Any], buffers: list[bytearray]) -> bytearray:
    """Return the bytes that *description* announces."""
    return buffers[_sizes([description["buffer"]])[0]]


def read_json(description: dict[str, Any], buffers: list[bytearray], limit: int | None = None) -> Any:
    """Return the plain values that *description* announces.

    Raises
    ------
    BadMessage
        They take more than *limit* bytes.
    """
    text = read_raw(description, buffers)
    if limit is not None and len(text) > limit:
        raise BadMessage("the answer is larger than it can be")
    return json.loads(text.decode("utf-8", "surrogatepass"))


def send(stream: IO[bytes], header: dict[str, Any], buffers: list[Any]) -> None:
    """Write one message."""
    sizes = [len(buffer) for buffer in buffers]
    text = json.dumps({**header, "sizes": sizes}).encode("utf-8", "surrogatepass")
    stream.write(_LENGTHS.pack(len(text), len(sizes)))
    stream.write(text)
    stream.writelines(buffers)
    stream.flush()


def receive(stream: IO[bytes], limit: int) -> tuple[dict[str, Any], list[bytearray]]:
    """Read one message of at most *limit* bytes beside its header.

    Raises
    ------
    EOFError
        The other side is gone.
    BadMessage
        What it sent is no message.
    """
    length, count = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    if length > HEADER_LIMIT:
        raise BadMessage("the header is too long")
    try:
        header = json.loads(_exactly(stream, length).decode("utf-8", "surrogatepass"))
        sizes = _sizes(header["sizes"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BadMessage("the header is no JSON object") from None
    if len(sizes) != count or sum(sizes) > limit:
        raise BadMessage("the answer is larger than it can be")
    return header, [_exactly(stream, size) for size in sizes]


def _exactly(stream: IO[bytes], size: int) -> bytearray:
    data = bytearray(size)
    view, got = memoryview(data), 0
    while got < size:
        step = stream.readinto(view[got:])  # type: ignore[attr-defined]
        if not step:
            raise EOFError("the stream ended")
        got += step
    return data
