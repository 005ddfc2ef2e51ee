"""Look at a model file, then build the estimator in it if everything it names is on the list."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable
from typing import Any

from . import onnx_file, opcodes, skops_file
from .names import load_inert, unknown_names
from .onnx_graph import OnnxGraph
from .refusal import Refusal
from .streams import identify, open_content
from .things import ARRAY, top_class
from .unpickler import GuardedUnpickler


class Contents:
    """What a model file holds, by a static look.

    Parameters
    ----------
    format : str
        ``pickle``, ``joblib``, ``skops`` or ``onnx``.
    compression : str
        ``gzip``, ``zlib`` and so on, or an empty string.
    names : list of str
        Every class and function it names, sorted.
    versions : dict of str to str
        Library versions that it records.
    kind : str
        Class of the outermost object, as far as a static look can tell.
    """

    def __init__(
        self, *, format: str, compression: str, names: Iterable[str], versions: dict[str, str], kind: str
    ) -> None:
        self.format = format
        self.compression = compression
        self.names = sorted(names)
        self.versions = versions
        self.kind = kind


def inspect(content: bytes) -> Contents:
    """Return what a file with this *content* holds; nothing in it is built or imported.

    Raises
    ------
    Refusal
        It is no model file.
    """
    kind = identify(content)
    if kind.format == "skops":
        schema = skops_file.read_schema(content)
        versions = _saved_with(_skops_versions(schema))
        names = skops_file.type_names(schema)
        kind_of = str(schema.get("__class__", ""))
        return Contents(format="skops", compression="zip", names=names, versions=versions, kind=kind_of)
    if kind.format == "onnx":
        found = onnx_file.look_at(content)
        return Contents(
            format="onnx", compression="", names=found.foreign, versions=found.versions, kind="OnnxGraph"
        )
    with open_content(content, kind) as stream:
        look = opcodes.look_at(stream)
    format = "joblib" if ARRAY in look.names or kind.compression else "pickle"
    versions = _saved_with(d["_sklearn_version"] for d in look.dicts if "_sklearn_version" in d)
    return Contents(
        format=format,
        compression=kind.compression,
        names=look.names,
        versions=versions,
        kind=top_class(look),
    )


def _saved_with(found: Iterable[Any]) -> dict[str, str]:
    """Return the scikit-learn release that the outermost estimator records."""
    recorded = [version for version in found if isinstance(version, str)]
    return {"scikit-learn": recorded[0]} if recorded else {}


def _skops_versions(schema: dict[str, Any]) -> Iterable[str]:
    for node in skops_file.nodes(schema):
        content = node.get("content")
        version = content.get("_sklearn_version") if isinstance(content, dict) else None
        if isinstance(version, dict) and isinstance(version.get("content"), str):
            yield version["content"].strip('"')


def load(content: bytes, contents: Contents, allowed: frozenset[str]) -> Any:
    """Return the object in a file.

    Parameters
    ----------
    content : bytes
        The file.
    contents : Contents
        What `inspect` found in it.
    allowed : frozenset of str
        What it may name.

    Raises
    ------
    Refusal
        It names something that *allowed* does not hold, or cannot be built here.
    """
    unknown = set(contents.names) - allowed
    if unknown:
        raise unknown_names(unknown, "the file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _build(content, contents, allowed)
    except Refusal:
        raise
    except MemoryError:
        raise Refusal(
            "the model needs more memory than it is allowed", "Raise the limit with --memory."
        ) from None
    except Exception as error:  # noqa: BLE001 - a forged or foreign file may raise anything at all
        raise Refusal(
            "the model cannot be rebuilt here (" + type(error).__name__ + ": " + str(error)[:200] + ")",
            "Run with --python and the interpreter of the environment in which the model was trained.",
        ) from None


def load_unsafe(content: bytes) -> Any:
    """Return the object in a pickle or joblib file without any check: only behind locks, on the user's word."""
    try:
        import joblib
    except ImportError:
        import pickle

        with open_content(content, identify(content)) as stream:
            return pickle.load(stream)
    return joblib.load(io.BytesIO(content))


def _build(content: bytes, contents: Contents, allowed: frozenset[str]) -> Any:
    if contents.format == "skops":
        try:
            from skops.io import loads
        except ImportError:
            raise Refusal(
                "skops is not installed in the model's environment", "Run: pip install skops"
            ) from None
        return loads(content, trusted=contents.names)
    if contents.format == "onnx":
        return OnnxGraph(content)
    with open_content(content, identify(content)) as stream:
        return GuardedUnpickler(stream, allowed, load_inert()).load()
