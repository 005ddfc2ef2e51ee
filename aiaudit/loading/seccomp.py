"""A seccomp filter without dependencies: no network, no programs, no new processes, no writing of files."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

from .syscalls import DENIED, GUARDED, MACHINES

_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NR, _ARCH, _ARGS = 0, 4, 16
_X32 = 0x40000000
_CLONE_THREAD = 0x00010000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_NO_NEW_PRIVILEGES, _SET_FILTER, _ALL_THREADS = 38, 1, 1


def _op(code: int, k: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, k)


def _fail(number: int) -> bytes:
    return _op(_RETURN, _ERRNO | number)


def _case(nr: int | None, body: list[bytes]) -> list[bytes]:
    """Return *body*, run only for system call *nr*; it must end in returns."""
    return [] if nr is None else [_op(_EQUAL, nr, 0, len(body)), *body]


def program(machine: str, pid: int) -> list[bytes]:
    """Return the filter for *machine* as BPF instructions; *pid* is the process it will guard."""
    column, arch, _ = MACHINES[machine]
    ops = [_op(_LOAD, _ARCH), _op(_EQUAL, arch, 1, 0), _op(_RETURN, _KILL), _op(_LOAD, _NR)]
    if machine == "x86_64":
        ops += [_op(_AT_LEAST, _X32, 0, 1), _fail(errno.EPERM)]
    for numbers in DENIED.values():
        ops += _case(numbers[column], [_fail(errno.EPERM)])
    for name, numbers in GUARDED.items():
        ops += _case(numbers[column], _GUARDS[name](pid))
    return [*ops, _op(_RETURN, _ALLOW)]


def _unless_writing(flags: int) -> list[bytes]:
    load = _op(_LOAD, _ARGS + 8 * flags)
    return [load, _op(_ANY_BIT, _WRITING, 0, 1), _fail(errno.EACCES), _op(_RETURN, _ALLOW)]


def _threads_only(_: int) -> list[bytes]:
    load = _op(_LOAD, _ARGS)
    return [load, _op(_ANY_BIT, _CLONE_THREAD, 1, 0), _fail(errno.EPERM), _op(_RETURN, _ALLOW)]


def _own_process(pid: int) -> list[bytes]:
    return [_op(_LOAD, _ARGS), _op(_EQUAL, pid, 1, 0), _fail(errno.EPERM), _op(_RETURN, _ALLOW)]


def _reading_limits(_: int) -> list[bytes]:
    low, high = _op(_LOAD, _ARGS + 16), _op(_LOAD, _ARGS + 20)
    return [
        *(low, _op(_EQUAL, 0, 0, 2), high, _op(_EQUAL, 0, 1, 0)),
        _fail(errno.EPERM),
        _op(_RETURN, _ALLOW),
    ]


_GUARDS = {
    "open": lambda _: _unless_writing(1),
    "openat": lambda _: _unless_writing(2),
    # The C library falls back from these two to calls whose arguments a filter can see.
    "openat2": lambda _: [_fail(errno.ENOSYS)],
    "clone": _threads_only,
    "clone3": lambda _: [_fail(errno.ENOSYS)],
    "tgkill": _own_process,
    "prlimit64": _reading_limits,
}


class _Program(ctypes.Structure):
    """``struct sock_fprog`` of the kernel."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def install() -> str:
    """Put the filter in force for every thread of this process and return its architecture.

    Raises
    ------
    OSError
        The kernel has no seccomp, or there is no table for this machine.
    """
    machine = platform.machine()
    if machine not in MACHINES or struct.calcsize("P") != 8:
        raise OSError(errno.ENOSYS, "no table of system calls for " + machine)
    libc = ctypes.CDLL(None, use_errno=True)
    ops = program(machine, os.getpid())
    filter_ = _Program(len(ops), b"".join(ops))
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    call = ctypes.c_long(MACHINES[machine][2])
    if (
        libc.syscall(call, ctypes.c_long(_SET_FILTER), ctypes.c_long(_ALL_THREADS), ctypes.byref(filter_))
        != 0
    ):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return machine
