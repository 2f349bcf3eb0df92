"""Ours and the limit: the same work through the ssh driver, and in a bare asyncssh loop."""

import asyncio
import time
from pathlib import Path
from typing import Any

import asyncssh
from benches.fleet import Fleet

from rightaway.domain.effects import Effect
from rightaway.drivers.contract import Blob, Operation, Status, Target
from rightaway.drivers.ssh import SshDriver

UNPACK = 'mkdir -p "$1/releases/$2" && tar -xzf "$RIGHTAWAY_BLOBS/$3" -C "$1/releases/$2"'
SWITCH = 'ln -sfn "$1/releases/$2" "$1/current.new" && mv -T "$1/current.new" "$1/current"'
HEALTH = 'exec "$1/current/bin/health" "$1" "$2"'
_STEPS = (("unpack", UNPACK), ("switch", SWITCH), ("health", HEALTH))


async def cold(fleet: Fleet) -> float:
    """Connect, deploy, close."""
    began = time.perf_counter()
    async with SshDriver() as driver:
        await _everywhere(fleet, lambda host: _deploy(driver, fleet, host, 1))
    return time.perf_counter() - began


async def warm(fleet: Fleet) -> float:
    """Deploy a second release over the connections of the first."""
    async with SshDriver() as driver:
        await _everywhere(fleet, lambda host: _deploy(driver, fleet.earlier(), host, 1))
        began = time.perf_counter()
        await _everywhere(fleet, lambda host: _deploy(driver, fleet, host, 2))
        return time.perf_counter() - began


async def _deploy(driver: SshDriver, fleet: Fleet, host: str, fence: int) -> None:
    arguments = (fleet.folder(host), fleet.version, fleet.sha256)
    steps = list(_STEPS)
    if fleet.hold_s:
        steps.insert(1, ("hold", f"sleep {fleet.hold_s}"))
    operations = [
        Operation(f"{host.replace('.', '-')}-{fence}-{step}", step, Effect.E2, script, arguments)
        for step, script in steps
    ]
    blob = Blob(fleet.sha256, fleet.size, Path(fleet.archive))
    session = await driver.session(_target(fleet, host))
    for outcome in await session.perform(operations, fence=fence, blobs=[blob]):
        assert outcome.status is Status.OK, outcome


def _target(fleet: Fleet, host: str) -> Target:
    config = {
        "host": host,
        "port": fleet.port,
        "user": fleet.user,
        "identity_file": fleet.identity,
        "host_key": fleet.host_key,
        "state_dir": f"{fleet.folder(host)}/state",
    }
    return Target(host, "ssh", config)


# --- the limit: nothing but the work ---

_BARE: dict[str, Any] = {
    "known_hosts": None,
    "config": None,
    "agent_path": None,
    "compression_algs": None,
    "kex_algs": ["curve25519-sha256"],
    "encryption_algs": ["aes128-gcm@openssh.com"],
    "preferred_auth": "publickey",
}


async def put2(fleet: Fleet) -> float:
    """Five steps, each an exec of its own on one connection; the upload through the input of one."""
    return await _bare(fleet, _five)


async def fused(fleet: Fleet) -> float:
    """The whole work in one exec: nobody can see where it stands."""
    return await _bare(fleet, _one)


async def fused_warm(fleet: Fleet) -> float:
    key = asyncssh.read_private_key(fleet.identity)
    connections: dict[str, asyncssh.SSHClientConnection] = {}

    async def first(host: str) -> None:
        connections[host] = await _connect(fleet, host, key)
        await _one(connections[host], fleet.earlier(), host)

    await _everywhere(fleet, first)
    began = time.perf_counter()
    await _everywhere(fleet, lambda host: _one(connections[host], fleet, host))
    took = time.perf_counter() - began
    for connection in connections.values():
        connection.close()
    return took


async def _bare(fleet: Fleet, work: Any) -> float:
    key = asyncssh.read_private_key(fleet.identity)
    handshakes = asyncio.Semaphore(32)

    async def one(host: str) -> None:
        async with handshakes:
            connection = await _connect(fleet, host, key)
        async with connection:
            await work(connection, fleet, host)

    began = time.perf_counter()
    await _everywhere(fleet, one)
    return time.perf_counter() - began


async def _connect(fleet: Fleet, host: str, key: asyncssh.SSHKey) -> asyncssh.SSHClientConnection:
    return await asyncssh.connect(host, fleet.port, username=fleet.user, client_keys=[key], **_BARE)


def commands(fleet: Fleet, host: str) -> list[str]:
    """Give the work as five commands; the first takes the archive on its input."""
    folder, version = fleet.folder(host), fleet.version
    archive = f"{folder}/shop.tar.gz"
    hold = f" && sleep {fleet.hold_s}" if fleet.hold_s else ""
    release = f"{folder}/releases/{version}"
    return [
        f"mkdir -p {folder} && cat >{archive}",
        f"echo '{fleet.sha256}  {archive}' | sha256sum -c >/dev/null",
        f"mkdir -p {release} && tar -xzf {archive} -C {release}{hold}",
        f"ln -sfn {release} {folder}/current.new && mv -T {folder}/current.new {folder}/current",
        f"{folder}/current/bin/health {folder} {version}",
    ]


async def _five(connection: asyncssh.SSHClientConnection, fleet: Fleet, host: str) -> None:
    content = fleet.content()
    for number, command in enumerate(commands(fleet, host)):
        await connection.run(command, input=content if number == 0 else None, encoding=None, check=True)


async def _one(connection: asyncssh.SSHClientConnection, fleet: Fleet, host: str) -> None:
    command = " && ".join(commands(fleet, host))
    await connection.run(command, input=fleet.content(), encoding=None, check=True)


async def _everywhere(fleet: Fleet, work: Any) -> None:
    room = asyncio.Semaphore(fleet.concurrency)

    async def one(host: str) -> None:
        async with room:
            await work(host)

    await asyncio.gather(*map(one, fleet.hosts))
