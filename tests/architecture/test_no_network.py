import asyncio
import socket

import pytest

OUTSIDE = "192.0.2.1"  # Source: RFC 5737, addresses for documentation, which nobody has


def test_network__connection_to_the_outside__refused() -> None:
    with pytest.raises(Exception, match="tests stay on this machine") as refusal:
        socket.create_connection((OUTSIDE, 80), timeout=1)
    assert not isinstance(refusal.value, OSError), "code that expects network errors must not swallow it"


def test_network__asynchronous_connection_to_the_outside__refused() -> None:
    with pytest.raises(Exception, match="tests stay on this machine"):
        asyncio.run(asyncio.open_connection(OUTSIDE, 80))


def test_network__datagram_to_the_outside__refused() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        pytest.raises(Exception, match="tests stay on this machine"),
    ):
        sender.sendto(b"x", (OUTSIDE, 9))


def test_network__name_of_the_outside__not_even_looked_up() -> None:
    with pytest.raises(Exception, match=r"wants to reach example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_network__loopback__works() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1])) as client,
    ):
        assert client.getpeername()[0] == "127.0.0.1"
