"""One connection to one host, and channels on it."""

import asyncio
import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncssh

from rightaway.domain.errors import DriverError, Terminal
from rightaway.drivers.conversations import Conversation, Sender
from rightaway.drivers.ssh import algorithms, failures, host_keys
from rightaway.drivers.ssh.config import SshConfig
from rightaway.drivers.ssh.host_keys import HostKey
from rightaway.drivers.ssh.wires import Wires

_KEEPALIVE_S, _KEEPALIVE_COUNT = 15, 3
"""A host that is silent for 45 s counts as lost."""

# It would tell of every packet of every target; what matters is told by our own errors.
logging.getLogger("asyncssh").setLevel(logging.WARNING)

# For a login shell of any kind: become the one that reads the channel. Without a terminal, an SSH server
# gives every command a session of its own, and leaves it alone when the connection ends.
_COMMAND = "exec sh -s"

# Nothing of the worker's user takes part: no agent, no configuration, no other key, no password.
_ALONE: dict[str, Any] = {
    "config": None,
    "agent_path": None,
    "pkcs11_provider": None,
    "x509_trusted_certs": None,
    "x509_trusted_cert_paths": (),
    "preferred_auth": "publickey",
    "password_auth": False,
    "kbdint_auth": False,
    "host_based_auth": False,
    "gss_kex": False,
    "gss_auth": False,
    "compression_algs": None,
    "kex_algs": algorithms.KEY_EXCHANGES,
    "encryption_algs": algorithms.CIPHERS,
    "mac_algs": algorithms.MACS,
    "keepalive_interval": _KEEPALIVE_S,
    "keepalive_count_max": _KEEPALIVE_COUNT,
}


class Connection:
    """An open connection; `connect` makes one."""

    def __init__(
        self, connection: asyncssh.SSHClientConnection, config: SshConfig, on_free: Callable[[], None]
    ) -> None:
        self._connection, self._config, self._on_free = connection, config, on_free
        self.channels = 0

    @property
    def is_open(self) -> bool:
        return not self._connection.is_closed()

    async def open(self, conversation: Conversation) -> Sender:
        """
        Start a shell; the loss of the connection is told to the conversation.

        Raises:
            Retryable: the host opens no channel, or is gone.
        """
        config = self._config
        self.channels += 1
        try:
            with failures.translated(config.host, config.port, config.connect_timeout_s):
                async with asyncio.timeout(config.connect_timeout_s):
                    _, channel = await self._connection.create_session(
                        lambda: _Channel(conversation, self._free), _COMMAND, encoding=None
                    )
        except BaseException:
            self._free()
            raise
        assert isinstance(channel, _Channel)
        return channel

    def _free(self) -> None:
        self.channels -= 1
        self._on_free()

    async def close(self) -> None:
        self._connection.close()
        await self._connection.wait_closed()


class _Channel(asyncssh.SSHClientSession[bytes]):
    def __init__(self, conversation: Conversation, on_close: Callable[[], None]) -> None:
        self._conversation, self._on_close = conversation, on_close
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self._channel = chan

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        if datatype is None:
            self._conversation.heard(data)
        else:
            self._conversation.grumbled(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._conversation.closed(None if exc is None else failures.lost(exc))

    def pause_writing(self) -> None:
        self._conversation.pause_writing()

    def resume_writing(self) -> None:
        self._conversation.resume_writing()

    def write(self, data: bytes) -> None:
        if self._channel is not None and not self._channel.is_closing():
            self._channel.write(data)

    def close(self) -> None:
        if self._channel is not None:
            self._channel.abort()
        self._on_close()


class _Doorman(asyncssh.SSHClient):
    """Compares the host's key with the pinned one, and remembers what it saw."""

    def __init__(self, pinned: asyncssh.SSHKey | None) -> None:
        self._pinned = pinned
        self.seen: asyncssh.SSHKey | None = None

    def validate_host_public_key(self, _host: str, _addr: str, _port: int, key: asyncssh.SSHKey) -> bool:
        self.seen = key
        return self._pinned is not None and key == self._pinned


async def connect(config: SshConfig, on_free: Callable[[], None]) -> Connection:
    """
    Reach a host, make sure that it is the pinned one, and sign in.

    `on_free` is called whenever a channel of the connection has been let go.

    Raises:
        Retryable: not reached, or too slow.
        Terminal: another key than the pinned one, weak algorithms, or not let in.
    """
    pinned = asyncssh.import_public_key(config.host_key) if config.host_key else None
    doorman = _Doorman(pinned)
    try:
        with failures.translated(config.host, config.port, config.connect_timeout_s):
            async with asyncio.timeout(config.connect_timeout_s):
                connection = await asyncssh.connect(
                    config.host,
                    config.port,
                    tunnel=Wires(),
                    client_factory=lambda: doorman,
                    username=config.user,
                    client_keys=[_identity(config.identity_file)],
                    known_hosts=([], [], []),
                    # Its own kind of key first, and the others only to see what is shown instead.
                    server_host_key_algs=_preferring(pinned),
                    **_ALONE,
                )
    except DriverError as error:
        if doorman.seen is None or doorman.seen == pinned:
            raise
        seen = HostKey.of(doorman.seen)
        known = host_keys.changed(HostKey.of(pinned), seen) if pinned else host_keys.unknown(seen)
        raise known from error
    return Connection(connection, config, on_free)


def _preferring(pinned: asyncssh.SSHKey | None) -> list[str]:
    first = algorithms.for_key(pinned) if pinned else ()
    return list(dict.fromkeys((*first, *algorithms.HOST_KEYS)))


@functools.lru_cache(maxsize=64)
def _read_identity(path: Path, _version: tuple[int, int]) -> asyncssh.SSHKey:
    return asyncssh.read_private_key(path)


def _identity(path: Path) -> asyncssh.SSHKey:
    """Read the worker's key, again when the file has changed."""
    try:
        status = path.stat()
        return _read_identity(path, (status.st_mtime_ns, status.st_ino))
    except (OSError, asyncssh.KeyImportError) as error:
        raise Terminal(
            "ssh.identity_unreadable",
            f"The private key {path} cannot be read: {error}.",
            hint="Give the worker a private key without a passphrase that it may read.",
            at="identity_file",
        ) from error
