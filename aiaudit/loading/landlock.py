"""Landlock without dependencies: this process may read the paths it is given, and nothing else."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Callable, Iterable

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_NO_NEW_PRIVILEGES = 38
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
#: Number of file access rights that each version of the interface knows, from version 1.
_RIGHTS = (13, 14, 15, 15, 16)
_TCP_FROM, _SCOPES_FROM = 4, 6
_O_PATH = 0o10000000

# What any Python process reads besides its own folders.
_SYSTEM = [
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/share/zoneinfo",
    "/nix/store",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/dev/null",
    "/dev/zero",
    "/dev/urandom",
    "/dev/random",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
]


def interpreter_paths() -> list[str]:
    """Return the folders of this interpreter and of everything it may import."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    paths = [*prefixes, *sys.path, *libraries, *_SYSTEM]
    return sorted({os.path.abspath(path) for path in paths if path and os.path.abspath(path) != "/"})


def install(readable: Iterable[str]) -> int:
    """Restrict this thread (and those it will start) to reading *readable*; return the interface's version.

    Raises
    ------
    OSError
        The kernel has no Landlock.
    """
    if not sys.platform.startswith("linux"):
        raise OSError(errno.ENOSYS, "not available on " + sys.platform)
    libc = ctypes.CDLL(None, use_errno=True)

    def call(number: int, *args: object) -> int:
        result = int(libc.syscall(ctypes.c_long(number), *args))
        if result < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return result

    version = call(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    files = (1 << _RIGHTS[min(version, len(_RIGHTS)) - 1]) - 1
    rules = struct.pack("=QQQ", files, 3 if version >= _TCP_FROM else 0, 3 if version >= _SCOPES_FROM else 0)
    ruleset = call(_CREATE, rules, ctypes.c_size_t(len(rules)), ctypes.c_uint32(0))
    for path in readable:
        _allow(call, ruleset, path)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    call(_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    os.close(ruleset)
    return version


def _allow(call: Callable[..., int], ruleset: int, path: str) -> None:
    try:
        handle = os.open(path, _O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # a path that does not exist needs no permission
    rights = _READ_FILE | (_READ_DIR if os.path.isdir(path) else 0)
    rule = struct.pack("=Qi", rights, handle)
    call(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint32(0))
    if (
        path != "/proc/self"
    ):  # the kernel may forget this folder, and with it the rule, unless it is held open
        os.close(handle)
