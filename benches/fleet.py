"""A fleet of real OpenSSH servers on loopback addresses, and the package that is deployed to it."""

import contextlib
import gzip
import hashlib
import io
import json
import os
import pwd
import random
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

VERSION = "1.2.3"
_PER_SERVER = 16  # an OpenSSH server listens on at most so many addresses
_PAYLOAD = 64_600  # gives an archive of about 64 KiB


@dataclass(frozen=True)
class Fleet:
    """What a contender is told; every path is on a disk in memory."""

    hosts: list[str]
    port: int
    user: str
    identity: str
    host_key: str
    root: str
    archive: str
    sha256: str
    size: int
    concurrency: int
    hold_s: float = 0.0
    version: str = VERSION

    def earlier(self) -> "Fleet":
        """Give the same fleet with another release of the same size."""
        content = Path(f"{self.archive}.earlier").read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        return replace(
            self, archive=f"{self.archive}.earlier", sha256=sha256, size=len(content), version="1.2.2"
        )

    def content(self) -> bytes:
        return Path(self.archive).read_bytes()

    def folder(self, host: str) -> str:
        return f"{self.root}/{host}"

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "Fleet":
        return cls(**json.loads(path.read_text()))

    def count_deployed(self) -> int:
        """Count the targets that have the whole release, by looking at their files."""
        return sum(self._is_deployed(Path(self.folder(host))) for host in self.hosts)

    def _is_deployed(self, folder: Path) -> bool:
        current = folder / "current"
        return (
            current.is_symlink()
            and current.resolve() == folder / "releases" / self.version
            and (current / "bin" / "health").is_file()
            and (current / "payload").stat().st_size == _PAYLOAD
            and (folder / "healthy").read_text().strip() == self.version
        )

    def clear(self) -> None:
        for host in self.hosts:
            shutil.rmtree(self.folder(host), ignore_errors=True)
            Path(self.folder(host)).mkdir()


@contextlib.contextmanager
def running(size: int, concurrency: int, hold_s: float = 0.0) -> Iterator[Fleet]:
    memory = Path("/dev/shm")
    base = Path(tempfile.mkdtemp(prefix="rightaway-bench-", dir=memory if memory.is_dir() else None))
    servers: list[subprocess.Popen[bytes]] = []
    try:
        hosts = [f"127.0.{1 + number // 250}.{1 + number % 250}" for number in range(size)]
        archive = _archive(base)
        _archive(base, "shop.tar.gz.earlier", seed=2)
        fleet = Fleet(
            hosts=hosts,
            port=_free_port(),
            user=pwd.getpwuid(os.getuid()).pw_name,
            identity=str(_key(base, "identity")),
            host_key=" ".join(_key(base, "host_key").with_suffix(".pub").read_text().split()[:2]),
            root=str(base / "targets"),
            archive=str(archive),
            sha256=hashlib.sha256(archive.read_bytes()).hexdigest(),
            size=archive.stat().st_size,
            concurrency=concurrency,
            hold_s=hold_s,
        )
        Path(fleet.root).mkdir()
        fleet.clear()
        servers += [_server(base, fleet, hosts[at : at + _PER_SERVER]) for at in range(0, size, _PER_SERVER)]
        _wait(fleet)
        yield fleet
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait()
        shutil.rmtree(base, ignore_errors=True)


def _server(base: Path, fleet: Fleet, hosts: list[str]) -> subprocess.Popen[bytes]:
    program = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        raise SystemExit("benches.fanout needs a real OpenSSH server (package openssh-server)")
    home = base / "home"
    home.mkdir(exist_ok=True)
    shutil.copy(base / "identity.pub", base / "authorized_keys")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    lines = [f"ListenAddress {host}:{fleet.port}" for host in hosts]
    lines += [
        f"HostKey {base / 'host_key'}",
        f"AuthorizedKeysFile {base / 'authorized_keys'}",
        f"SetEnv HOME={home}",  # no start-up file of the user takes part
        "PidFile none",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "PermitRootLogin prohibit-password",
        "MaxStartups 5000",
        "MaxSessions 100",
        "Subsystem sftp internal-sftp",
    ]
    config = base / f"sshd_config.{hosts[0]}"
    config.write_text("\n".join(lines) + "\n")
    return subprocess.Popen([program, "-D", "-f", config], stderr=subprocess.DEVNULL)


def _key(base: Path, name: str) -> Path:
    path = base / name
    if not path.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


def _archive(base: Path, name: str = "shop.tar.gz", seed: int = 1) -> Path:
    health = b'#!/bin/sh\nprintf "%s\\n" "${2}" >"${1}/healthy"\necho healthy\n'
    files = {"bin/health": health, "payload": random.Random(seed).randbytes(_PAYLOAD)}
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for member_name, content in files.items():
            member = tarfile.TarInfo(member_name)
            member.size, member.mode = len(content), 0o755
            tar.addfile(member, io.BytesIO(content))
    path = base / name
    path.write_bytes(gzip.compress(raw.getvalue(), mtime=0))
    return path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(fleet: Fleet) -> None:
    deadline = time.monotonic() + 30
    for host in fleet.hosts[::_PER_SERVER]:
        while True:
            try:
                socket.create_connection((host, fleet.port), timeout=1).close()
            except OSError:
                if time.monotonic() > deadline:
                    raise SystemExit(f"no SSH server at {host}") from None
                time.sleep(0.02)
            else:
                break
