"""The doctor, on real databases: a healthy one, and ones that are ill in one way each."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from rightaway.config.embedded import running
from rightaway.domain.errors import Unavailable
from rightaway.queries import doctor
from rightaway.queries.doctor import Finding, Subject, examine, exit_code, render

ENGINE = "workflow_name text, queue_name text"


@pytest.fixture(scope="module")
def url(make_folder: Callable[[], Path]) -> Iterator[str]:
    with running(make_folder()) as server:
        yield server.url


@pytest.fixture
def healthy(url: str, tmp_path: Path) -> Subject:
    secret = tmp_path / "secret.key"
    secret.touch(mode=0o600)
    return Subject(
        url=url,
        home=tmp_path,
        secrets=[secret],
        pending_migrations=list,
        engine_signature=lambda: ENGINE,
        engine_wanted=ENGINE,
    )


def finding(name: str, subject: Subject) -> Finding:
    return next(one for one in examine(subject) if one.name == name)


def ill(url: str, *statements: str) -> str:
    """A database of its own, made ill by these statements."""
    with psycopg.connect(url, autocommit=True) as session:
        session.execute("DROP DATABASE IF EXISTS ill")
        session.execute(
            "CREATE DATABASE ill TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc"
        )
        for statement in statements:
            session.execute(statement)
    return url.replace("/rightaway?", "/ill?")


def test_examine__mail_server_that_refuses__is_wrong_with_its_answer(healthy: Subject) -> None:
    one = finding("mail", replace(healthy, mail=lambda: "535 Authentication failed"))
    assert (one.ok, one.found) == (False, "535 Authentication failed")
    assert "rightaway mail test" in one.remedy


def test_examine__healthy_installation__nothing_wrong_and_nothing_unknown(healthy: Subject) -> None:
    findings = examine(healthy)
    assert [one for one in findings if one.ok is not True] == []
    assert exit_code(findings) == 0


@pytest.mark.parametrize(
    ("name", "statement", "found"),
    [
        ("database synchronous_commit", "ALTER DATABASE ill SET synchronous_commit = off", "off"),
        ("database TimeZone", "ALTER DATABASE ill SET timezone = 'Asia/Tokyo'", "Asia/Tokyo"),
        ("database server_encoding", "SELECT 1", "SQL_ASCII"),
        ("database extensions", "SELECT 1", "missing: btree_gist, pg_trgm"),
    ],
)
def test_examine__database_is_ill_in_one_way__that_is_wrong(
    healthy: Subject, url: str, name: str, statement: str, found: str
) -> None:
    one = finding(name, replace(healthy, url=ill(url, statement)))
    assert (one.ok, one.found) == (False, found)
    assert one.remedy


def test_examine__server_trades_safety_for_speed__fsync_and_full_pages_are_wrong(
    healthy: Subject, make_folder: Callable[[], Path]
) -> None:
    with running(make_folder(), durable=False) as server:
        wrong = {one.name for one in examine(replace(healthy, url=server.url)) if one.ok is False}
    assert wrong == {"database fsync", "database full_page_writes", "database synchronous_commit"}


def test_examine__database_does_not_answer__wrong_and_the_rest_unknown(
    healthy: Subject, tmp_path: Path
) -> None:
    findings = examine(replace(healthy, url=f"postgresql://rightaway@/rightaway?host={tmp_path}"))
    by_name = {one.name: one.ok for one in findings}
    assert (by_name["database"], by_name["migrations"], by_name["engine"]) == (False, None, None)
    assert exit_code(findings) == 1


def test_version__older_than_wanted__wrong() -> None:
    assert [doctor._version(number).ok for number in (14_0012, 15_0001)] == [False, True]


def test_python__older_than_wanted__wrong() -> None:
    assert [doctor._python(version).ok for version in ((3, 10, 9), (3, 11, 0), (4, 0, 0))] == [
        False,
        True,
        True,
    ]


def test_examine__few_connections__wrong(healthy: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "CONNECTIONS", 101)
    assert finding("database max_connections", healthy).ok is False


def test_examine__host_clock_is_ahead__wrong(healthy: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time
    monkeypatch.setattr(doctor.time, "time", lambda: now() + 3)
    one = finding("clock", healthy)
    assert (one.ok, one.found) == (False, "3.0 s apart from the database's")


def test_examine__little_room__wrong(healthy: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "FREE_DISK_BYTES", 2**60)
    assert finding("free disk", healthy).ok is False


def test_examine__home_not_made_yet__disk_above_it_counts(healthy: Subject, tmp_path: Path) -> None:
    assert finding("free disk", replace(healthy, home=tmp_path / "a" / "b")).found.endswith(
        f"under {tmp_path}"
    )


@pytest.mark.parametrize(("mode", "ok"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False)])
def test_examine__secret_file__only_its_owner_may_read(healthy: Subject, mode: int, ok: bool) -> None:
    healthy.secrets[0].chmod(mode)
    assert finding("secret secret.key", healthy).ok is ok


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_examine__secret_file_of_another_account__wrong(healthy: Subject) -> None:
    os.chown(healthy.secrets[0], 1, 1)
    assert finding("secret secret.key", healthy).ok is False


def test_examine__secret_file_not_made_yet__unknown(healthy: Subject, tmp_path: Path) -> None:
    lacking = replace(healthy, secrets=[tmp_path / "absent.key"])
    assert (finding("secret absent.key", lacking).ok, exit_code(examine(lacking))) == (None, 0)


def test_examine__migrations_pending__wrong_and_named(healthy: Subject) -> None:
    one = finding("migrations", replace(healthy, pending_migrations=lambda: ["releases.0002_more"]))
    assert (one.ok, "releases.0002_more" in one.found) == (False, True)


def test_examine__migrations_cannot_be_read__wrong_with_the_reason(healthy: Subject) -> None:
    def fail() -> list[str]:
        raise Unavailable("database.gone", "the table is locked")

    assert finding("migrations", replace(healthy, pending_migrations=fail)).found == "the table is locked"


@pytest.mark.parametrize("signature", [None, "workflow_name text"])
def test_examine__engine_absent_or_of_another_version__wrong(healthy: Subject, signature: str | None) -> None:
    assert finding("engine", replace(healthy, engine_signature=lambda: signature)).ok is False


def test_render__one_of_each__says_it_in_words_with_the_remedy() -> None:
    text = render(
        [
            Finding("python", ok=True, found="3.11.7", wanted="3.11 or newer", remedy="never shown"),
            Finding("fsync", ok=False, found="off", wanted="on", remedy="turn it on"),
            Finding("clock", ok=None, found="no answer", wanted="a look"),
        ]
    )
    assert text.splitlines() == [
        "ok       python  3.11.7",
        "WRONG    fsync   off, wanted: on",
        "                 remedy: turn it on",
        "unknown  clock   no answer, wanted: a look",
    ]
