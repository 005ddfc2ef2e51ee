"""A tripwire on every system: Python code that reaches for the network, a program or a file to write."""

from __future__ import annotations

import os
import sys
from typing import Any

#: Audit events that a model has no reason to raise, by what they would do.
BLOCKED = {
    "use the network": (
        "socket.",
        "urllib.",
        "ftplib.",
        "smtplib.",
        "http.",
        "imaplib.",
        "poplib.",
        "telnetlib.",
    ),
    "run a program": (
        "subprocess.",
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "pty.",
    ),
    "start a process": ("os.fork", "os.forkpty", "os.kill", "signal.pthread_kill"),
    "change files": (
        *(
            "os.remove",
            "os.rename",
            "os.mkdir",
            "os.rmdir",
            "os.link",
            "os.symlink",
            "os.truncate",
            "os.chmod",
        ),
        *("os.chown", "os.utime", "os.setxattr", "os.removexattr", "shutil.", "tempfile.", "sqlite3.connect"),
    ),
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_HARMLESS = ("socket.gethostname",)


class Tripwire:
    """An audit hook, which cannot be taken off again.

    Attributes
    ----------
    tripped : str
        The first thing that was stopped, in words, or an empty string.
    """

    def __init__(self) -> None:
        self.tripped = ""

    def arm(self) -> None:
        """Put the hook in force for the rest of this process."""
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            self._opening(*args[:3])
            return
        if event in _HARMLESS:
            return
        for deed, prefixes in BLOCKED.items():
            if event.startswith(prefixes):
                self._stop(deed, event)

    def _opening(self, path: Any, mode: Any, flags: Any) -> None:
        writing = isinstance(flags, int) and flags & _WRITING
        if writing and path != os.devnull:
            self._stop("write a file", "open")

    def _stop(self, deed: str, event: str) -> None:
        self.tripped = self.tripped or deed + " (" + event + ")"
        raise PermissionError("blocked: " + event)
