"""The filter of system calls, run on paper for both machines, and the other locks where they stand alone."""

import errno
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from aiaudit.loading import landlock, seccomp
from aiaudit.loading.syscalls import DENIED, GUARDED, MACHINES
from aiaudit.loading.tripwire import Tripwire

ALLOW, KILL = 0x7FFF0000, 0x80000000
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
#: Calls that a model needs: reading, memory, threads, time.
NEEDED = {
    "x86_64": (0, 1, 3, 9, 10, 11, 12, 13, 202, 228, 231, 262),
    "aarch64": (63, 64, 57, 222, 226, 215, 98, 113),
}


def decide(machine, number, arguments=(), arch=None):
    """Run the filter as the kernel would and return what it says of a call."""
    ops = [struct.unpack("=HBBI", op) for op in seccomp.program(machine, pid=4242)]
    data = struct.pack("=IIQ", number, MACHINES[machine][1] if arch is None else arch, 0)
    data += struct.pack("=6Q", *(*arguments, *[0] * (6 - len(arguments))))
    accumulator, at = 0, 0
    while True:
        code, then, otherwise, k = ops[at]
        at += 1
        if code == 0x20:
            accumulator = struct.unpack_from("=I", data, k)[0]
        elif code == 0x06:
            return k
        else:
            met = {0x15: accumulator == k, 0x35: accumulator >= k, 0x45: bool(accumulator & k)}[code]
            at += then if met else otherwise


def failed(outcome, *errors):
    return outcome in {0x00050000 | error for error in errors}


@pytest.mark.parametrize("machine", MACHINES)
def test_every_denied_call_is_denied_and_every_needed_one_allowed(machine):
    column = MACHINES[machine][0]
    for name, numbers in DENIED.items():
        if numbers[column] is not None:
            assert failed(decide(machine, numbers[column]), errno.EPERM), name
    for number in NEEDED[machine]:
        assert decide(machine, number) == ALLOW, number
    assert decide(machine, 0, arch=0x40000003) == KILL


def test_the_other_numbering_of_x86_64_is_closed():
    assert failed(decide("x86_64", 0x40000000 + 59), errno.EPERM)


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_are_judged_by_their_arguments(machine):
    number = {name: numbers[MACHINES[machine][0]] for name, numbers in GUARDED.items()}
    reading, writing = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY, os.O_WRONLY
    assert decide(machine, number["openat"], (0, 0, reading)) == ALLOW
    for flags in (writing, os.O_RDWR, os.O_CREAT, os.O_TRUNC | os.O_RDWR):
        assert failed(decide(machine, number["openat"], (0, 0, flags)), errno.EACCES)
    threads = 0x3D0F00
    assert decide(machine, number["clone"], (threads,)) == ALLOW
    assert failed(decide(machine, number["clone"], (17,)), errno.EPERM)
    assert failed(decide(machine, number["clone3"]), errno.ENOSYS)
    assert failed(decide(machine, number["openat2"]), errno.ENOSYS)
    assert decide(machine, number["tgkill"], (4242, 1, 6)) == ALLOW
    assert failed(decide(machine, number["tgkill"], (1, 1, 9)), errno.EPERM)
    assert decide(machine, number["prlimit64"], (0, 7, 0, 99)) == ALLOW
    for new_limit in (8, 1 << 40):
        assert failed(decide(machine, number["prlimit64"], (0, 7, new_limit)), errno.EPERM)


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_are_those_of_the_kernel(machine):
    if not HEADERS[machine].exists():
        pytest.skip("the kernel's headers are not installed")
    text = HEADERS[machine].read_text()
    official = {m[1]: int(m[2]) for m in re.finditer(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b", text)}
    column, _, filter_call = MACHINES[machine]
    known = {name: numbers[column] for name, numbers in {**DENIED, **GUARDED}.items()}
    # Added in Linux 6.6 and later: older headers lack them.
    newer = {"fchmodat2", "setxattrat", "removexattrat", "file_setattr", "open_tree_attr"}
    differing = {name: n for name, n in known.items() if official.get(name) != n and name not in newer}
    assert differing == {}
    assert official["seccomp"] == filter_call


def test_a_machine_without_a_table_has_no_filter(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    with pytest.raises(OSError, match="no table of system calls for riscv64"):
        seccomp.install()


def test_elsewhere_there_is_no_landlock(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(OSError, match="not available on darwin"):
        landlock.install([])


def test_the_interpreters_own_paths_never_are_the_whole_disk(monkeypatch):
    monkeypatch.setattr(sys, "prefix", "/")
    paths = landlock.interpreter_paths()
    assert "/" not in paths
    assert str(Path(os.__file__).parent) in paths or sys.base_prefix in paths


DEEDS = {
    "run a program": "import subprocess; subprocess.Popen(['true'])",
    "use the network": "import socket; socket.socket()",
    "write a file": "open('x', 'w')",
    "change files": "import os; os.mkdir('x')",
    "start a process": "import os; os.fork()",
}


@pytest.mark.parametrize("deed", DEEDS)
def test_the_tripwire_alone_stops_python_code_on_any_system(deed, tmp_path):
    code = f"""
from aiaudit.loading.tripwire import Tripwire
import socket, subprocess
wire = Tripwire(); wire.arm()
open({str(Path(__file__))!r}).close()
try:
    {DEEDS[deed]}
except PermissionError as error:
    print(wire.tripped, "|", error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(deed)
    assert list(tmp_path.iterdir()) == []
    assert Tripwire().tripped == ""
