"""A real OpenSSH server with keys and a port of its own, for whoever runs the tests."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh

_SEPARATION = Path("/run/sshd")  # a server of root insists on it


@dataclass(frozen=True)
class Sshd:
    """
    A running server.

    Args:
        home: What its sessions take for the user's home, so that no start-up file of the user takes part.
    """

    port: int
    host_key: str
    identity: Path
    home: Path

    def config(self, **more: Any) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": pwd.getpwuid(os.getuid()).pw_name,
            "identity_file": str(self.identity),
            "host_key": self.host_key,
            "state_dir": str(self.home / "state"),
            **more,
        }


@contextlib.contextmanager
def serving(folder: Path, *options: str, key_type: str = "ssh-ed25519") -> Iterator[Sshd]:
    program = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    assert program is not None
    home = folder / "home"
    home.mkdir(parents=True)
    host_key, identity = asyncssh.generate_private_key(key_type), asyncssh.generate_private_key("ssh-ed25519")
    for name, key in (("host_key", host_key), ("identity", identity)):
        key.write_private_key(folder / name)
        (folder / name).chmod(0o600)
    identity.write_public_key(folder / "authorized_keys")
    port = _free_port()
    (folder / "sshd_config").write_text(_configuration(folder, home, port, options))
    if os.getuid() == 0:
        _SEPARATION.mkdir(mode=0o755, exist_ok=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "-D", "-e", "-f", folder / "sshd_config"], stderr=log)
        try:
            _wait_for(port, process, folder / "log")
            line = host_key.export_public_key("openssh").decode().strip()
            yield Sshd(port, line, folder / "identity", home)
        finally:
            process.terminate()
            process.wait()


def _configuration(folder: Path, home: Path, port: int, options: tuple[str, ...]) -> str:
    lines = [
        *options,  # of two the server takes the first
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {folder / 'host_key'}",
        f"AuthorizedKeysFile {folder / 'authorized_keys'}",
        f"SetEnv HOME={home}",
        "PidFile none",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin prohibit-password",
        "MaxStartups 1000",
        "MaxSessions 100",
    ]
    return "\n".join(lines) + "\n"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError(f"sshd did not start: {log.read_text()}")
