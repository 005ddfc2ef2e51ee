"""The model's own process: it opens one model file behind locks and answers with plain numbers and text.

Started as ``PYTHON -I worker.py`` by `aiaudit.loading.process`, also under an interpreter that does not have
this package: standard library, numpy and what the model needs, Python 3.8 or newer.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import types
import warnings
from typing import Any


def _siblings() -> None:
    """Make the modules beside this file importable as ``aiaudit_worker.NAME``, and nothing else of the package."""
    package = types.ModuleType("aiaudit_worker")
    package.__path__ = [os.path.dirname(os.path.abspath(__file__))]
    sys.modules["aiaudit_worker"] = package


if __name__ == "__main__":
    _siblings()
    __package__ = "aiaudit_worker"

from . import answering, protocol

#: Bytes that one request may hold.
_REQUEST_LIMIT = 1 << 36


def _own_streams() -> tuple[object, object]:
    """Return the pipes to the audit; whatever the model prints goes nowhere."""
    requests = os.fdopen(os.dup(0), "rb", buffering=1 << 20)
    answers = os.fdopen(os.dup(1), "wb", buffering=1 << 20)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    return requests, answers


def _receive(requests: object) -> Any:
    """Return the next request; end the process when the audit has ended, also in the middle of a computation."""
    try:
        return protocol.receive(requests, _REQUEST_LIMIT)  # type: ignore[arg-type]
    except EOFError:
        os._exit(0)


def _read_ahead(requests: object) -> queue.Queue[Any]:
    """Take in the next request while one is worked on."""
    arrived: queue.Queue[Any] = queue.Queue(maxsize=1)

    def read() -> None:
        while True:
            arrived.put(_receive(requests))

    threading.Thread(target=read, daemon=True).start()
    return arrived


def _set_alarm(seconds: float) -> None:
    """Let the kernel end this process if a computation goes on for far too long, or call that off by 0.

    The audit ends it in time; but where the audit was killed, no thread of Python's ends a computation that
    never lets go of the interpreter.
    """
    if hasattr(signal, "alarm"):
        signal.alarm(int(4 * seconds) + 2 if seconds else 0)


def main() -> None:
    """Answer requests until the audit closes the pipe."""
    requests, answers = _own_streams()
    warnings.simplefilter("ignore")
    host = answering.Host()

    def reply(request: Any) -> None:
        writer = protocol.Writer()
        header, buffers = request
        _set_alarm(header.get("timeout", host.timeout))
        answer = answering.answer(host, header, buffers, writer)
        _set_alarm(0)
        protocol.send(answers, answer, writer.buffers)  # type: ignore[arg-type]

    reply(_receive(requests))  # puts up the locks, which hold for threads started later only
    arrived = _read_ahead(requests)
    while True:
        reply(arrived.get())


if __name__ == "__main__":
    main()
