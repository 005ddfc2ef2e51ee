"""The guards of these tests guard."""

import os
import socket

import pytest

from tests.conftest import SCRUBBED


def test_the_network_is_out_of_reach():
    with pytest.raises(AssertionError, match="a test reaches for the network"):
        socket.create_connection(("example.org", 80))
    with socket.socket() as connection, pytest.raises(AssertionError, match="a test reaches for the network"):
        connection.connect(("192.0.2.1", 80))


def test_this_machine_is_not():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.create_connection(server.getsockname(), timeout=5) as client:
            assert client.getpeername() == server.getsockname()


def test_the_environment_is_scrubbed():
    assert [name for name in SCRUBBED if name in os.environ] == []
