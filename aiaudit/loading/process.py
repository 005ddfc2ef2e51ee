"""The audit's side of the model's process: start it, ask it, and outlive it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any, Self

from aiaudit.errors import IncompleteError, UsageError, one_line
from aiaudit.loading import protocol, surroundings
from aiaudit.loading.endings import nonsense, story
from aiaudit.loading.surroundings import Settings

_WORKER = Path(__file__).with_name("worker.py")
_MIB = 1 << 20


@dataclass(frozen=True)
class Request:
    """A message to the process.

    Parameters
    ----------
    header : dict
        What to do (``do``), and with what.
    buffers : list of bytes-like
        Data that the header refers to.
    limit : int
        Bytes that the answer may hold.
    """

    header: dict[str, Any]
    buffers: list[Any] = field(default_factory=list)
    limit: int = 32 * _MIB


Answer = tuple[dict[str, Any], list[bytearray]]


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

    def ask(self, request: Request) -> Answer:
        """Send *request* and return the answer.

        Raises
        ------
        IncompleteError
            As `stream`.
        """
        [answer] = self.stream([request])
        return answer

    def stream(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """Yield the answer to each of *requests*; the next is prepared and sent while one is worked on.

        Raises
        ------
        IncompleteError
            The process refused, crashed, answered nonsense, or took too long; once it has ended, every
            later request meets the same end.
        """
        with self._one_at_a_time:
            sent: deque[Request] = deque()
            try:
                for request in requests:
                    self._meet(
                        request, partial(protocol.send, self.requests, request.header, request.buffers)
                    )
                    sent.append(request)
                    if len(sent) > 1:
                        yield self._collect(sent.popleft())
                while sent:
                    yield self._collect(sent.popleft())
            finally:
                while sent and self.fate is None:
                    self._collect(sent.popleft())

    def _collect(self, request: Request) -> Answer:
        answer: Answer = self._meet(request, partial(protocol.receive, self.answers, request.limit))
        refusal = answer[0].get("refusal")
        if isinstance(refusal, list) and len(refusal) == 2:
            raise IncompleteError(one_line(refusal[0], 2000), one_line(refusal[1], 2000))
        return answer

    def _meet(self, request: Request, exchange: Callable[[], Any]) -> Any:
        """Do one half of an exchange, in time and in order, or settle how the process ended."""
        if self.fate is None:
            with _Watch(self) as watch:
                try:
                    return exchange()
                except (EOFError, OSError, ValueError):
                    self._wait()
                    self.fate = self._story(request.header["do"], watch.expired)
                except (protocol.BadMessage, MemoryError) as error:
                    self.fate = nonsense(error)
            self.end()
        raise IncompleteError(self.fate.message, self.fate.hint)

    def _wait(self) -> None:
        """Let a process that crashed finish, so that it can be said how."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)

    def _story(self, doing: str, expired: bool) -> IncompleteError:
        said = Path(self.folder.name, "stderr").read_text("utf-8", "replace").strip().splitlines()
        return story(self.settings, self.process.returncode, doing, expired, said[-1] if said else "")

    def end(self) -> None:
        """End the process and remove its folder."""
        self.fate = self.fate or IncompleteError("the model has been closed", "Open it again.")
        for stream in (self.requests, self.answers):
            with contextlib.suppress(OSError):  # the other end is gone: nothing is left to flush
                stream.close()
        _kill(self.process)
        self.process.wait()
        self.folder.cleanup()


class _Watch:
    """Kill the process when its time is up; a blocked read then ends."""

    def __init__(self, worker: Worker) -> None:
        self.expired = False
        self._worker = worker
        self._timer = threading.Timer(worker.settings.timeout, self._expire)
        self._timer.daemon = True

    def _expire(self) -> None:
        self.expired = True
        _kill(self._worker.process)

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()  # it holds the worker, which would outlive its last user by a moment


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
        answer, _ = worker.ask(Request(_lock_request(settings)))
    except BaseException:
        worker.end()
        raise
    worker.isolation = _texts(answer.get("isolation"))
    worker.versions = _texts(answer.get("versions"))
    return worker


def _lock_request(settings: Settings) -> dict[str, Any]:
    return {
        "do": "lock",
        "module_path": [str(path.resolve()) for path in settings.module_path],
        "site": surroundings.own_site() if settings.python is None else [],
        "isolation": settings.isolation,
        "memory": settings.memory,
        "timeout": settings.timeout,
        "load": settings.load,
    }


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
    _kill(process)
    process.wait()
    folder.cleanup()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and, where it was not kept from starting others, those: it leads a group of its own."""
    if os.name == "posix" and process.poll() is None:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _texts(found: Any) -> dict[str, str]:
    items = found.items() if isinstance(found, dict) else ()
    return {one_line(key, 60): one_line(value, 200) for key, value in items}
