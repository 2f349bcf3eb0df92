"""What a host can answer instead of letting us work; corpus I of the security design."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from tests.drivers import sshd as servers
from tests.drivers.sshd import Sshd

from rightaway.domain.errors import DriverError, Retryable, Terminal
from rightaway.drivers.contract import Target
from rightaway.drivers.ssh import SshDriver, fetch_host_key
from rightaway.engine.target_work import RETRIES

pytestmark = pytest.mark.sshd
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def other_key(kind: str = "ssh-ed25519") -> str:
    return asyncssh.generate_private_key(kind).export_public_key("openssh").decode().strip()


def refusal(config: dict[str, Any]) -> DriverError:
    async def run() -> DriverError:
        async with SshDriver() as driver:
            with pytest.raises(DriverError) as caught:
                await driver.session(Target("web-1", "ssh", config))
            return caught.value

    return asyncio.run(run())


def final_refusal(config: dict[str, Any]) -> DriverError:
    """
    Give the refusal that more tries do not change.

    A server that finds no common algorithm hangs up at once. Who loses the race against that sees only a lost
    connection and tries again, as the engine does.
    """
    for _ in range(RETRIES):
        error = refusal(config)
        if not isinstance(error, Retryable):
            return error
    return error


def answer_of(serve: Serve, sshd: Sshd, **more: Any) -> DriverError:
    """Give the refusal by a server of our own making, in at most 2 s."""

    async def run() -> DriverError:
        tasks = []

        async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            tasks.append(asyncio.current_task())
            try:
                await serve(reader, writer)
            except (OSError, asyncio.CancelledError):
                writer.transport.abort()
            writer.close()

        server = await asyncio.start_server(serve_one, "127.0.0.1", 0)
        async with server, SshDriver() as driver:
            config = sshd.config(port=server.sockets[0].getsockname()[1], **more)
            with pytest.raises(DriverError) as caught:
                async with asyncio.timeout(2):
                    await driver.session(Target("web-1", "ssh", config))
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks)
        return caught.value

    return asyncio.run(run())


def test_host_key__none_pinned__is_unknown_and_shown(sshd: Sshd) -> None:
    error = refusal(sshd.config(host_key=""))
    assert (type(error), error.code) == (Terminal, "ssh.host_key_unknown")
    assert error.evidence["seen"] == sshd.host_key
    assert error.evidence["fingerprint"] in error.hint


def test_host_key__another_than_pinned__is_changed(sshd: Sshd) -> None:
    error = refusal(sshd.config(host_key=other_key()))
    assert (type(error), error.code) == (Terminal, "ssh.host_key_changed")
    assert error.evidence["seen"] == sshd.host_key


def test_host_key__another_kind_than_pinned__is_changed(sshd: Sshd) -> None:
    error = refusal(sshd.config(host_key=other_key("ecdsa-sha2-nistp256")))
    assert (type(error), error.code) == (Terminal, "ssh.host_key_changed")


@pytest.mark.parametrize("kind", ["ecdsa-sha2-nistp256", "ssh-rsa"])
def test_host_key__of_any_usual_kind__is_accepted_when_pinned(tmp_path: Path, kind: str) -> None:
    async def run(config: dict[str, Any]) -> None:
        async with SshDriver() as driver:
            await (await driver.session(Target("web-1", "ssh", config))).check()

    with servers.serving(tmp_path / "server", key_type=kind) as server:
        asyncio.run(run(server.config()))


def test_fetch_host_key__of_a_host__is_the_line_to_pin(sshd: Sshd) -> None:
    found = asyncio.run(fetch_host_key("127.0.0.1", sshd.port))
    assert found.line == sshd.host_key
    assert found.fingerprint.startswith("SHA256:")


def test_algorithms__only_weak_ones__names_what_was_offered(tmp_path: Path) -> None:
    with servers.serving(tmp_path / "server", "KexAlgorithms diffie-hellman-group14-sha1") as server:
        error = final_refusal(server.config())
    assert (type(error), error.code) == (Terminal, "ssh.weak_algorithm")
    assert "diffie-hellman-group14-sha1" in error.evidence["said"]


def test_algorithms__only_a_weak_cipher__is_refused(tmp_path: Path) -> None:
    with servers.serving(tmp_path / "server", "Ciphers aes128-cbc") as server:
        assert final_refusal(server.config()).code == "ssh.weak_algorithm"


def test_user_key__not_let_in__is_terminal(sshd: Sshd, tmp_path: Path) -> None:
    key = tmp_path / "other"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(key)
    error = refusal(sshd.config(identity_file=str(key)))
    assert (type(error), error.code) == (Terminal, "ssh.permission_denied")


@pytest.mark.parametrize("content", [None, "no key", "encrypted"])
def test_user_key__not_readable__is_terminal(sshd: Sshd, tmp_path: Path, content: str | None) -> None:
    key = tmp_path / "key"
    if content == "encrypted":
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(key, "pkcs8-pem", passphrase="secret")
    elif content is not None:
        key.write_text(content)
    error = refusal(sshd.config(identity_file=str(key)))
    assert (type(error), error.code) == (Terminal, "ssh.identity_unreadable")


def test_host__nobody_listens__is_unreachable(sshd: Sshd) -> None:
    error = refusal(sshd.config(port=1))
    assert (type(error), error.code) == (Retryable, "ssh.unreachable")


def test_handshake__silence__times_out(sshd: Sshd) -> None:
    async def silent(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    error = answer_of(silent, sshd, connect_timeout_s=0.3)
    assert (type(error), error.code) == (Retryable, "ssh.timeout_handshake")


def test_handshake__banner_in_drops__times_out(sshd: Sshd) -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"welcome\r\n")
            await writer.drain()
            await asyncio.sleep(0.01)

    error = answer_of(drip, sshd, connect_timeout_s=0.3)
    assert (type(error), error.code) == (Retryable, "ssh.timeout_handshake")


def test_handshake__banner_in_floods__is_given_up(sshd: Sshd) -> None:
    async def flood(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"welcome" * 1000)
            await writer.drain()

    error = answer_of(flood, sshd, connect_timeout_s=1)
    assert (type(error), error.code) == (Retryable, "ssh.protocol_error")


def test_handshake__another_protocol__is_named(sshd: Sshd) -> None:
    async def web(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")

    assert answer_of(web, sshd).code in {"ssh.connection_lost", "ssh.protocol_error"}


def test_login__shell_that_lets_nobody_work__is_terminal(tmp_path: Path) -> None:
    async def run(config: dict[str, Any]) -> DriverError:
        async with SshDriver() as driver:
            session = await driver.session(Target("web-1", "ssh", config))
            with pytest.raises(DriverError) as caught:
                await session.perform([], fence=1)
            return caught.value

    with servers.serving(tmp_path / "server", "ForceCommand echo nobody works here") as server:
        error = asyncio.run(run(server.config()))
    assert (type(error), error.code) == (Terminal, "target.guard_unavailable")
    assert "nobody works here" in error.hint


def test_channels__none_allowed__is_retryable(tmp_path: Path) -> None:
    async def run(config: dict[str, Any]) -> DriverError:
        async with SshDriver() as driver:
            session = await driver.session(Target("web-1", "ssh", config))
            with pytest.raises(DriverError) as caught:
                await session.check()
            return caught.value

    with servers.serving(tmp_path / "server", "MaxSessions 0") as server:
        assert isinstance(asyncio.run(run(server.config())), Retryable)
