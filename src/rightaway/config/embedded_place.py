"""Where the embedded PostgreSQL keeps its files, and as which account of the machine it runs."""

import hashlib
import os
import pwd
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rightaway.domain.errors import Invalid, Refused, Unavailable

SYSTEM_FOLDER = Path("/var/lib/rightaway")
SERVICE_ACCOUNT = "nobody"
SOCKET_NAME = ".s.PGSQL.5432"
# Source: sun_path of unix(7), 108 bytes with its end mark; 104 on macOS.
_SOCKET_PATH_MAX = 103 if sys.platform == "darwin" else 107
# libpq splits a host at commas; PostgreSQL's settings file gives the others a meaning.
_FORBIDDEN = frozenset(",\"'\\\n\r\0")


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    uid: int
    gid: int

    @property
    def switch(self) -> dict[str, Any]:
        """Arguments for `subprocess` that make a child run as this account; nothing when we already do."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def may_enter(self, folder: Path) -> bool:
        """By owner, group and mode alone: an access list may allow more, which costs only a detour."""
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


@dataclass(frozen=True, slots=True)
class Place:
    """
    One database server's own folder.

    The folder belongs to whoever starts the server; only what is inside `data`, `socket` and `log` belongs
    to the account. So nothing the account can do leads a starter with more rights to write elsewhere.
    """

    folder: Path
    account: Account
    note: str = ""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def unfinished(self) -> Path:
        """A data folder in the making; it becomes `data` in one rename."""
        return self.folder / "data.unfinished"

    @property
    def socket(self) -> Path:
        return self.folder / "socket"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def lock(self) -> Path:
        return self.folder / "server.lock"

    @property
    def settings(self) -> Path:
        return self.folder / "server.conf"

    @property
    def major(self) -> int | None:
        """The major version of PostgreSQL that wrote the data folder; None when there is no such folder."""
        try:
            return int((self.data / "PG_VERSION").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def make(self) -> None:
        try:
            _make(self.folder)
            self.give(self.socket)
            self.give(self.log)
        except OSError as error:
            raise Unavailable(
                "database.folder_not_writable",
                f"the database folder {self.folder} cannot be made: {error.strerror}",
                hint="Choose a home that this account may write, or start Rightaway with another account.",
                at=str(self.folder),
            ) from error

    def give(self, folder: Path) -> None:
        """Make the folder, readable by the account only."""
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
        if self.account.uid != os.geteuid():
            os.chown(folder, self.account.uid, self.account.gid)


def place(home: Path) -> Place:
    """
    Decide where the database of a home lives.

    PostgreSQL refuses to run as root, so as root it runs as `nobody`, and a home that this account cannot
    reach has its database under /var/lib/rightaway; `Place.note` then says so.

    Raises:
        Refused: the database there belongs to another account.
        Invalid: the path cannot carry a socket.
    """
    home = home.expanduser().resolve()
    account = _account()
    asked = Place(home / "postgresql", account)
    found = asked if account.uid == os.geteuid() else _as_root(home, asked)
    _check_owner(found)
    _check_path(found)
    return found


def _as_root(home: Path, asked: Place) -> Place:
    name = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    note = f"{asked.account.name} cannot safely use {home}, so its database is in {SYSTEM_FOLDER / name}"
    moved = Place(SYSTEM_FOLDER / name / "postgresql", asked.account, note)
    usable = _usable(home, asked.account)
    if asked.data.exists():
        _check_owner(asked)
        if not usable:
            raise Refused(
                "database.folder_unreachable",
                f"there is a database in {asked.data}, but {asked.account.name} may not enter its folder",
                hint="Give its folders back the permissions they had, or start as the account that owns it.",
                at=str(asked.data),
            )
        return asked
    return asked if usable and not moved.data.exists() else moved


def _usable(home: Path, account: Account) -> bool:
    """Root's own folder that the account may pass through: anybody else's could be swapped under our feet."""
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    mine = existing.stat().st_uid == os.geteuid()
    return mine and all(account.may_enter(folder) for folder in (existing, *existing.parents))


def _account() -> Account:
    try:
        user = pwd.getpwnam(SERVICE_ACCOUNT) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    except KeyError as error:
        wanted = SERVICE_ACCOUNT if os.geteuid() == 0 else f"number {os.geteuid()}"
        raise Unavailable(
            "database.no_account",
            f"this machine has no account {wanted}, and PostgreSQL cannot run without one",
            hint="Add it to /etc/passwd, or set RIGHTAWAY_DATABASE_URL to a PostgreSQL 15 or newer.",
        ) from error
    return Account(user.pw_name, user.pw_uid, user.pw_gid)


def _check_owner(found: Place) -> None:
    for folder, owner in ((found.folder, os.geteuid()), (found.data, found.account.uid)):
        try:
            actual = folder.stat().st_uid
        except FileNotFoundError:
            continue
        except PermissionError:
            actual = -1
        if actual != owner:
            raise Refused(
                "database.other_account",
                f"the database in {found.folder} belongs to another account",
                hint="Start Rightaway as the account that owns it, or choose another home.",
                at=str(folder),
            )


def _check_path(found: Place) -> None:
    if _FORBIDDEN & set(str(found.folder)):
        raise Invalid(
            "database.home_unusable",
            f"the path {str(found.folder)!r} holds a comma, a quote, a backslash or a line end",
            hint="Choose a home without these characters.",
            at=str(found.folder),
        )
    socket = os.fsencode(found.socket / SOCKET_NAME)
    if len(socket) > _SOCKET_PATH_MAX:
        raise Invalid(
            "database.socket_path_too_long",
            f"the socket path would have {len(socket)} bytes; the system allows {_SOCKET_PATH_MAX}",
            hint=f"Choose a home with a path that is {len(socket) - _SOCKET_PATH_MAX} bytes shorter.",
            at=str(found.socket),
        )


def _make(folder: Path) -> None:
    """Make a folder and the missing ones above it; root's are open for passing through, not for listing."""
    mode = 0o711 if os.geteuid() == 0 else 0o700
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        path.chmod(mode)
