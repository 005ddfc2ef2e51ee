"""No test reaches the network or depends on the environment it was started in."""

import gc
import os
import socket
import sys

import pytest
from hypothesis import settings

# Where compiled modules may not be kept, every worker and every process that a test starts compiles all of
# them again: a fifth of the run's time.
sys.dont_write_bytecode = False

# Tests share two cores with each other: a deadline would test the machine.
settings.register_profile("house", deadline=None, max_examples=50)
settings.load_profile("house")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection():
    """Look for garbage neither while everything is imported nor, later, in what was: it all stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


#: Variables that change what the tool or its libraries do.
SCRUBBED = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CI",
    "GITHUB_ACTIONS",
    "SOURCE_DATE_EPOCH",
    "AIAUDIT_CONFIG",
    "COLUMNS",
    "PYTHONDONTWRITEBYTECODE",
)
LOCAL = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(scope="session", autouse=True)
def no_environment():
    with pytest.MonkeyPatch.context() as patch:
        for name in SCRUBBED:
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_network():
    """Refuse every connection that leaves the machine, and every look-up of another's name."""

    def guarded(original, host):
        def call(*arguments, **others):
            if host(*arguments) not in LOCAL:
                raise AssertionError(f"a test reaches for the network: {arguments}")
            return original(*arguments, **others)

        return call

    def peer(connection, address):
        return LOCAL[0] if connection.family == socket.AF_UNIX else address[0]

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name), peer))
        patch.setattr(socket, "getaddrinfo", guarded(socket.getaddrinfo, lambda host, *_: host))
        yield


@pytest.fixture(scope="session")
def environment():
    """Variables for a process of our own."""
    return {**os.environ, "OMP_NUM_THREADS": "1"}
