"""A payload behind each compression that joblib reads."""

import bz2
import gzip
import lzma
import pickle
import zlib

from assembler import call, name, program, text


def packed(marker):
    """The plainest payload behind each compression that joblib reads."""
    fire = program(call(name("os", "system"), text(f"touch {marker}")))
    yield "gzip", gzip.compress(fire)
    yield "zlib", zlib.compress(fire)
    yield "bz2", bz2.compress(fire)
    yield "xz", lzma.compress(fire)
    yield "lzma", lzma.compress(fire, lzma.FORMAT_ALONE)
    yield "gzip in two members", gzip.compress(fire[:5]) + gzip.compress(fire[5:])
    yield "zlib with a tail", zlib.compress(pickle.dumps(1)) + fire
    yield "gzip cut short", gzip.compress(fire)[:-9]
