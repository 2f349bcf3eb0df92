"""What only a target with a shell can do to us, judged on this host with each shell there is."""

import asyncio
import hashlib
import os
import resource
import secrets
import shutil
from pathlib import Path

import pytest
from tests.drivers.harnesses import PosixHarness, kill_for_good, processes_with

from rightaway.domain.effects import Effect
from rightaway.domain.errors import DriverError, InDoubt, Invalid, Retryable, Terminal, TooLarge
from rightaway.drivers.conformance import DriverConformance
from rightaway.drivers.conformance_harness import HOLD, SAY, blob, on_target, operation, starts, until
from rightaway.drivers.contract import Blob, Operation, Outcome, PathKind, Session, State, Status, Target
from rightaway.drivers.local import LocalDriver


def make_harness(folder: Path) -> PosixHarness:
    config = {"state_dir": str(folder / "the state"), "working_dir": str(folder)}
    return PosixHarness(Target("web-1", "local", config), LocalDriver, folder)


@pytest.fixture
def harness(tmp_path: Path) -> PosixHarness:
    return make_harness(tmp_path)


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
class TestGuardInBash(DriverConformance):
    @pytest.fixture
    def harness(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PosixHarness:
        shells = tmp_path / "shells"
        shells.mkdir()
        (shells / "sh").symlink_to(shutil.which("bash"))
        monkeypatch.setenv("PATH", f"{shells}:{os.environ['PATH']}")
        return make_harness(tmp_path)


def outcome_of(harness: PosixHarness, asked: Operation) -> Outcome:
    async def run() -> Outcome:
        async with harness.driver() as driver:
            session = await driver.session(harness.target)
            return (await session.perform([asked], fence=1))[0]

    return asyncio.run(run())


def error_of(harness: PosixHarness, *operations: Operation, **more) -> DriverError:
    async def run() -> DriverError:
        async with harness.driver() as driver:
            session = await driver.session(harness.target)
            with pytest.raises(DriverError) as caught:
                await session.perform(operations, fence=1, **more)
            return caught.value

    return asyncio.run(run())


@pytest.mark.parametrize("name", ["KILL", "TERM", "SEGV", "INT", "HUP", "PIPE"])
def test_step__ended_by_a_signal__is_unknown(harness: PosixHarness, name: str) -> None:
    outcome = outcome_of(harness, operation(f"kill -{name} $$; sleep 5"))
    assert (outcome.status, outcome.code, outcome.exit_code) == (Status.UNKNOWN, "step.no_exit_status", None)


@pytest.mark.parametrize("code", [1, 2, 75, 124, 125, 126, 127, 128, 193, 255])
def test_step__own_exit_code__is_failed_with_it(harness: PosixHarness, code: int) -> None:
    outcome = outcome_of(harness, operation(f"exit {code}"))
    assert (outcome.status, outcome.exit_code) == (Status.FAILED, code)


def test_step__prints_what_the_guard_says__does_not_pass_for_it(harness: PosixHarness) -> None:
    script = (
        r"""printf '\036%032d done 1 exit 0 1\n\036%032d bye\n' 0 0; echo 'rightaway-result: OK'; exit 1"""
    )
    outcome = outcome_of(harness, operation(script))
    assert (outcome.status, outcome.exit_code) == (Status.FAILED, 1)
    assert outcome.output.endswith(b"rightaway-result: OK\n")


def test_step__writes_much__takes_little_memory(harness: PosixHarness) -> None:
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = outcome_of(harness, operation("head -c 300000000 /dev/zero"))
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib
    assert b"[rightaway: 297902848 bytes left out]" in outcome.output
    assert grown_kib < 100_000


def test_step__leaves_a_process_behind__ends_all_the_same(harness: PosixHarness) -> None:
    outcome = outcome_of(harness, operation("sleep 31 & echo started"))
    assert (outcome.status, outcome.output) == (Status.OK, b"started\n")


def test_step__signals__are_as_usual(harness: PosixHarness) -> None:
    outcome = outcome_of(harness, operation("grep SigIgn /proc/self/status; yes | head -n 1"))
    assert outcome.output == b"SigIgn:\t0000000000000000\ny\n"


def test_step__standard_input__is_empty(harness: PosixHarness) -> None:
    assert outcome_of(harness, operation("cat; echo end")).output == b"end\n"


def test_step__other_interpreter__is_named_by_its_first_line(harness: PosixHarness) -> None:
    script = "#!/usr/bin/env python3\nimport sys; print(sys.argv[1:])"
    assert outcome_of(harness, operation(script, "a b")).output == b"['a b']\n"


def test_step__interpreter_missing__fails(harness: PosixHarness) -> None:
    outcome = outcome_of(harness, operation("#!/no/such/program\n"))
    assert (outcome.status, outcome.exit_code) == (Status.FAILED, 127)


def test_step__secret_in_the_environment__is_on_no_command_line_and_no_file(harness: PosixHarness) -> None:
    gate, secret = harness.gate(), "canary-4711-value"
    held = operation(HOLD, gate, environment={"TOKEN": secret})

    async def scenario(session: Session) -> None:
        running = asyncio.create_task(session.perform([held], fence=1))
        await until(lambda: starts(harness) == [held.operation_id])
        assert processes_with(secret) == []
        harness.open(gate)
        await running

    on_target(harness, scenario)
    files = [path for path in harness.state.parents[1].rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if secret.encode() in path.read_bytes()]


def test_step__environment_of_the_worker__is_not_given_away(
    harness: PosixHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIGHTAWAY_DATABASE_URL", "postgresql://secret")
    assert b"postgresql" not in outcome_of(harness, operation("env")).output


@pytest.mark.parametrize("way", ["times out", "is stopped"])
def test_step__ignores_term_and_has_escaped_children__is_ended_with_all_of_them(
    harness: PosixHarness, way: str
) -> None:
    # A number of this very test: the other way may run beside it, and counts processes too.
    seconds = str(secrets.randbelow(10**6) + 10**6)
    script = f"trap '' TERM; setsid sleep {seconds} & echo started; while :; do sleep 3602; done"
    stubborn = operation(script, timeout_s=3 if way == "times out" else 60)

    async def scenario(session: Session) -> None:
        running = asyncio.create_task(session.perform([stubborn], fence=1))
        await until(lambda: len(processes_with(seconds)) == 1)
        if way == "is stopped":
            await session.stop(stubborn.operation_id, fence=1)
        (outcome,) = await running
        assert outcome.status is (Status.TIMED_OUT if way == "times out" else Status.FAILED)

    on_target(harness, scenario)
    assert processes_with(seconds) == []
    assert processes_with(f"ops/{stubborn.operation_id}") == []


def test_stop__already_ended__tells_how(harness: PosixHarness) -> None:
    done = operation(SAY, "x")

    async def scenario(session: Session) -> None:
        await session.perform([done], fence=1)
        receipt = await session.stop(done.operation_id, fence=1)
        assert receipt.state is State.FINISHED
        assert receipt.outcome is not None
        assert receipt.outcome.status is Status.OK

    on_target(harness, scenario)


def test_runner__killed_alone__the_step_counts_as_running_until_it_ends(harness: PosixHarness) -> None:
    gate = harness.gate()
    held = operation(HOLD, gate)

    async def scenario(session: Session) -> None:
        running = asyncio.create_task(session.perform([held], fence=1))
        await until(lambda: len(processes_with(f"ops/{held.operation_id}")) > 0)
        runner = int((harness.state / "ops" / held.operation_id).read_text().split()[3])
        kill_for_good(runner)
        with pytest.raises(InDoubt) as caught:
            await running
        assert caught.value.code == "target.guard_lost"
        receipts = await session.reconcile([held.operation_id], fence=2)
        assert receipts[held.operation_id].state is State.RUNNING
        harness.open(gate)
        (outcome,) = await session.wait([held.operation_id], fence=2)
        assert (outcome.status, outcome.output) == (Status.UNKNOWN, b"heldreleased")

    on_target(harness, scenario)
    assert starts(harness) == [held.operation_id]


def test_reboot__receipt_of_an_earlier_boot__is_lost_though_a_process_has_its_number(
    harness: PosixHarness,
) -> None:
    done = operation(SAY, "x")
    me = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]

    async def scenario(session: Session) -> None:
        await session.perform([done], fence=1)
        (harness.state / "ops" / f"{done.operation_id}.exit").unlink()
        (harness.state / "ops" / done.operation_id).write_text(f"1 earlier-boot run {os.getpid()} {me}\n")
        found = await session.reconcile([done.operation_id], fence=2)
        assert found[done.operation_id].state is State.LOST

    on_target(harness, scenario)


def test_reboot__receipt_never_reached_the_disk__is_lost_and_stays_lost(harness: PosixHarness) -> None:
    gone = operation(SAY, "x")

    async def scenario(session: Session) -> None:
        await session.perform([operation(SAY, "y")], fence=1)
        (harness.state / "boot").write_text("earlier-boot\n")
        for fence in (2, 3):
            found = await session.reconcile([gone.operation_id], fence=fence)
            assert found[gone.operation_id].state is State.LOST
        (outcome,) = await session.perform([gone], fence=3)
        assert outcome.status is Status.UNKNOWN
        later = await session.reconcile(["0123"], fence=4)
        assert later["0123"].state is State.NOT_STARTED

    on_target(harness, scenario)
    assert gone.operation_id not in starts(harness)


def test_state_folder__cannot_be_made__is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    target = Target("web-1", "local", {"state_dir": str(tmp_path / "file" / "state")})
    error = error_of(PosixHarness(target, LocalDriver, tmp_path), operation(SAY, "x"))
    assert (type(error), error.code) == (Terminal, "target.receipt_unavailable")


def test_state_folder__full_disk__the_operation_is_not_started(harness: PosixHarness) -> None:
    first, second = operation(SAY, "x"), operation("touch ran")

    async def scenario(session: Session) -> None:
        await session.perform([first], fence=1)
        (harness.state / "ledger").unlink()
        (harness.state / "ledger").symlink_to("/dev/full")
        (outcome,) = await session.perform([second], fence=1)
        assert (outcome.status, outcome.code) == (Status.NOT_STARTED, "target.receipt_unavailable")
        (harness.state / "ledger").unlink()
        (outcome,) = await session.perform([second], fence=1)
        assert outcome.status is Status.OK

    on_target(harness, scenario)


def test_check__others_can_write_the_state__is_refused(harness: PosixHarness) -> None:
    async def scenario(session: Session) -> None:
        await session.check()
        harness.state.chmod(0o777)
        with pytest.raises(Terminal) as caught:
            await session.check()
        assert caught.value.code == "target.state_not_private"

    on_target(harness, scenario)


def test_check__program_missing__names_it(
    harness: PosixHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("sh", "mkdir", "head", "tail", "wc", "mv", "rm", "sleep", "find", "id", "uname", "grep"):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    async def scenario(session: Session) -> None:
        with pytest.raises(Terminal) as caught:
            await session.check()
        assert caught.value.code == "target.tool_missing"
        assert caught.value.evidence["detail"] == "timeout sha256sum sync readlink"

    on_target(harness, scenario)


def test_working_folder__missing__nothing_is_started(tmp_path: Path) -> None:
    config = {"state_dir": str(tmp_path / "state"), "working_dir": str(tmp_path / "nowhere")}
    harness = PosixHarness(Target("web-1", "local", config), LocalDriver, tmp_path)
    assert error_of(harness, operation(SAY, "x")).code == "target.folder_missing"
    assert starts(harness) == []


def test_targets__of_one_host__have_fences_of_their_own(harness: PosixHarness) -> None:
    async def run() -> None:
        async with harness.driver() as driver:
            for key, fence in (("web-1", 9), ("a key / of any text", 1), ("web-2", 3)):
                session = await driver.session(Target(key, "local", harness.target.config))
                (outcome,) = await session.perform([operation(SAY, "x")], fence=fence)
                assert outcome.status is Status.OK

    asyncio.run(run())


@pytest.mark.parametrize(("make", "kind"), [("mkdir x", PathKind.DIRECTORY), ("mkfifo x", PathKind.OTHER)])
def test_observe__folder_or_pipe__is_told(harness: PosixHarness, make: str, kind: PathKind) -> None:
    async def scenario(session: Session) -> None:
        await session.perform([operation(make)], fence=1)
        assert (await session.observe(str(harness.folder / "x"))).kind is kind

    on_target(harness, scenario)


def test_observe__link__is_told_as_stored(harness: PosixHarness) -> None:
    (harness.folder / "current").symlink_to("releases/1.2.3 \n")

    async def scenario(session: Session) -> None:
        seen = await session.observe(str(harness.folder / "current"))
        assert (seen.kind, seen.link) == (PathKind.LINK, "releases/1.2.3 \n")

    on_target(harness, scenario)


def test_blob__there_but_changed_on_the_target__is_sent_again(harness: PosixHarness, tmp_path: Path) -> None:
    sent = blob(tmp_path, b"content")

    async def scenario(session: Session) -> None:
        await session.perform([], fence=1, blobs=[sent])
        stored = harness.state.parents[1] / "blobs" / sent.sha256
        stored.write_bytes(b"changed")
        await session.perform([], fence=1, blobs=[sent])
        assert stored.read_bytes() == b"content"

    on_target(harness, scenario)


@pytest.mark.parametrize(("size", "code"), [(7, "blob.unreadable"), (8, "blob.size_mismatch")])
def test_blob__not_as_described__is_refused_before_the_target_is_asked(
    harness: PosixHarness, tmp_path: Path, size: int, code: str
) -> None:
    path = tmp_path / "blob"
    if code == "blob.size_mismatch":
        path.write_bytes(b"content")
    described = Blob(hashlib.sha256(b"content").hexdigest(), size, path)
    assert error_of(harness, operation(SAY, "x"), blobs=[described]).code == code
    assert not harness.state.exists()


def test_tidy__of_long_ago__removes_what_is_old(harness: PosixHarness, tmp_path: Path) -> None:
    old, new, sent = operation(SAY, "x"), operation(SAY, "y"), blob(tmp_path, b"content")

    async def scenario(session: Session) -> None:
        await session.perform([old, new], fence=1, blobs=[sent])
        for path in [*(harness.state / "ops").glob(f"{old.operation_id}*"), *_blobs(harness)]:
            os.utime(path, (0, 0))
        await session.tidy(older_than_days=30)
        assert not list((harness.state / "ops").glob(f"{old.operation_id}*"))
        assert list((harness.state / "ops").glob(f"{new.operation_id}*"))
        assert not _blobs(harness)

    on_target(harness, scenario)
    assert starts(harness) == [old.operation_id, new.operation_id]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("operation_id", "../fence", "operation.id_malformed"),
        ("operation_id", "", "operation.id_malformed"),
        ("arguments", ("a\0b",), "operation.null_byte"),
        ("arguments", ("\ud800",), "operation.not_text"),
        ("environment", {"A-B": "x"}, "operation.variable_refused"),
        ("environment", {"RIGHTAWAY_RUN": "x"}, "operation.variable_refused"),
        ("environment", {"UID": "x"}, "operation.variable_refused"),
        ("environment", {"A": "\0"}, "operation.null_byte"),
        ("timeout_s", 0, "operation.timeout_malformed"),
        ("timeout_s", float("nan"), "operation.timeout_malformed"),
        ("script", "x" * 300_000, "operation.too_large"),
    ],
)
def test_operation__that_cannot_work__is_invalid(field: str, value: object, code: str) -> None:
    fields = {"operation_id": "one", "step_key": "s", "effect": Effect.E2, "script": "true", field: value}
    with pytest.raises(Invalid) as caught:
        Operation(**fields)
    assert caught.value.code == code


def test_read__more_than_can_be_read_at_once__is_too_large(harness: PosixHarness) -> None:
    async def scenario(session: Session) -> None:
        with pytest.raises(TooLarge):
            await session.read("/etc/passwd", 10**9)

    on_target(harness, scenario)


def test_process__cannot_be_started__is_retryable(
    harness: PosixHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    error = error_of(harness, operation(SAY, "x"))
    assert (type(error), error.code) == (Retryable, "local.no_process")


def _blobs(harness: PosixHarness) -> list[Path]:
    return list((harness.state.parents[1] / "blobs").iterdir())
