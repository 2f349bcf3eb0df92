"""What an installation needs, looked at one by one, each with its remedy. It changes nothing."""

import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.db import Error as DjangoDatabaseError

from rightaway.domain.errors import RightawayError

OLDEST_PYTHON = (3, 11)
OLDEST_POSTGRESQL = 15
EXTENSIONS = ("btree_gist", "pg_trgm")
CLOCK_DIFFERENCE_S = 2.0
FREE_DISK_BYTES = 1024**3
# Web pool, worker pool and the engine's own, and three for the administrator.
CONNECTIONS = 60

# Source: PostgreSQL manual, 19.5 and 19.11; what each promise of durability stands on.
_SETTINGS = {
    "fsync": ("on",),
    "synchronous_commit": ("on", "remote_apply"),
    "full_page_writes": ("on",),
    "data_checksums": ("on",),
    "server_encoding": ("UTF8",),
    "TimeZone": ("UTC", "Etc/UTC"),
}
_SETTING_REMEDIES = {
    "data_checksums": "Stop PostgreSQL, run pg_checksums --enable on its data folder, start it again.",
    "server_encoding": "Make the database anew: CREATE DATABASE name TEMPLATE template0 ENCODING 'UTF8'.",
    "TimeZone": "ALTER DATABASE name SET timezone TO 'UTC', then connect again.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`ok` is None when it could not be looked at; the remedy is empty when there is nothing to do."""

    name: str
    ok: bool | None
    found: str
    wanted: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """
    What is examined.

    Args:
        url: The database, as psycopg takes it.
        home: Where packages and logs grow.
        secrets: Files that only their owner may read, and folders that only their owner may enter.
        pending_migrations: Gives the names of migrations that have not run.
        engine_signature: Gives the arguments of the engine's `enqueue_workflow`, None when it is absent.
        engine_wanted: The arguments that this Rightaway calls it with.
        mail: Signs in to the mail server and gives what went wrong; None when none is configured.
    """

    url: str
    home: Path
    secrets: Sequence[Path]
    pending_migrations: Callable[[], Sequence[str]]
    engine_signature: Callable[[], str | None]
    engine_wanted: str
    mail: Callable[[], str | None] = lambda: None


def examine(subject: Subject) -> list[Finding]:
    return [
        _python(sys.version_info[:3]),
        *_database(subject),
        _disk(subject.home),
        *(_secret(path) for path in subject.secrets),
        _mail(subject.mail),
    ]


def exit_code(findings: Sequence[Finding]) -> int:
    """0 when nothing is wrong, 1 otherwise. Unknown is not wrong: its cause, if any, is named too."""
    return int(any(finding.ok is False for finding in findings))


def render(findings: Sequence[Finding]) -> str:
    width = max((len(finding.name) for finding in findings), default=0)
    lines = []
    for finding in findings:
        word = {True: "ok", False: "WRONG", None: "unknown"}[finding.ok]
        wanted = "" if finding.ok else f", wanted: {finding.wanted}"
        lines.append(f"{word:<8} {finding.name:<{width}}  {finding.found}{wanted}")
        if finding.ok is not True and finding.remedy:
            lines.append(f"{'':8} {'':{width}}  remedy: {finding.remedy}")
    return "\n".join(lines)


def _python(version: tuple[int, ...]) -> Finding:
    return Finding(
        "python",
        version[:2] >= OLDEST_PYTHON,
        ".".join(map(str, version)),
        f"{'.'.join(map(str, OLDEST_PYTHON))} or newer",
        "Install a newer Python and start Rightaway with it.",
    )


def _database(subject: Subject) -> Iterator[Finding]:
    wanted = "answers a connection within 5 s"
    try:
        session = psycopg.connect(subject.url, autocommit=True, connect_timeout=5, client_encoding="UTF8")
    except psycopg.Error as error:
        remedy = "Start the database, or correct RIGHTAWAY_DATABASE_URL."
        yield Finding("database", ok=False, found=_first_line(error), wanted=wanted, remedy=remedy)
        rest = ("database settings", "database extensions", "clock", "migrations", "engine")
        yield from (
            Finding(name, None, "the database does not answer", "a look at the database") for name in rest
        )
        return
    with closing(session):
        yield Finding("database", ok=True, found=_where(session), wanted=wanted)
        yield _version(session.info.server_version)
        yield from _settings(session)
        yield _primary(session)
        yield _extensions(session)
        yield _clock(session)
    yield _migrations(subject.pending_migrations)
    yield _engine(subject.engine_signature, subject.engine_wanted)


def _where(session: psycopg.Connection) -> str:
    return f"{session.info.dbname} at {session.info.host}, as {session.info.user}"


def _version(number: int) -> Finding:
    major, minor = divmod(number, 10_000)
    return Finding(
        "database version",
        major >= OLDEST_POSTGRESQL,
        f"{major}.{minor}",
        f"{OLDEST_POSTGRESQL} or newer",
        "Move the data to a newer PostgreSQL: pg_dump from the old one, pg_restore into the new one.",
    )


def _settings(session: psycopg.Connection) -> Iterator[Finding]:
    for name, allowed in _SETTINGS.items():
        value = _setting(session, name)
        remedy = _SETTING_REMEDIES.get(
            name, f"ALTER SYSTEM SET {name} = {allowed[0]}; SELECT pg_reload_conf();"
        )
        yield Finding(f"database {name}", value in allowed, value, " or ".join(allowed), remedy)
    connections = int(_setting(session, "max_connections"))
    yield Finding(
        "database max_connections",
        connections >= CONNECTIONS,
        str(connections),
        f"{CONNECTIONS} or more",
        f"ALTER SYSTEM SET max_connections = {CONNECTIONS}, then restart PostgreSQL.",
    )


def _primary(session: psycopg.Connection) -> Finding:
    standby = _one(session, "SELECT pg_is_in_recovery()")
    return Finding(
        "database role",
        not standby,
        "a standby" if standby else "the primary",
        "the primary: approvals and locks are taken there only",
        "Let RIGHTAWAY_DATABASE_URL name the primary.",
    )


def _extensions(session: psycopg.Connection) -> Finding:
    rows = session.execute("SELECT extname FROM pg_extension").fetchall()
    missing = sorted(set(EXTENSIONS) - {name for (name,) in rows})
    return Finding(
        "database extensions",
        not missing,
        f"missing: {', '.join(missing)}" if missing else ", ".join(EXTENSIONS),
        ", ".join(EXTENSIONS),
        " ".join(f"CREATE EXTENSION {name};" for name in missing),
    )


def _clock(session: psycopg.Connection) -> Finding:
    before = time.time()
    there = float(str(_one(session, "SELECT extract(epoch FROM clock_timestamp())")))
    here = (before + time.time()) / 2
    return _clock_difference(here - there)


def _clock_difference(difference_s: float) -> Finding:
    return Finding(
        "clock",
        abs(difference_s) <= CLOCK_DIFFERENCE_S,
        f"{abs(difference_s):.1f} s apart from the database's",
        f"at most {CLOCK_DIFFERENCE_S:g} s: windows and leases compare the two",
        "Let chrony or systemd-timesyncd set the clocks of both machines.",
    )


def _migrations(pending: Callable[[], Sequence[str]]) -> Finding:
    wanted, remedy = "all have run", "Stop web and worker, run `rightaway migrate`, start them again."
    try:
        names = pending()
    except (psycopg.Error, DjangoDatabaseError, RightawayError) as error:
        return Finding("migrations", ok=False, found=_first_line(error), wanted=wanted, remedy=remedy)
    return Finding(
        "migrations", not names, f"to run: {', '.join(names)}" if names else wanted, wanted, remedy
    )


def _engine(signature: Callable[[], str | None], wanted: str) -> Finding:
    try:
        arguments = signature()
    except (psycopg.Error, DjangoDatabaseError, RightawayError) as error:
        ok, found = False, _first_line(error)
    else:
        ok = arguments == wanted
        signature_found = "its tables are missing" if arguments is None else f"enqueue_workflow({arguments})"
        found = "its tables fit" if ok else signature_found
    remedy = "Run `rightaway migrate` of the same version that web and worker have."
    return Finding("engine", ok, found, f"enqueue_workflow({wanted})", remedy)


def _disk(home: Path) -> Finding:
    wanted = f"{FREE_DISK_BYTES / 1024**3:g} GiB"
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    return Finding(
        "free disk",
        free >= FREE_DISK_BYTES,
        f"{free / 1024**3:.1f} GiB under {existing}",
        wanted,
        "Make room, or move the home (RIGHTAWAY_HOME) to a larger disk.",
    )


def _mail(check: Callable[[], str | None]) -> Finding:
    problem = check()
    if problem is None:
        return Finding("mail", ok=True, found="none is configured: people are told in the inbox", wanted="")
    remedy = "Correct the settings that begin with RIGHTAWAY_SMTP, then: rightaway mail test ADDRESS."
    return Finding(
        "mail", not problem, problem or "the mail server answers", "the mail server answers", remedy
    )


def _secret(path: Path) -> Finding:
    name = f"secret {path.name}"
    try:
        found = path.stat()
    except OSError as error:
        remedy = "Start Rightaway once: it makes the file." if isinstance(error, FileNotFoundError) else ""
        return Finding(name, None, f"{path}: {error.strerror}", "a file that only we can read", remedy)
    mode, wanted = stat.S_IMODE(found.st_mode), 0o700 if path.is_dir() else 0o600
    mine = found.st_uid == os.geteuid()
    return Finding(
        name,
        mine and not mode & ~wanted,
        f"{path}: {mode:04o}{'' if mine else ', of another account'}",
        f"{wanted:04o}, our own",
        f"chown {os.geteuid()} {path} && chmod {wanted:04o} {path}",
    )


def _setting(session: psycopg.Connection, name: str) -> str:
    return str(_one(session, "SELECT current_setting(%s)", name))


def _one(session: psycopg.Connection, query: str, *parameters: str) -> object:
    row = session.execute(query, parameters).fetchone()
    return row[0] if row else None


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
