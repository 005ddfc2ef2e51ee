"""Open a model file as a `Model`."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiaudit.errors import IncompleteError, one_line
from aiaudit.loading import process
from aiaudit.loading.answering import LIBRARIES
from aiaudit.loading.local import LocalModel
from aiaudit.loading.looking import (
    ModelFile,
    exact_names,
    existing_file,
    look,
    memory_for,
    read_model,
    refuse_unlisted,
)
from aiaudit.loading.predicting import predict_in_batches, scores_in_batches
from aiaudit.loading.releases import check_release
from aiaudit.loading.remote import RemoteModel, raise_failure, traits_of
from aiaudit.loading.surroundings import Settings
from aiaudit.model import ModelFacts

__all__ = ["LocalModel", "RemoteModel", "open_model", "predict_in_batches", "scores_in_batches"]

TIMEOUT = 300.0
#: Libraries whose releases are always recorded, besides those that the file names.
_RECORDED = ("python", "numpy", "pandas", "scikit-learn")


def open_model(
    path: str | Path,
    *,
    trust: Sequence[str] = (),
    module_path: Sequence[Path] = (),
    python: str | None = None,
    unsafe_pickle: bool = False,
    isolation: str = "auto",
    memory: int | None = None,
    timeout: float | None = None,
) -> RemoteModel:
    """Load the model file at *path* in a process of its own; close what is returned.

    Parameters
    ----------
    path : path
        A .pkl, .joblib, .skops or .onnx file.
    trust : sequence of str
        Exact names of further classes and functions that the file may use.
    module_path : sequence of Path
        Folders in which those are found.
    python : str, optional
        Interpreter of the environment in which the model was trained; by default this one.
    unsafe_pickle : bool
        Load a pickle without the allow-list, still behind the locks. Recorded in the facts.
    isolation : str
        ``auto`` takes the locks that the system offers, ``strict`` insists on Landlock and seccomp, ``none``
        leaves the limits on memory and time.
    memory : int, optional
        Bytes of address space; by default 4 GiB and five times the size of the file.
    timeout : float, optional
        Seconds that loading, or predicting one batch, may take; by default 300.

    Raises
    ------
    UsageError
        There is no such file or interpreter, or a name to trust is not exact.
    IncompleteError
        The model is refused or cannot be run.
    """
    path = existing_file(path)
    trusted = exact_names(trust)
    settings = Settings(
        path=path,
        python=python,
        module_path=tuple(module_path),
        isolation=isolation,
        memory=memory or memory_for(path),
        timeout=timeout or TIMEOUT,
    )
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_model, path)
        worker = process.start(settings)
        try:
            return open_in(worker, reading.result(), trusted, unsafe_pickle)
        except IncompleteError as error:
            worker.end()
            raise IncompleteError(f"{one_line(path, 200)}: {error.message}", error.hint) from None
        except BaseException:
            worker.end()
            raise


def open_in(
    worker: process.Worker,
    file: ModelFile,
    trusted: frozenset[str] = frozenset(),
    unsafe_pickle: bool = False,
) -> RemoteModel:
    """Load *file* in the process *worker*, if everything it names is listed or *trusted*.

    Raises
    ------
    IncompleteError
        The model is refused or cannot be run.
    """
    seen = look(worker, file.content)
    unsafe = unsafe_pickle and seen.format in ("pickle", "joblib")
    if not unsafe:
        refuse_unlisted(seen.names, trusted)
    check_release(seen, worker.versions)
    answer = worker.ask(process.Request({"do": "load", "trust": sorted(trusted), "unsafe_pickle": unsafe}))
    raise_failure(answer[0], "load")
    traits = traits_of(answer)
    named = {LIBRARIES.get(name.partition(".")[0]) for name in seen.names}
    named |= {"onnxruntime"} if seen.format == "onnx" else set()
    running = {name: version for name, version in worker.versions.items() if name in named.union(_RECORDED)}
    saved = {f"{library} (saved)": version for library, version in seen.versions.items()}
    gate = "off (--unsafe-pickle)" if unsafe else "allow-list"
    facts = ModelFacts(
        name=one_line(worker.settings.path.name, 200),
        digest=file.digest,
        format=seen.format,
        kind=traits.kind,
        estimator_type=traits.estimator_type,
        versions={**running, **saved},
        trusted=tuple(sorted(trusted)),
        isolation={"gate": gate, **worker.isolation},
    )
    return RemoteModel(worker, facts, traits)
