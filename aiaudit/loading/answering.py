"""What the model's process does with each request."""

from __future__ import annotations

import importlib
import multiprocessing.context
import platform
import sys
import threading
from typing import Any

from . import attributions, columns, opening, traits
from .failures import failing_step
from .locks import lock
from .names import load_allowlist
from .protocol import Writer
from .refusal import Refusal
from .tripwire import Tripwire

#: Libraries whose releases are reported: distribution by import name.
LIBRARIES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "pandas": "pandas",
    "pyarrow": "pyarrow",
    "sklearn": "scikit-learn",
    "joblib": "joblib",
    "skops": "skops",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "imblearn": "imbalanced-learn",
    "category_encoders": "category-encoders",
    "onnxruntime": "onnxruntime",
}
_TEXT_LIMIT = 4000


class Host:
    """The state of the model's process between requests."""

    def __init__(self) -> None:
        self.tripwire = Tripwire()
        self.timeout = 0.0
        self.content = b""
        self.contents: Any = None
        self.model: Any = None


def answer(host: Host, header: dict[str, Any], buffers: list[bytearray], writer: Writer) -> dict[str, Any]:
    """Return the answer to one request; whatever a model raises becomes part of it."""
    try:
        return _REQUESTS[header["do"]](host, header, buffers, writer)
    except Refusal as refusal:
        return {"refusal": [refusal.message, _deed(host) or refusal.hint]}
    except MemoryError:
        return {
            "refusal": ["the model needs more memory than it is allowed", "Raise the limit with --memory."]
        }
    except BaseException as error:  # noqa: BLE001 - also SystemExit: a model is foreign code
        writer.buffers.clear()
        step = failing_step(error, host.model)
        text = " ".join(filter(None, [_deed(host), str(error)[:_TEXT_LIMIT]]))
        return {"failure": {"kind": type(error).__name__, "text": text, "step": step}}


def _deed(host: Host) -> str:
    """Return what the model tried to do that was blocked, and what to make of it; empty where nothing was."""
    tried = host.tripwire.tripped
    return "It tried to " + tried + ", which was blocked: read its code before you trust it." if tried else ""


def _lock(host: Host, header: dict[str, Any], buffers: list[bytearray], writer: Writer) -> dict[str, Any]:
    """Go behind the locks. joblib must come first: it probes for semaphores, without which it uses no threads."""
    if header["site"]:
        sys.path.extend(header["site"])
    if header["load"]:
        _import_quietly("joblib")
    host.timeout = header["timeout"]
    folders = list(header["module_path"])
    sys.path.extend(folders)
    facts = lock(level=header["isolation"], memory=header["memory"], readable=folders, tripwire=host.tripwire)
    return {"isolation": facts, "versions": _versions()}


def _import_quietly(name: str) -> None:
    try:
        importlib.import_module(name)
    except ImportError:
        return  # the load will say what is missing, if the model needs it


def _versions() -> dict[str, str]:
    from importlib import metadata

    found = {"python": platform.python_version()}
    for distribution in LIBRARIES.values():
        try:
            found[distribution] = metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return found


def _inspect(host: Host, header: dict[str, Any], buffers: list[bytearray], writer: Writer) -> dict[str, Any]:
    host.content = bytes(buffers.pop())
    host.contents = opening.inspect(host.content)
    return {"contents": writer.json(vars(host.contents))}


def _load(host: Host, header: dict[str, Any], buffers: list[bytearray], writer: Writer) -> dict[str, Any]:
    if header["unsafe_pickle"]:
        host.model = opening.load_unsafe(host.content)
    else:
        host.model = opening.load(host.content, host.contents, load_allowlist() | frozenset(header["trust"]))
    host.content = b""
    if not callable(getattr(host.model, "predict", None)):
        raise Refusal(
            "a " + type(host.model).__name__ + " cannot predict, so there are no decisions to audit",
            "Save the fitted classifier or the whole pipeline, not one of its parts.",
        )
    _use_threads()
    return {"facts": writer.json(_facts(host.model)), "classes": _classes(host.model, writer)}


def _use_threads() -> None:
    """Let joblib work in threads: the locks forbid the processes that it would start."""
    try:
        import joblib
    except ImportError:
        return
    # Where no process can exist, a lock between processes is a lock between threads; the real one needs a file.
    context: Any = multiprocessing.context.BaseContext
    context.Lock = lambda self: threading.Lock()
    joblib.parallel_backend("threading", n_jobs=1)


def _facts(model: Any) -> dict[str, Any]:
    return {
        "kind": traits.describe(model),
        "estimator_type": traits.estimator_type(model),
        "feature_names": traits.feature_names(model),
        "n_features": traits.n_features(model),
    }


def _classes(model: Any, writer: Writer) -> dict[str, Any] | None:
    classes = getattr(model, "classes_", None)
    if isinstance(classes, list) and any(hasattr(found, "tolist") and found.ndim for found in classes):
        raise Refusal(
            "the model decides several things in each row",
            "Models with one output a row are audited; for several outputs, audit one model for each.",
        )
    return None if classes is None else columns.encode_labels(classes, writer)


def _predict(host: Host, header: dict[str, Any], buffers: list[bytearray], writer: Writer) -> dict[str, Any]:
    found = traits.decide(host.model, columns.decode_frame(header["frame"], buffers))
    return {"answer": columns.encode_labels(found, writer)}


def _score(host: Host, header: dict[str, Any], buffers: list[bytearray], writer: Writer) -> dict[str, Any]:
    found = traits.score(host.model, columns.decode_frame(header["frame"], buffers))
    return {"answer": None if found is None else columns.encode_labels(found, writer)}


def _attribute(
    host: Host, header: dict[str, Any], buffers: list[bytearray], writer: Writer
) -> dict[str, Any]:
    frame, background = (columns.decode_frame(header[name], buffers) for name in ("frame", "background"))
    found = attributions.attributions(host.model, frame, background, header["favoured"])
    arrays = {name: found.pop(name) for name in ("values", "outputs") if name in found}
    return {"told": found, "arrays": {name: columns.encode_labels(a, writer) for name, a in arrays.items()}}


_REQUESTS = {
    "lock": _lock,
    "inspect": _inspect,
    "load": _load,
    "predict": _predict,
    "score": _score,
    "attribute": _attribute,
}
