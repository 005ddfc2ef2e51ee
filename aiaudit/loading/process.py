"""The audit's side of the model's process: start it, ask it, and outlive it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from aiaudit.errors import IncompleteError, UsageError, one_line
from aiaudit.loading import protocol, surroundings

_WORKER = Path(__file__).with_name("worker.py")
_MIB = 1 << 20
_DOING = {"lock": "starting", "inspect": "looking at the file", "load": "loading the model"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How the model's process is run.

    Parameters
    ----------
    path : Path
        The model file.
    python : str or None
        Its interpreter; None for ours.
    module_path : tuple of Path
        Folders in which it may import trusted classes.
    isolation : str
        ``auto``, ``strict`` or ``none``.
    memory : int
        Bytes of address space.
    timeout : float
        Seconds that one answer may take.
    load : bool
        False for a look at the file only.
    """

    path: Path
    python: str | None = None
    module_path: tuple[Path, ...] = ()
    isolation: str = "auto"
    memory: int
    timeout: float
    load: bool = True


@dataclass
class Worker:
    """A running model process."""

    settings: Settings
    process: subprocess.Popen[bytes]
    folder: tempfile.TemporaryDirectory[str]
    isolation: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    fate: IncompleteError | None = None
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    @property
    def requests(self) -> IO[bytes]:
        """The pipe to the process."""
        assert self.process.stdin is not None
        return self.process.stdin

    @property
    def answers(self) -> IO[bytes]:
        """The pipe from the process."""
        assert self.process.stdout is not None
        return self.process.stdout

    def ask(
        self, request: dict[str, Any], writer: protocol.Writer | None = None, limit: int = 256 * _MIB
    ) -> tuple[dict[str, Any], list[bytearray]]:
        """Send *request* and return the answer.

        Raises
        ------
        IncompleteError
            The process refused, crashed, answered nonsense, or took too long; once it has ended, every
            later request meets the same end.
        """
        with self._one_at_a_time:
            if self.fate is None:
                answer = self._exchange(request, writer.buffers if writer else [], limit)
            if self.fate is not None:
                raise IncompleteError(self.fate.message, self.fate.hint)
        refusal = answer[0].get("refusal")
        if isinstance(refusal, list) and len(refusal) == 2:
            raise IncompleteError(one_line(refusal[0], 2000), one_line(refusal[1], 2000))
        return answer

    def _exchange(
        self, request: dict[str, Any], buffers: list[Any], limit: int
    ) -> tuple[dict[str, Any], list[bytearray]]:
        with _Watch(self) as watch:
            try:
                protocol.send(self.requests, request, buffers)
                return protocol.receive(self.answers, limit)
            except (EOFError, OSError, ValueError):
                self._wait()
                self.fate = _story(self, request["do"], watch.expired)
            except (protocol.BadMessage, MemoryError) as error:
                self.fate = nonsense(error)
            self.end()
            return {}, []

    def _wait(self) -> None:
        """Let a process that crashed finish, so that it can be said how."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)

    def end(self) -> None:
        """End the process and remove its folder."""
        self.fate = self.fate or IncompleteError("the model has been closed", "Open it again.")
        for stream in (self.requests, self.answers):
            with contextlib.suppress(OSError):  # the other end is gone: nothing is left to flush
                stream.close()
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()


def _story(worker: Worker, doing: str, expired: bool) -> IncompleteError:
    """Return how the process of *worker* came to its end."""
    settings, code = worker.settings, worker.process.returncode
    what = _DOING.get(doing, "predicting")
    if expired:
        return IncompleteError(
            f"the model's process gave no answer within {settings.timeout:g} s of {what}",
            "Allow it more time with --timeout, if the model is known to be slow.",
        )
    if doing == "lock":
        said = Path(worker.folder.name, "stderr").read_text("utf-8", "replace").strip().splitlines()
        return IncompleteError(
            f"the model's process could not start under {one_line(settings.python or sys.executable)}"
            + (f": {one_line(said[-1])}" if said else ""),
            "Name a Python 3.8 or newer that has scikit-learn installed, as in --python .venv/bin/python.",
        )
    how = f"exit code {code}" if code is None or code >= 0 else signal.Signals(-code).name
    return IncompleteError(
        f"the model's process crashed while {what} ({how})",
        "The file is damaged, hostile, from another library version, or needs more than "
        f"{settings.memory // _MIB} MiB: try --python with the model's own environment, or raise --memory.",
    )


def nonsense(error: Exception) -> IncompleteError:
    """Return the error of a process that answered what no honest model answers."""
    return IncompleteError(
        f"the model's process sent an answer that makes no sense ({one_line(error) or type(error).__name__})",
        "Treat the model file as hostile, or the interpreter named with --python as broken.",
    )


class _Watch:
    """Kill the process when its time is up; a blocked read then ends."""

    def __init__(self, worker: Worker) -> None:
        self.expired = False
        self._worker = worker
        self._timer = threading.Timer(worker.settings.timeout, self._expire)
        self._timer.daemon = True

    def _expire(self) -> None:
        self.expired = True
        self._worker.process.kill()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def start(settings: Settings) -> Worker:
    """Start the process of *settings* and put it behind its locks.

    Raises
    ------
    UsageError
        The interpreter does not exist.
    IncompleteError
        It cannot run the process, or lacks a lock that ``strict`` insists on.
    """
    program = surroundings.interpreter(settings.python)
    folder = tempfile.TemporaryDirectory(prefix="aiaudit-", ignore_cleanup_errors=True)
    process = _spawn(program, folder)
    worker = Worker(settings, process, folder)
    weakref.finalize(worker, _reap, process, folder)
    try:
        answer, _ = worker.ask(
            {
                "do": "lock",
                "path": str(settings.path.resolve()),
                "module_path": [str(path.resolve()) for path in settings.module_path],
                "site": surroundings.own_site() if settings.python is None else [],
                "isolation": settings.isolation,
                "memory": settings.memory,
                "load": settings.load,
            }
        )
    except BaseException:
        worker.end()
        raise
    worker.isolation = _texts(answer.get("isolation"))
    worker.versions = _texts(answer.get("versions"))
    return worker


def _spawn(program: str, folder: tempfile.TemporaryDirectory[str]) -> subprocess.Popen[bytes]:
    try:
        with open(Path(folder.name, "stderr"), "wb") as errors:
            return subprocess.Popen(
                [program, "-I", "-B", str(_WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder.name,
                env=surroundings.environment(folder.name),
                start_new_session=True,
            )
    except OSError as error:
        folder.cleanup()
        raise UsageError(
            f"--python {one_line(program)}: {one_line(error.strerror)}", "Name the interpreter itself."
        ) from None


def _reap(process: subprocess.Popen[bytes], folder: tempfile.TemporaryDirectory[str]) -> None:
    """Leave nothing behind when a worker is forgotten."""
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError, AttributeError):
            stream.close()  # type: ignore[union-attr]
    process.kill()
    process.wait()
    folder.cleanup()


def _texts(found: Any) -> dict[str, str]:
    items = found.items() if isinstance(found, dict) else ()
    return {one_line(key, 60): one_line(value, 200) for key, value in items}
