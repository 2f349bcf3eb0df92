"""The embedded PostgreSQL, started for real; nothing here is simulated but the accidents."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
import sqlalchemy

from rightaway.config import embedded, embedded_binaries, embedded_place, embedded_server
from rightaway.config.embedded import Running, State, database, start, status, stop
from rightaway.config.embedded_place import Place, place
from rightaway.config.embedded_url import connection
from rightaway.domain.errors import Invalid, Refused, Unavailable

_ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not _ROOT, reason="only root can act for two accounts")


@pytest.fixture(scope="module")
def shared(make_folder: Callable[[], Path]) -> Iterator[Path]:
    """A home with a running server, for the tests that only look."""
    home = make_folder()
    start(home)
    yield home
    stop(home)


@pytest.fixture
def home(folder: Path) -> Iterator[Path]:
    yield folder
    stop(folder)


def ask(running: Running, query: str) -> object:
    with psycopg.connect(running.url) as session:
        row = session.execute(query).fetchone()
    return row[0] if row else None


def until(condition: Callable[[], object], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def in_process(code: str, home: Path, **how: object) -> subprocess.Popen[str]:
    """Another Rightaway, in its own process and session."""
    program = (
        f"from pathlib import Path\nfrom rightaway.config.embedded import *\nhome = Path({str(home)!r})\n"
    )
    return subprocess.Popen(
        (sys.executable, "-c", program + code),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **how,
    )


# --- what a first start gives ---


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SHOW data_checksums", "on"),
        ("SHOW fsync", "on"),
        ("SHOW synchronous_commit", "on"),
        ("SHOW full_page_writes", "on"),
        ("SHOW listen_addresses", ""),
        ("SHOW TimeZone", "UTC"),
        ("SHOW max_connections", "100"),
        ("SELECT current_user || '@' || current_database()", "rightaway@rightaway"),
        ("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = 'rightaway'", "UTF8"),
        ("SELECT array_agg(extname ORDER BY extname) FROM pg_extension WHERE extname <> 'plpgsql'",
         ["btree_gist", "pg_trgm"]),
        ("SELECT upper('gr\u00fc\u00df gott \u00e9')", "GR\u00dc\u00df GOTT \u00c9"),
    ],
)  # fmt: skip
def test_first_start__fresh_home__database_is_as_promised(shared: Path, query: str, expected: object) -> None:
    assert ask(start(shared), query) == expected


def test_connection__its_three_notations__each_reaches_the_database(shared: Path) -> None:
    running = start(shared)
    django = {key.lower(): value for key, value in running.django.items() if key in {"USER", "HOST"}}
    engine = sqlalchemy.create_engine(running.sqlalchemy)

    with (
        psycopg.connect(running.url) as by_url,
        psycopg.connect(dbname=running.django["NAME"], **django) as by_facts,
    ):
        names = {by_url.info.dbname, by_facts.info.dbname}
    with engine.connect() as by_engine:
        names.add(by_engine.scalar(sqlalchemy.text("SELECT current_database()")))
    engine.dispose()

    assert names == {"rightaway"}


def test_address__before_any_start__is_where_the_server_will_be(shared: Path) -> None:
    assert embedded.address(shared).url == start(shared).url


def test_access__any_other_role__refused(shared: Path) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        psycopg.connect(start(shared).url, user="postgres")


def test_access__service_account__may_connect_too(shared: Path) -> None:
    where = place(shared)
    command = (
        embedded_binaries.binaries(where).program("psql"),
        start(shared).url,
        "-AtXc",
        "SELECT current_user",
    )
    said = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd="/", **where.account.switch
    )
    assert said.stdout == "rightaway\n"


def test_folders__running__closed_to_everybody_else(shared: Path) -> None:
    running = start(shared)
    assert [oct(path.stat().st_mode & 0o777) for path in (running.socket_dir, running.data_dir)] == [
        "0o700"
    ] * 2


def test_server__running__leads_its_own_session(shared: Path) -> None:
    pid = status(shared).pid
    assert pid
    assert os.getsid(pid) not in {os.getsid(0), os.getsid(os.getppid())}


def test_log__failing_statement__values_are_not_written(shared: Path) -> None:
    running = start(shared)
    with psycopg.connect(running.url, autocommit=True) as session:
        session.execute("CREATE TEMP TABLE secrets (value text PRIMARY KEY)")
        session.execute("INSERT INTO secrets VALUES ('tell-nobody')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            session.execute("INSERT INTO secrets VALUES ('tell-nobody')")

    def logs() -> str:
        return "".join(log.read_text() for log in status(shared).log_dir.iterdir())

    # The server writes its log through a collector of its own, hence a moment later.
    until(lambda: "duplicate key" in logs())
    assert "tell-nobody" not in logs()


# --- one server for all ---


def test_start__already_running__same_server(shared: Path) -> None:
    before = status(shared).pid
    start(shared)
    assert status(shared).pid == before


def test_start__four_processes_at_once_on_a_fresh_home__one_server(home: Path) -> None:
    processes = [in_process("start(home); print(status(home).pid)", home) for _ in range(4)]
    answers = {process.communicate(timeout=120)[0].strip() for process in processes}
    assert answers == {str(status(home).pid)}


def test_start__process_with_many_open_files__server_keeps_the_lock(home: Path) -> None:
    held = [os.open("/dev/null", os.O_RDONLY) for _ in range(40)]
    try:
        start(home, durable=False)
    finally:
        for number in held:
            os.close(number)
    assert not embedded_server.is_idle(place(home))


def test_start__durable_wanted_but_running_server_is_not__refused(home: Path) -> None:
    start(home, durable=False)
    with pytest.raises(Refused) as refusal:
        start(home)
    assert refusal.value.code == "database.not_durable"


def test_stop__running_then_stopped__tells_which(home: Path) -> None:
    start(home, durable=False)
    assert [stop(home), stop(home)] == [True, False]


def test_stop__nothing_was_ever_started__leaves_no_trace(home: Path) -> None:
    assert stop(home) is False
    assert list(home.iterdir()) == []


def test_status__life_of_a_server__names_each_state(home: Path) -> None:
    states = [status(home).state]
    start(home, durable=False)
    states.append(status(home).state)
    stop(home)
    states.append(status(home).state)
    assert states == [State.ABSENT, State.RUNNING, State.STOPPED]


def test_running__not_running_before__stopped_at_the_end(home: Path) -> None:
    with embedded.running(home, durable=False) as running:
        assert ask(running, "SELECT 1") == 1
    assert status(home).state is State.STOPPED


def test_running__running_before__left_running(home: Path) -> None:
    start(home, durable=False)
    with embedded.running(home, durable=False):
        pass
    assert status(home).state is State.RUNNING


# --- accidents ---


def test_start__server_was_killed__committed_data_is_there(home: Path) -> None:
    running = start(home)
    with psycopg.connect(running.url, autocommit=True) as session:
        session.execute("CREATE TABLE kept (value int)")
        session.execute("INSERT INTO kept VALUES (42)")
    pid = status(home).pid
    assert pid
    os.kill(pid, signal.SIGKILL)

    assert ask(start(home), "SELECT value FROM kept") == 42
    assert status(home).pid != pid


def test_start__whole_server_was_killed_with_its_children__starts(home: Path) -> None:
    start(home)
    pid = status(home).pid
    assert pid
    os.killpg(os.getpgid(pid), signal.SIGKILL)
    assert ask(start(home), "SELECT 1") == 1


def test_stop__application_that_started_it_was_killed__server_is_stopped(home: Path) -> None:
    application = in_process(
        "start(home); print('started', flush=True); input()", home, stdin=subprocess.PIPE
    )
    assert application.stdout
    assert application.stdout.readline() == "started\n"
    os.killpg(application.pid, signal.SIGKILL)
    application.communicate()

    assert status(home).state is State.RUNNING
    assert stop(home) is True


def test_start__killed_while_making_the_data_folder__made_anew(home: Path) -> None:
    application = in_process("start(home)", home)
    until((place(home).unfinished / "global").exists)
    os.killpg(application.pid, signal.SIGKILL)
    application.communicate()
    assert not place(home).data.exists()

    assert ask(start(home), "SHOW data_checksums") == "on"
    assert not place(home).unfinished.exists()


def test_start__pid_of_the_dead_server_belongs_to_a_stranger__starts_and_leaves_it_alone(home: Path) -> None:
    start(home)
    where = place(home)
    record = (where.data / "postmaster.pid").read_text()
    stop(home)
    stranger = subprocess.Popen(("sleep", "600"), **where.account.switch)
    (where.data / "postmaster.pid").write_text(re.sub(r"^\d+", str(stranger.pid), record))
    (where.socket / ".s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n")

    assert ask(start(home), "SELECT 1") == 1
    stop(home)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_start__server_started_by_hand_works_on_the_data__refused_and_untouched(home: Path) -> None:
    start(home)
    where = place(home)
    stop(home)
    programs = embedded_binaries.binaries(where)
    by_hand = subprocess.Popen(
        (
            programs.program("postgres"),
            "-D",
            str(where.data),
            "-c",
            "listen_addresses=",
            "-k",
            str(where.socket),
        ),
        stderr=subprocess.DEVNULL,
        cwd="/",
        **where.account.switch,
    )
    until(lambda: embedded_server.is_ready(where))

    with pytest.raises(Refused) as refusal:
        start(home)
    assert refusal.value.code == "database.started_elsewhere"
    assert (by_hand.poll(), embedded_server.server_pid(where)) == (None, by_hand.pid)
    by_hand.send_signal(signal.SIGINT)
    by_hand.wait(timeout=30)


def test_start__server_cannot_start__error_holds_its_last_words(home: Path) -> None:
    start(home)
    stop(home)
    (place(home).data / "global" / "pg_control").unlink()
    with pytest.raises(Unavailable, match="pg_control") as failure:
        start(home)
    assert failure.value.code == "database.not_started"


def test_start__many_old_logs__only_the_newest_are_kept(home: Path) -> None:
    where = place(home)
    where.make()
    for day in range(1, 10):
        (where.log / f"2026010{day}-000000.log").touch()
    start(home, durable=False)
    assert len(list(where.log.iterdir())) == 5


# --- what is refused ---


def test_start__data_of_another_major_version__refused_and_untouched(home: Path) -> None:
    start(home)
    stop(home)
    where = place(home)
    (where.data / "PG_VERSION").write_text("14\n")
    before = {path: path.lstat().st_mtime_ns for path in where.folder.rglob("*")}

    with pytest.raises(Refused) as refusal:
        start(home)
    assert refusal.value.code == "database.other_major_version"
    assert "pg_dump" in refusal.value.hint
    assert {path: path.lstat().st_mtime_ns for path in where.folder.rglob("*")} == before


def test_place__path_too_long_for_a_socket__invalid_with_the_remedy(home: Path) -> None:
    long = home / ("x" * 100)
    with pytest.raises(Invalid, match="bytes") as error:
        place(long)
    assert (error.value.code, "bytes shorter" in error.value.hint) == ("database.socket_path_too_long", True)


@pytest.mark.parametrize("name", ["a,b", "it's", 'a"b', "a\\b", "a\nb"])
def test_place__path_that_libpq_would_misread__invalid(home: Path, name: str) -> None:
    with pytest.raises(Invalid) as error:
        place(home / name)
    assert error.value.code == "database.home_unusable"


def test_start__path_with_unusual_characters__works(home: Path) -> None:
    with embedded.running(home / "gr\u00fc\u00df $HOME `id`; 100% #&?", durable=False) as running:
        assert ask(running, "SELECT 1") == 1


def test_binaries__no_wheel__those_of_the_machine(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = place(home)
    ours = embedded_binaries.binaries(where)
    monkeypatch.setattr(embedded_binaries, "_wheel", lambda: None)
    monkeypatch.setenv("PATH", str(ours.folder))
    assert embedded_binaries.binaries(where) == ours


def test_binaries__neither_wheel_nor_machine__says_what_to_install(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_binaries, "_wheel", lambda: None)
    monkeypatch.setattr(embedded_binaries, "_machine", list)
    with pytest.raises(Unavailable, match="no PostgreSQL 15") as error:
        start(home)
    assert "apt-get install postgresql" in error.value.hint


# --- accounts ---


@as_root
def test_start__root_with_a_home_the_account_cannot_reach__elsewhere_and_said_so(home: Path) -> None:
    home.chmod(0o700)
    found = status(home)
    assert found.data_dir.is_relative_to(embedded_place.SYSTEM_FOLDER)
    assert str(home) in found.note
    assert home.stat().st_mode & 0o777 == 0o700


@as_root
def test_start__root_with_a_home_of_somebody_else__elsewhere(home: Path) -> None:
    os.chown(home, 1, 1)
    assert place(home).folder.is_relative_to(embedded_place.SYSTEM_FOLDER)


@as_root
def test_start__root_and_data_that_became_unreachable__refused_not_made_anew(home: Path) -> None:
    start(home, durable=False)
    stop(home)
    home.chmod(0o700)
    with pytest.raises(Refused) as refusal:
        start(home)
    home.chmod(0o711)
    assert refusal.value.code == "database.folder_unreachable"


@as_root
def test_start__root__server_runs_with_the_service_account(home: Path) -> None:
    start(home, durable=False)
    pid = status(home).pid
    assert Path(f"/proc/{pid}").owner() == embedded_place.SERVICE_ACCOUNT


def as_user(uid: int, act: Callable[[], object]) -> str:
    """Run in a child that has become another account; hand back what it said."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            said = repr(act())
        except BaseException as error:  # noqa: BLE001 - the parent asserts on it
            said = f"{type(error).__name__}: {getattr(error, 'code', error)}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


@as_root
def test_start__ordinary_user__everything_is_that_users_own(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = embedded_binaries.binaries(place(home)).folder  # where an ordinary user can read them
    monkeypatch.setattr(embedded_binaries, "_reachable", lambda _wheel, _account: programs)
    os.chown(home, 1, 1)

    def live() -> tuple[object, ...]:
        running = start(home)
        owners = {
            path.stat().st_uid for path in (running.data_dir, running.socket_dir, running.data_dir.parent)
        }
        return ask(running, "SELECT 1"), owners, running.data_dir.is_relative_to(home), stop(home)

    said = as_user(1, live)
    os.chown(home, 0, 0)
    shutil.rmtree(home / "postgresql")
    assert said == "(1, {1}, True, True)"


@as_root
def test_start__root_on_a_database_of_an_ordinary_user__refused(home: Path) -> None:
    data = home / "postgresql" / "data"
    data.mkdir(parents=True)
    os.chown(data, 1, 1)
    with pytest.raises(Refused) as refusal:
        start(home)
    shutil.rmtree(data.parent)
    assert refusal.value.code == "database.other_account"


@as_root
def test_start__ordinary_user_on_a_database_of_root__refused(home: Path) -> None:
    start(home, durable=False)
    assert as_user(1, lambda: start(home)) == "Refused: database.other_account"


# --- an external database ---


def test_database__url_given__its_facts_and_no_server(home: Path) -> None:
    settings = SimpleNamespace(
        database_url="postgresql://rw:s%40cret@db.example:6432/prod?sslmode=verify-full", home=home
    )
    facts = database(settings)
    assert facts.django == {
        "NAME": "prod", "USER": "rw", "PASSWORD": "s@cret", "HOST": "db.example", "PORT": "6432",
        "OPTIONS": {"sslmode": "verify-full"},
    }  # fmt: skip
    assert status(home).state is State.ABSENT


def test_database__no_url__the_embedded_one(shared: Path) -> None:
    assert database(SimpleNamespace(database_url="", home=shared)).url == start(shared).url


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:top-secret@h/d",
        "postgresql://u:top-secret@h",
        "postgresql://u:top-secret@h/",
        "postgresql://u:top-secret@h/d/e",
        "postgresql://u:top-secret@h:port/d",
        "postgresql://u:top-secret@h:99999/d",
        "postgresql://u:top-secret@[::1/d",
        "postgresql://u:top-secret@a,b/d",
        "postgresql://u:top-secret@h/d?sslmode",
        "postgresql://u:top-secret@h/d#x",
        "top-secret",
    ],
)
def test_connection__unusable_url__invalid_without_showing_it(url: str) -> None:
    with pytest.raises(Invalid) as error:
        connection(url)
    assert error.value.code == "database.url_invalid"
    assert "top-secret" not in f"{error.value} {error.value.hint} {error.value.evidence}"


def test_place__links_on_the_way__same_place_either_way(home: Path) -> None:
    (home / "link").symlink_to(home)
    assert place(home / "link" / "x") == place(home / "x")
    assert isinstance(place(home), Place)
