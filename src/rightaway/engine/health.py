"""Health of targets: look until it is well for long enough, or the deadline has passed."""

import asyncio
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rightaway.domain.effects import Effect
from rightaway.domain.errors import DriverError
from rightaway.drivers.contract import Operation, Status
from rightaway.engine.shared import Slice
from rightaway.probes.contract import Result, Sample
from rightaway.probes.http import HttpSpec
from rightaway.queries.deployments import RunView
from rightaway.services import deployment_progress
from rightaway.services.deployment_attempts import Settled

Json = dict[str, Any]


@dataclass(frozen=True)
class Looked:
    """What came of one check on one target."""

    run_id: int
    name: str
    result: str
    evidence: Json = field(default_factory=dict)

    @property
    def is_pass(self) -> bool:
        return self.result == Result.PASS


async def until_healthy(shared: Slice, run: RunView, names: Sequence[str]) -> list[Looked]:
    """Give the last look of each named check; all pass, or at least one did not in its time."""
    checks = [check for check in shared.plan["checks"] if check["name"] in names]
    return list(await asyncio.gather(*(_until_pass(shared, run, check) for check in checks)))


async def _until_pass(shared: Slice, run: RunView, check: Json) -> Looked:
    deadline = time.monotonic() + check["deadline_s"]
    streak = 0
    while True:
        sample = await look(shared, run, check)
        streak = streak + 1 if sample.result is Result.PASS else 0
        if streak >= check["consecutive"]:
            return Looked(run.run_id, check["name"], str(sample.result), dict(sample.evidence))
        if time.monotonic() + check["every_s"] > deadline:
            return Looked(run.run_id, check["name"], _not_pass(sample), dict(sample.evidence))
        await asyncio.sleep(check["every_s"])


def _not_pass(sample: Sample) -> str:
    """A last look that passed without being long enough in a row is no pass."""
    return str(Result.FAIL if sample.result is Result.PASS else sample.result)


async def look(shared: Slice, run: RunView, check: Json) -> Sample:
    """Look once. What cannot be looked at is an error of the check, never a pass."""
    match check["kind"]:
        case "http":
            return await _http(shared, run, check)
        case "command":
            return await _command(shared, run, check)
    return await _digest(shared, run)


async def _http(shared: Slice, run: RunView, check: Json) -> Sample:
    filled = shared.plan["targets"][run.target_key]["checks"][check["name"]]
    probe = await shared.kept.probe()
    spec = HttpSpec(
        url=filled["url"],
        headers=filled["headers"],
        expect_status=check.get("expect_status", 200),
        expect_json=filled["expect_json"],
        timeout_s=min(10.0, float(check["deadline_s"])),
    )
    return await probe.look(spec)


async def _command(shared: Slice, run: RunView, check: Json) -> Sample:
    filled = shared.plan["targets"][run.target_key]["checks"][check["name"]]
    script = shared.plan["check_scripts"][check["script"]]
    return await _run(shared, run, check["script"], script, filled["arguments"], filled["environment"])


async def _digest(shared: Slice, run: RunView) -> Sample:
    observe = shared.plan["observe"]
    if observe is None:
        return Sample(Result.ERROR, {"message": "the design declares no observe script"})
    variables = shared.plan["targets"][run.target_key]["variables"]
    sample = await _run(shared, run, observe["script"], observe["sha256"], [], variables)
    wanted = shared.plan["package"]["digest"]
    if sample.result is not Result.PASS:
        return sample
    return sample if wanted in str(sample.evidence.get("output")) else Sample(Result.FAIL, sample.evidence)


async def _run(
    shared: Slice, run: RunView, name: str, sha256: str, arguments: list[str], environment: dict[str, str]
) -> Sample:
    package = shared.plan["package"]
    operation = Operation(
        operation_id=f"check-{uuid.uuid4().hex}",
        step_key="check",
        effect=Effect.E0,
        script=shared.scripts.text(name, sha256),
        arguments=arguments,
        environment={
            "PACKAGE_VERSION": package["version"],
            "PACKAGE_DIGEST": package["digest"],
            **environment,
        },
        timeout_s=60,
    )
    try:
        session = await shared.kept.session(run.target_key, run.driver, run.config)
        (outcome,) = await session.perform([operation], fence=shared.fences[run.run_id])
    except DriverError as error:
        return Sample(Result.ERROR, {"code": error.code, "message": error.message})
    evidence = {"exit_code": outcome.exit_code, "output": outcome.output[-2000:].decode(errors="replace")}
    return Sample(Result.PASS if outcome.status is Status.OK else Result.FAIL, evidence)


def settled(run_id: int, looked: Sequence[Looked]) -> Settled:
    bad = [one for one in looked if not one.is_pass]
    if not bad:
        return Settled(run_id=run_id, event="healthy")
    text = "; ".join(f"{one.name}: {one.result} {_short(one.evidence)}".strip() for one in bad)
    return Settled(run_id=run_id, event="health_deadline", reason=text[:500])


def _short(evidence: Json) -> str:
    return ", ".join(
        f"{key} {value}" for key, value in evidence.items() if key in {"status", "message", "exit_code"}
    )


def store(looked: Sequence[Looked], layer: str = "target") -> None:
    deployment_progress.record_checks(
        results=[
            {
                "run": one.run_id,
                "name": one.name,
                "layer": layer,
                "result": one.result,
                "evidence": one.evidence,
            }
            for one in looked
        ]
    )
