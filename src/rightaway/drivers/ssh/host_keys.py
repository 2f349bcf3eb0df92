"""Public keys of hosts: shown to whoever pins one, compared at every connection."""

import asyncio
from dataclasses import dataclass
from typing import Self

import asyncssh

from rightaway.domain.errors import Terminal
from rightaway.drivers.ssh import algorithms, failures


@dataclass(frozen=True, slots=True)
class HostKey:
    """
    One public key.

    Args:
        line: As in `SshConfig.host_key`.
        fingerprint: What the owner of the host reads out: `ssh-keygen -lf` of the key file there.
    """

    line: str
    fingerprint: str

    @classmethod
    def of(cls, key: asyncssh.SSHKey) -> Self:
        words = key.export_public_key("openssh").decode().split()
        return cls(" ".join(words[:2]), key.get_fingerprint())


async def fetch_host_key(host: str, port: int = 22, *, timeout_s: float = 15.0) -> HostKey:
    """
    Ask a host for its key, without signing in.

    Whoever answers may be an impostor: compare the fingerprint by another way before pinning it.

    Raises:
        Retryable: the host does not answer.
        Terminal: it has only weak algorithms.
    """
    with failures.translated(host, port, timeout_s):
        async with asyncio.timeout(timeout_s):
            key = await asyncssh.get_server_host_key(
                host,
                port,
                kex_algs=algorithms.KEY_EXCHANGES,
                server_host_key_algs=algorithms.HOST_KEYS,
                config=None,
            )
    if key is None:
        raise Terminal("ssh.weak_algorithm", f"{host} shows no host key at all.", at="host")
    return HostKey.of(key)


def unknown(seen: HostKey) -> Terminal:
    return Terminal(
        "ssh.host_key_unknown",
        "No host key is pinned for this target; nothing was started.",
        hint=f"Have the owner of the host confirm {seen.fingerprint}, then set host_key to the line seen.",
        at="host_key",
        evidence={"seen": seen.line, "fingerprint": seen.fingerprint},
    )


def changed(pinned: HostKey, seen: HostKey) -> Terminal:
    return Terminal(
        "ssh.host_key_changed",
        f"The host shows {seen.fingerprint}, not the pinned {pinned.fingerprint}; nothing was started.",
        hint="Find out whether the host was rebuilt or somebody stands between, before pinning a new key.",
        at="host_key",
        evidence={"pinned": pinned.fingerprint, "seen": seen.line, "fingerprint": seen.fingerprint},
    )
