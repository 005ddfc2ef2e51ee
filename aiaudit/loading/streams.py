"""What a model file is, by its first bytes, and its content decompressed under a cap."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from typing import IO, Any, NamedTuple

from .refusal import Refusal

#: Bytes a file may hold once decompressed.
CONTENT_LIMIT = 8 << 30

_SAVE_AGAIN = "Give a model saved with joblib.dump, pickle.dump or skops.io.dump, or as .onnx."
_KNOWN_OTHERS = (
    (b"\x93NUMPY", "a NumPy array"),
    (b"PAR1", "a Parquet table"),
    (b"%PDF", "a PDF document"),
    (b"\x89HDF", "an HDF5 file (Keras?)"),
    (b"\x89PNG", "a picture"),
    (b"SQLite format 3", "an SQLite database"),
    (b"<", "an HTML or XML document"),
    (b"{", "a JSON document"),
    (b"tree\n", "a LightGBM text model"),
)
_COMPRESSIONS = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x5d\x00", "lzma"),
    (b"\x04\x22\x4d\x18", "lz4"),
)


#: An ONNX model has no magic; it begins with the number of its first field, which no pickle does.
_ONNX = 0x08


class Kind(NamedTuple):
    """Format of a file (``pickle``, ``skops`` or ``onnx``) and how its content is compressed."""

    format: str
    compression: str


def identify(content: bytes) -> Kind:
    """Return what a file is, by the first bytes of its *content*.

    Raises
    ------
    Refusal
        It is empty, or no model format that can be opened safely.
    """
    head = content[:64]
    if not head:
        raise Refusal("the file is empty", _SAVE_AGAIN)
    if head.startswith(b"PK\x03\x04"):
        return Kind("skops", "zip")
    if head[0] == _ONNX:
        return Kind("onnx", "")
    for magic, name in _COMPRESSIONS:
        if head.startswith(magic):
            return Kind("pickle", name)
    if head[0] == 0x78 and len(head) > 1 and (head[0] * 256 + head[1]) % 31 == 0:
        return Kind("pickle", "zlib")
    for magic, what in _KNOWN_OTHERS:
        if head.startswith(magic):
            raise Refusal("this is " + what + ", not a saved scikit-learn model", _SAVE_AGAIN)
    return Kind("pickle", "")


class _ZlibReader(io.RawIOBase):
    """A bare zlib stream, as joblib writes it, read without inflating it whole."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._inflate = zlib.decompressobj()

    def close(self) -> None:
        self._file.close()
        super().close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            data = self._inflate.unconsumed_tail or self._file.read(1 << 16)
            if self._inflate.eof:
                if data or self._inflate.unused_data:
                    raise Refusal("there are bytes after the end of the compressed data", _SAVE_AGAIN)
                return 0
            out = self._inflate.decompress(data, len(buffer))
            if out:
                buffer[: len(out)] = out
                return len(out)
            if not data:
                raise EOFError("the compressed data ends too early")


class _Capped(io.RawIOBase):
    """Another stream, of which no more than *limit* bytes are handed out."""

    def __init__(self, stream: Any, limit: int) -> None:
        self._stream = stream
        self._limit = self._left = limit

    def close(self) -> None:
        self._stream.close()
        super().close()

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._limit - self._left

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise Refusal("the file unpacks to more bytes than a model may hold", _SAVE_AGAIN)
        buffer[: len(data)] = data
        return len(data)


_OPENERS: dict[str, Any] = {
    "": lambda file: file,
    "gzip": gzip.open,
    "bz2": bz2.open,
    "xz": lzma.open,
    "lzma": lzma.open,
    "zlib": lambda file: io.BufferedReader(_ZlibReader(file)),
}


def open_content(content: bytes, kind: Kind, limit: int = CONTENT_LIMIT) -> io.BufferedReader:
    """Return the *content* of a file as a stream that gives at most *limit* bytes once decompressed."""
    if kind.compression == "lz4":
        raise Refusal(
            "the file is compressed with lz4", "Save it again with joblib.dump(model, path, compress=3)."
        )
    limit = limit if kind.compression else len(content)
    stream = _OPENERS[kind.compression](io.BytesIO(content))
    return io.BufferedReader(_Capped(stream, limit), 1 << 16)
