"""The processes of one embedded server: making its data folder, launching it, telling whether it lives."""

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

from rightaway.config.embedded_binaries import ENVIRONMENT, Binaries
from rightaway.config.embedded_place import SOCKET_NAME, Place
from rightaway.domain.errors import Refused, Unavailable

ROLE = DATABASE = "rightaway"
_LOGS_KEPT, _LOG_MEGABYTES = 5, 10
_FIRST_STATEMENTS = {
    "postgres": f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8';\n",
    DATABASE: "CREATE EXTENSION btree_gist;\nCREATE EXTENSION pg_trgm;\n",
}
# Values of statements are kept out of the log: it would outlive what the product deletes.
_SETTINGS = f"""\
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 64MB
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
cluster_name = 'rightaway'
logging_collector = on
log_filename = '%Y%m%d-%H%M%S.log'
log_file_mode = 0600
log_rotation_age = 0
log_rotation_size = {_LOG_MEGABYTES}MB
log_min_error_statement = panic
log_error_verbosity = terse
"""
_DURABLE = "fsync = on\nsynchronous_commit = on\nfull_page_writes = on\n"
_FAST = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


def take_lock(place: Place) -> int | None:
    """
    Take the lock of the data folder, as a file descriptor; None when somebody has it.

    Whoever makes or launches the server holds it, and every process of the server inherits it. So it is
    free exactly when nothing works on the data folder, whatever was killed, and in whatever container.
    """
    lock = os.open(place.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def is_idle(place: Place) -> bool:
    if not place.lock.exists():
        return True
    lock = take_lock(place)
    if lock is None:
        return False
    os.close(lock)
    return True


def server_pid(place: Place) -> int | None:
    """The process id of the server of this data folder; None when that process does not live."""
    pid = _recorded_pid(place)
    return pid if pid and _serves(pid, place.data) else None


def is_ready(place: Place) -> bool:
    """Whether the server takes connections."""
    # Source: PostgreSQL, miscadmin.h: line 8 of postmaster.pid is the status.
    lines = _pid_lines(place)
    return len(lines) >= 8 and lines[7].strip() == "ready" and server_pid(place) is not None  # noqa: PLR2004


def is_durable(place: Place) -> bool:
    return _FAST not in place.settings.read_text()


def launch(place: Place, programs: Binaries, lock: int, *, durable: bool) -> None:
    """Start the server in its own session, so that it outlives us and our terminal; do not wait for it."""
    _clear_remains(place)
    if not place.data.exists():
        _create(place, programs, lock)
    _write_settings(place, durable=durable)
    _drop_old_logs(place)
    server = (programs.program("postgres"), "-D", str(place.data), f"--config-file={place.settings}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(_launch_log(place), flags, 0o600), "wb") as log:
        subprocess.run(
            ("/bin/sh", "-c", '"$@" &', "sh", *server),
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(lock,),
            cwd=place.folder,
            env=ENVIRONMENT,
            umask=0o077,
            **place.account.switch,
        )


def last_words(place: Place) -> str:
    """The end of what the server wrote most lately: why it did not start."""
    with contextlib.suppress(OSError):
        logs = [_launch_log(place), *sorted(place.log.glob("*.log"))]
        newest = max(logs, key=lambda log: log.stat().st_mtime)
        return newest.read_text(errors="replace")[-600:].strip()
    return ""


def _clear_remains(place: Place) -> None:
    """
    Remove the marks of a server that was killed.

    PostgreSQL itself trusts them too much: it refuses to start when an unrelated process has got the number
    of the dead server. We hold the lock, so only a server that was started without us can still be alive.
    """
    pid = server_pid(place)
    if pid:
        raise Refused(
            "database.started_elsewhere",
            f"a PostgreSQL (process {pid}) that Rightaway did not start works on {place.data}",
            hint=f"Stop it (kill -INT {pid}), then start Rightaway again.",
            at=str(place.data),
        )
    for mark in (
        place.data / "postmaster.pid",
        place.socket / SOCKET_NAME,
        place.socket / f"{SOCKET_NAME}.lock",
    ):
        mark.unlink(missing_ok=True)


def _create(place: Place, programs: Binaries, lock: int) -> None:
    """Make the data folder with its database; it gets its name only when all of it is there."""
    target = place.unfinished
    if target.exists():
        shutil.rmtree(target)
    place.give(target)
    # From 17 on the rules of text come with PostgreSQL, so an upgrade of the machine cannot change indexes.
    builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    locale = builtin if programs.major >= 17 else ()  # noqa: PLR2004
    _run(
        place,
        lock,
        (programs.program("initdb"), "-D", str(target), "-U", ROLE, "--auth=peer", "--data-checksums"),
        ("--encoding=UTF8", "--locale=C.UTF-8", "--lc-messages=C", "--no-instructions", *locale),
    )
    for database, statements in _FIRST_STATEMENTS.items():
        single = (programs.program("postgres"), "--single", "-D", str(target), "-c", "exit_on_error=on")
        _run(place, lock, single, (database,), text=statements)
    target.rename(place.data)
    folder = os.open(place.folder, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _run(place: Place, lock: int, command: tuple[str, ...], more: tuple[str, ...], *, text: str = "") -> None:
    # The child inherits the lock: when we are killed, nobody clears the folder while it still writes there.
    done = subprocess.run(
        (*command, *more),
        input=text,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
        pass_fds=(lock,),
        cwd=place.folder,
        env=ENVIRONMENT,
        umask=0o077,
        **place.account.switch,
    )
    if done.returncode:
        raise Unavailable(
            "database.not_created",
            f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-600:]}",
            hint="Nothing is half-done: when the cause is gone, start again.",
            at=str(place.data),
        )


def _write_settings(place: Place, *, durable: bool) -> None:
    """Write our own settings beside the data folder; those that initdb made are not read."""
    peers = sorted({place.account.name, pwd.getpwuid(os.geteuid()).pw_name, pwd.getpwuid(0).pw_name})
    names, rules = place.folder / "names.conf", place.folder / "access.conf"
    _replace(names, "".join(f'{ROLE} "{peer}" {ROLE}\n' for peer in peers))
    _replace(rules, "".join(f"local {what} {ROLE} peer map={ROLE}\n" for what in ("all", "replication")))
    files = f"hba_file = '{rules}'\nident_file = '{names}'\nlog_directory = '{place.log}'\n"
    sockets = f"unix_socket_directories = '{place.socket}'\n"
    _replace(place.settings, _SETTINGS + files + sockets + (_DURABLE if durable else _FAST))


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w") as file:
        file.write(text)
        os.fchmod(file.fileno(), 0o644)  # the account must read it; there is no secret in it
    fresh.rename(path)


def _drop_old_logs(place: Place) -> None:
    for log in sorted(place.log.glob("*.log"))[: -(_LOGS_KEPT - 1)]:
        log.unlink(missing_ok=True)


def _launch_log(place: Place) -> Path:
    return place.folder / "launch.log"


def _pid_lines(place: Place) -> list[str]:
    try:
        return (place.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _recorded_pid(place: Place) -> int | None:
    lines = _pid_lines(place)
    return int(lines[0]) if lines and lines[0].isdecimal() else None


def _serves(pid: int, data: Path) -> bool:
    """Whether the process is the server of this data folder; True also when that cannot be ruled out."""
    arguments = _arguments(pid)
    if not arguments or Path(arguments[0]).name not in {"postgres", "postmaster"}:
        return False
    if "-D" not in arguments[:-1]:
        return True
    folder = Path(arguments[arguments.index("-D") + 1])
    return not folder.is_absolute() or folder == data


def _arguments(pid: int) -> list[str]:
    if Path("/proc/self/cmdline").exists():  # Linux
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
        return []
    command = ("/bin/ps", "-ww", "-o", "command=", "-p", str(pid))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.split()


def interrupt(pid: int) -> None:
    """Ask for PostgreSQL's fast shutdown: sessions end, all that was committed is on the disk."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
