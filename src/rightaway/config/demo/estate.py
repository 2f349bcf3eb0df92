"""The shop before the story begins: real processes on loopback ports, four of them behind a real SSH server."""

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rightaway
from rightaway.domain.errors import NotFound, Unavailable
from rightaway.intake.configurations import ConfigurationFile
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml
from rightaway.library.packages import BuiltPackage, build_file

FIRST_VERSION = "2.3.0"
SSH_TAG = "ssh"
TIMEOUT_S = 5


def examples() -> Path:
    """Give the folder of the demonstration's files, which come with the source."""
    found = Path(rightaway.__file__).parents[2] / "examples" / "demo"
    if not found.is_dir():
        raise NotFound(
            "demo.no_files", "The demonstration's files are not here.", hint="Run it from the source tree."
        )
    return found


@dataclass
class Estate:
    """Folders, ports and processes of the demonstration."""

    home: Path
    configuration: ConfigurationFile
    shift: int
    ssh: dict[str, Any] | None = None

    @property
    def sources(self) -> Path:
        return self.home / "sources"

    def port(self, key: str) -> int:
        item = next(item for item in self.configuration.cis if item.key == key)
        return int(item.attributes["port"]) + self.shift

    @property
    def keys(self) -> list[str]:
        return [target.key for target in self.configuration.targets]

    def folder(self, key: str) -> Path:
        return self.home / "shop" / key

    def document(self) -> dict[str, Any]:
        """Give the configuration as it is on this machine: with its folders, ports and SSH server."""
        body = self.configuration.model_dump(mode="json", by_alias=True, exclude_none=True)
        for item in body["cis"]:
            if "port" in item.get("attributes", {}):
                item["attributes"] |= {
                    "port": str(self.port(item["key"])),
                    "home": str(self.folder(item["key"])),
                }
        for target in body["targets"]:
            state = {"state_dir": str(self.folder(target["key"]) / ".rightaway")}
            if self.ssh and SSH_TAG in target["tags"]:
                target |= {"driver": "ssh", "config": {**self.ssh, **state}}
            else:
                target["config"] = state
        return body

    def build(self, version: str) -> BuiltPackage:
        """Build the package of a version of the shop from its sources."""
        folder = self.sources / version
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, str(examples() / "shop" / "assemble.py"), version, str(folder)]
        subprocess.run(command, check=True)
        text = (examples() / "package.yaml").read_text().replace("@VERSION@", version)
        (folder / "package.yaml").write_text(text)
        return build_file(folder / "package.yaml", out=self.home / "built" / version)

    def install_first(self, package: BuiltPackage) -> None:
        """Put the version before the story on every target, as if it had always been there."""
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda key: self.run(key, package, "install", "migrate", "switch"), self.keys))

    def run(self, key: str, package: BuiltPackage, *procedures: str) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "TARGET_HOME": str(self.folder(key)),
            "TARGET_PORT": str(self.port(key)),
            "RIGHTAWAY_BLOBS": str(package.archive_path.parent),
            "PACKAGE_ARCHIVE": package.archive_path.name,
            "PACKAGE_DIGEST": package.digest,
        }
        self.folder(key).mkdir(parents=True, exist_ok=True)
        (self.folder(key) / "port").write_text(str(self.port(key)))
        for name in procedures:
            script = examples() / "shop" / "procedures" / f"{name}.sh"
            done = subprocess.run(
                ["sh", str(script)], env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise Unavailable(
                    "demo.target", f"{key}: {name} failed: {done.stderr[-500:] or done.stdout[-500:]}"
                )

    def reported(self, key: str) -> str:
        """Ask a target itself which version it serves; empty when it does not answer."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port(key)}/version", timeout=TIMEOUT_S
            ) as answer:
                return str(json.load(answer)["version"])
        except (OSError, ValueError):
            return ""

    def answers_in_yen(self, key: str) -> int:
        """Ask for a price in yen and give the status of the answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port(key)}/price", headers={"X-Currency": "JPY"}
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


def stop_all(home: Path) -> None:
    """Stop every process of the shop below a folder, and its SSH server."""
    for pid_file in home.glob("shop/*/run/*.pid"):
        _stop(pid_file, str(home))
    _stop(home / "sshd" / "sshd.pid", str(home))


def wake(home: Path) -> None:
    """Start again what ran when the demonstration was stopped."""
    if (home / "sshd" / "config").exists():
        _run_ssh(home / "sshd")
    folders = [folder for folder in sorted((home / "shop").glob("*")) if (folder / "current").exists()]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_restart, folders))


def _restart(folder: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "TARGET_HOME": str(folder),
        "TARGET_PORT": (folder / "port").read_text(),
    }
    command = ["sh", str(folder / "current" / "procedures" / "restart.sh")]
    subprocess.run(command, env=environment, check=False, capture_output=True)


def prepare(home: Path) -> Estate:
    """Read the configuration, choose free ports and start an SSH server where one is installed."""
    document = load_yaml((examples() / "configuration.yaml").read_bytes())
    configuration = read(document, ConfigurationFile)
    ports = [int(item.attributes["port"]) for item in configuration.cis if "port" in item.attributes]
    estate = Estate(home=home, configuration=configuration, shift=_shift(ports))
    estate.ssh = _start_ssh(home / "sshd")
    return estate


def _shift(ports: list[int]) -> int:
    """Give what to add to all ports so that each of them is free."""
    for shift in range(0, 20_000, 200):
        if all(_is_free(port + shift) for port in ports):
            return shift
    raise Unavailable(
        "demo.ports", "No free ports were found for the shop.", hint="Stop an earlier demonstration."
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _start_ssh(folder: Path) -> dict[str, Any] | None:
    keygen = shutil.which("ssh-keygen")
    if _sshd() is None or keygen is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("host_key", "user_key"):
        (folder / name).unlink(missing_ok=True)
        command = [keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    shutil.copy(folder / "user_key.pub", folder / "authorized_keys")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (folder / "config").write_text(_SSHD.format(folder=folder, port=port, path=os.environ["PATH"]))
    if not _run_ssh(folder):
        return None
    return {
        "host": "127.0.0.1",
        "port": port,
        "user": _user(),
        "identity_file": str(folder / "user_key"),
        "host_key": (folder / "host_key.pub").read_text().strip(),
    }


def _sshd() -> str | None:
    return shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ.get("PATH", ""))


def _run_ssh(folder: Path) -> bool:
    program = _sshd()
    if program is None:
        return False
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    command = [program, "-f", str(folder / "config"), "-E", str(folder / "log")]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


_SSHD = """Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile {folder}/sshd.pid
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
SetEnv PATH={path}
"""


def _user() -> str:
    import pwd  # noqa: PLC0415 -- not on every platform

    return pwd.getpwuid(os.geteuid()).pw_name


def _stop(pid_file: Path, mark: str) -> None:
    """End a process of ours by its pid file, and only if it really is ours."""
    try:
        pid = int(pid_file.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        if mark in command:
            os.kill(pid, 15)
    except (OSError, ValueError):
        return


@contextmanager
def running_copy(folder: Path, port: int) -> Iterator[None]:
    """Run the storefront of an assembled version by itself, for its tests."""
    environment = {
        "PATH": os.environ["PATH"],
        "TARGET_HOME": str(folder.parent / "test-home"),
        "TARGET_PORT": str(port),
        "TARGET_SERVICE": "storefront",
    }
    program = subprocess.Popen([sys.executable, "-B", str(folder / "app" / "storefront.py")], env=environment)
    try:
        yield
    finally:
        program.terminate()
        program.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(port: int, path: str, headers: Mapping[str, str]) -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
