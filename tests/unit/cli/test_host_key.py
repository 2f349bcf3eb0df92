"""`rightaway target host-key` against a real SSH server on loopback."""

import asyncio
import threading
from collections.abc import Iterator

import asyncssh
import pytest

from rightaway.cli import output
from rightaway.cli.app import run
from rightaway.cli.configuration import _address
from rightaway.domain.errors import Invalid


@pytest.fixture
def ssh_server() -> Iterator[tuple[int, str]]:
    """Give the port of a server and the fingerprint of its key."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    loop, ready = asyncio.new_event_loop(), threading.Event()
    port: list[int] = []

    async def serve() -> None:
        server = await asyncssh.listen("127.0.0.1", 0, server_host_keys=[key])
        port.append(server.get_port())
        ready.set()
        await stop.wait()
        server.close()
        await server.wait_closed()

    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10)
    yield port[0], key.get_fingerprint()
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def test_host_key__of_a_server__line_on_stdout_fingerprint_on_stderr(
    ssh_server: tuple[int, str], capsys: pytest.CaptureFixture[str]
):
    port, fingerprint = ssh_server
    assert run(["target", "host-key", f"127.0.0.1:{port}"]) == output.OK
    said = capsys.readouterr()
    assert said.out.startswith("ssh-ed25519 AAAA")
    assert fingerprint in said.err


def test_host_key__nobody_there__3(unused_port: int, capsys: pytest.CaptureFixture[str]):
    assert run(["target", "host-key", f"127.0.0.1:{unused_port}"]) == output.UNREACHABLE
    assert "(ssh.unreachable)" in capsys.readouterr().err


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host", ("host", 22)),
        ("host:2222", ("host", 2222)),
        ("[::1]", ("::1", 22)),
        ("[::1]:2222", ("::1", 2222)),
    ],
)
def test_address__of_a_host__name_and_port(text: str, expected: tuple[str, int]):
    assert _address(text) == expected


@pytest.mark.parametrize("text", ["", ":22", "host:", "host:x", "host:0", "host:70000", "::1"])
def test_address__of_nothing__refused(text: str):
    with pytest.raises(Invalid):
        _address(text)
