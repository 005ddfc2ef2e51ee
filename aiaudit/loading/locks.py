"""Everything that holds a model in its place, put in force before the first byte of its file is read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from . import landlock, seccomp
from .refusal import Refusal
from .tripwire import Tripwire

_HERE = os.path.dirname(os.path.abspath(__file__))


def limit_resources(memory: int) -> str:
    """Cap the memory of this process at *memory* bytes, forbid core dumps and files; return what was set."""
    try:
        import resource
    except ImportError:
        return "not available"
    limits = [("RLIMIT_AS", memory), ("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0), ("RLIMIT_NOFILE", 256)]
    for name, value in limits:
        number = getattr(resource, name, None)
        if number is not None:
            resource.setrlimit(number, (value, value))
    return "memory " + str(memory >> 20) + " MiB"


def lock(*, level: str, memory: int, readable: Iterable[str], tripwire: Tripwire) -> dict[str, str]:
    """Lock this process in and return what is in force, by name.

    Parameters
    ----------
    level : str
        ``auto`` takes what the system offers, ``strict`` insists on Landlock and seccomp, ``none`` takes
        the limits on resources only.
    memory : int
        Bytes of address space.
    readable : iterable of str
        Files and folders of the model, besides the interpreter's own.

    Raises
    ------
    Refusal
        *level* is ``strict`` and the system lacks a lock.
    """
    facts = {"process": "separate", "environment": "scrubbed", "limits": limit_resources(memory)}
    if level == "none":
        return {**facts, "landlock": "off", "seccomp": "off", "tripwire": "off"}
    facts["landlock"] = _landlock([*landlock.interpreter_paths(), _HERE, *readable])
    facts["seccomp"] = _seccomp()
    missing = [name for name in ("landlock", "seccomp") if facts[name].startswith("not available")]
    if missing and level == "strict":
        raise Refusal(
            "this system lacks " + " and ".join(missing) + ", which --isolation strict asks for",
            "Run on Linux 5.13 or newer, or accept the weaker isolation with --isolation auto.",
        )
    tripwire.arm()
    return {**facts, "tripwire": "on"}


def _landlock(readable: list[str]) -> str:
    try:
        return "on, version " + str(landlock.install(readable))
    except OSError as error:
        return _absent(error)


def _seccomp() -> str:
    if not sys.platform.startswith("linux"):
        return "not available on " + sys.platform
    try:
        return "on, " + seccomp.install()
    except OSError as error:
        return _absent(error)


def _absent(error: OSError) -> str:
    return "not available: " + (error.strerror or "unknown reason")
