"""What goes into a step and what comes out of it."""

import asyncio
import hashlib
import secrets
from pathlib import Path

from rightaway.drivers.conformance_harness import (
    HOLD,
    SAY,
    SAY_ALL,
    SAY_BLOB,
    SAY_BYTES,
    SAY_MUCH,
    SAY_VARIABLE,
    Harness,
    blob,
    on_target,
    operation,
    refusal,
    starts,
    until,
)
from rightaway.drivers.contract import OUTPUT_KEPT, PathKind, Session, Status


class StepConformance:
    def test_perform__too_slow__times_out(self, harness: Harness) -> None:
        held, never = operation(HOLD, harness.gate(), timeout_s=1), operation(SAY, "y")

        async def scenario(session: Session) -> None:
            outcome, rest = await session.perform([held, never], fence=1)
            assert (outcome.status, outcome.code, outcome.exit_code) == (
                Status.TIMED_OUT,
                "step.timed_out",
                None,
            )
            assert outcome.output == b"held"
            assert rest.status is Status.NOT_STARTED

        on_target(harness, scenario)

    def test_output__longer_than_kept__has_both_ends_and_a_mark(self, harness: Harness) -> None:
        much = operation(SAY_MUCH)

        async def scenario(session: Session) -> None:
            (outcome,) = await session.perform([much], fence=1)
            assert outcome.output.startswith(b"first\0")
            assert outcome.output.endswith(b"\0last")
            assert b"\n[rightaway: 1048585 bytes left out]\n" in outcome.output
            assert len(outcome.output) == 2 * OUTPUT_KEPT + len(b"\n[rightaway: 1048585 bytes left out]\n")

        on_target(harness, scenario)

    def test_output__any_bytes__arrive_as_written(self, harness: Harness) -> None:
        async def scenario(session: Session) -> None:
            (outcome,) = await session.perform([operation(SAY_BYTES)], fence=1)
            assert outcome.output == bytes(range(256))

        on_target(harness, scenario)

    def test_output__long_step__is_heard_while_it_runs(self, harness: Harness) -> None:
        gate = harness.gate()
        held, heard = operation(HOLD, gate), bytearray()

        async def scenario(session: Session) -> None:
            def on_output(operation_id: str, data: bytes) -> None:
                assert operation_id == held.operation_id
                heard.extend(data)

            running = asyncio.create_task(session.perform([held], fence=1, on_output=on_output))
            await until(lambda: bytes(heard) == b"held")
            harness.open(gate)
            (outcome,) = await running
            assert outcome.output == b"heldreleased"

        on_target(harness, scenario)

    def test_arguments__of_any_text__arrive_unread(self, harness: Harness) -> None:
        words = [
            "a b",
            "",
            "it's",
            '"$HOME" `id` $(id) ; && | > *',
            "-n",
            "--",
            "two\nlines\n",
            "\\n\t",
            "é 字 😀",
        ]

        async def scenario(session: Session) -> None:
            (outcome,) = await session.perform([operation(SAY_ALL, *words)], fence=1)
            assert outcome.output == b"".join(word.encode() + b"\0" for word in words)

        on_target(harness, scenario)

    def test_environment__of_any_text__reaches_the_script(self, harness: Harness) -> None:
        value = "it's\n$HOME `id` \\"
        told = operation(SAY_VARIABLE, environment={"SECRET": value})

        async def scenario(session: Session) -> None:
            (outcome,) = await session.perform([told], fence=1)
            assert outcome.output == value.encode()

        on_target(harness, scenario)

    def test_blob__sent_twice__is_there_for_the_script(self, harness: Harness, tmp_path: Path) -> None:
        sent = blob(tmp_path, secrets.token_bytes(600_000))

        async def scenario(session: Session) -> None:
            for _ in range(2):
                (outcome,) = await session.perform([operation(SAY_BLOB, sent.sha256)], fence=1, blobs=[sent])
                assert hashlib.sha256(outcome.output).hexdigest() == sent.sha256

        on_target(harness, scenario)

    def test_blob__other_bytes_than_named__is_refused_before_anything_starts(
        self, harness: Harness, tmp_path: Path
    ) -> None:
        good = blob(tmp_path, b"what was approved")
        good.path.write_bytes(b"what was changed!")

        async def scenario(session: Session) -> None:
            code = await refusal(session.perform([operation(SAY, "x")], fence=1, blobs=[good]))
            assert code == "target.blob_mismatch"

        on_target(harness, scenario)
        assert starts(harness) == []

    def test_observe__file_and_nothing__says_what_is_there(self, harness: Harness) -> None:
        path = harness.put_file(b"content")

        async def scenario(session: Session) -> None:
            seen = await session.observe(path)
            assert (seen.kind, seen.size) == (PathKind.FILE, 7)
            assert seen.sha256 == hashlib.sha256(b"content").hexdigest()
            assert not (await session.observe(path + ".not")).exists

        on_target(harness, scenario)

    def test_read__file__gives_its_content_within_the_limit(self, harness: Harness) -> None:
        path = harness.put_file(b"con\0tent\n")

        async def scenario(session: Session) -> None:
            assert await session.read(path, 9) == b"con\0tent\n"
            assert await refusal(session.read(path, 8)) == "target.file_too_large"
            assert await refusal(session.read(path + ".not", 8)) == "target.file_missing"

        on_target(harness, scenario)

    def test_tidy__of_this_moment__keeps_what_runs(self, harness: Harness) -> None:
        gate = harness.gate()
        held = operation(HOLD, gate)

        async def scenario(session: Session) -> None:
            running = asyncio.create_task(session.perform([held], fence=1))
            await until(lambda: starts(harness) == [held.operation_id])
            await session.tidy(older_than_days=0)
            harness.open(gate)
            (outcome,) = await running
            assert outcome.status is Status.OK

        on_target(harness, scenario)
