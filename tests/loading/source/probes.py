"""A model whose predictions are what it managed to do from inside its process."""

import ctypes
import os
import platform
import re
import socket
import subprocess
import time

import numpy as np

#: Numbers of system calls, to go past every check that is made in Python.
CALLS = {
    "x86_64": {
        "socket": 41,
        "execve": 59,
        "fork": 57,
        "kill": 62,
        "prlimit64": 302,
        "memfd_create": 319,
        "ptrace": 101,
    },
    "aarch64": {
        "socket": 198,
        "execve": 221,
        "kill": 129,
        "prlimit64": 261,
        "memfd_create": 279,
        "ptrace": 117,
    },
}


def _call(name, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(CALLS[platform.machine()][name]), *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    if name == "fork" and result == 0:
        os._exit(0)
    return result


def _native_open(path, flags):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.open(os.fsencode(path), flags, 0o600) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _native_mkdir(path):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mkdir(os.fsencode(path), 0o700) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _read(path):
    with open(path, "rb") as file:
        file.read(1)


def _write(path):
    with open(path, "w") as file:
        file.write("")


def _program():
    return _call("execve", b"/bin/true", (ctypes.c_char_p * 2)(b"/bin/true", None), None)


DEEDS = {
    "socket": lambda secret: socket.socket().close(),
    "connect": lambda secret: socket.create_connection(("127.0.0.1", 9), timeout=1),
    "system": lambda secret: os.system("true"),
    "subprocess": lambda secret: subprocess.run(["true"], check=False),
    "write beside the model": lambda secret: _write(secret + ".new"),
    "write in its own folder": lambda secret: _write("new"),
    "make a folder": lambda secret: os.mkdir(secret + ".folder"),
    "remove": lambda secret: os.remove(secret + ".victim"),
    "read a secret": lambda secret: _read(secret),
    "list the home folder": lambda secret: os.listdir(os.path.dirname(secret)),
    "read the parent's environment": lambda secret: _read(f"/proc/{os.getppid()}/environ"),
    "read the passwords": lambda secret: _read("/etc/shadow"),
    "native socket": lambda secret: _call("socket", 2, 1, 0),
    "native program": lambda secret: _program(),
    "native signal": lambda secret: _call("kill", os.getppid(), 0),
    "native limits": lambda secret: _call("prlimit64", 0, 4, ctypes.create_string_buffer(16), None),
    "native memory file": lambda secret: _call("memfd_create", b"x", 0),
    "native ptrace": lambda secret: _call("ptrace", 16, os.getppid(), 0, 0),
    "native write": lambda secret: _native_open(secret + ".new", os.O_WRONLY | os.O_CREAT),
    "native read": lambda secret: _native_open(secret, os.O_RDONLY),
    "native folder": lambda secret: _native_mkdir(secret + ".folder"),
    "memory": lambda secret: np.ones(1 << 33, dtype=np.uint8).sum(),
}
if platform.machine() == "x86_64":
    DEEDS["native fork"] = lambda secret: _call("fork")


class Probe:
    def predict(self, frame):
        return np.array(
            [self._attempt(*row) for row in frame[["deed", "secret"]].itertuples(index=False)], dtype=object
        )

    @staticmethod
    def _attempt(deed, secret):
        try:
            DEEDS[deed](secret)
        except (OSError, MemoryError) as error:
            return type(error).__name__
        return "done"


class Environment:
    def predict(self, frame):
        return np.array([os.environ.get(name, "") for name in frame["name"]], dtype=object)


class Sleeper:
    def predict(self, frame):
        time.sleep(60)


class Backtracker:
    def predict(self, frame):
        re.match("(a+)+$", "a" * 60 + "b")


class Liar:
    """Writes into the pipe itself instead of answering."""

    def __init__(self, text=b""):
        self.text = text

    def predict(self, frame):
        for number in range(3, 64):
            try:
                os.write(number, self.text)
            except OSError:
                continue
        os._exit(0)


class Leaver:
    def predict(self, frame):
        raise SystemExit(0)


class Noisy:
    def predict(self, frame):
        import warnings

        print("noise" * 100_000)
        warnings.warn("noise", stacklevel=1)
        return np.zeros(len(frame))
