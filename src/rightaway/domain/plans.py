"""
The plan compiler: from package, design and configuration to frozen data.

What comes out is everything that will happen, forward and back, so that its digest is what people approve.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rightaway.domain.canonical import digest
from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said
from rightaway.domain.waves import Candidate, batch_sizes, in_order

Json = dict[str, Any]
Substitute = Callable[[str, Mapping[str, str]], str]
LABEL = "rightaway/plan/v1"
BACK_OUT_LABEL = "rightaway/back-out/v1"
READ_ONLY = "E0"
NO_SCRIPT = (None, "none", "nothing")
"""Inverses that are no script: not given, nothing can undo it, nothing needs undoing."""


@dataclass(frozen=True, slots=True)
class PlannedTarget:
    """
    One place to act on, as the configuration records describe it now.

    `identity` is what makes it that place and no other: address, port, host key.
    """

    key: str
    ci: str
    driver: str
    identity: Mapping[str, Any]
    values: Mapping[str, str]
    failure_domain: str = ""
    is_healthy: bool | None = None
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class PlannedPackage:
    name: str
    version: str
    digest: str
    archive_sha256: str
    archive_size: int
    scripts: Mapping[str, str]
    """Name of each script to the SHA-256 of its text."""


@dataclass(frozen=True, slots=True)
class CompiledPlan:
    body: Json
    digest: str
    back_out_digest: str
    warnings: tuple[str, ...] = field(default=())


def compile_plan(
    *,
    package: PlannedPackage,
    design: Mapping[str, Any],
    targets: Sequence[PlannedTarget],
    substitute: Substitute,
) -> CompiledPlan:
    """
    Freeze everything that will happen.

    Args:
        package: Digests of the package and of each of its scripts.
        design: The validated deployment design of the release.
        targets: The targets that the design selects, in any order.
        substitute: Replaces `${target.name}` in a text by the target's value.

    Raises:
        Invalid: `plan.refused`, with every reason in `errors`.
    """
    problems = [*_target_problems(targets), *_step_problems(design, package)]
    waves: list[Json] = []
    filled: dict[str, Json] = {}
    try:
        waves = _waves(design, targets)
        shared = {
            "package.name": package.name,
            "package.version": package.version,
            "package.digest": package.digest,
            "environment.key": design["environment"],
        }
        filled = {
            target.key: _target(target, design, shared, substitute) for target in sorted(targets, key=_key)
        }
    except Invalid as error:
        problems.append(error)
    _refuse(problems)
    body: Json = {
        "schema": LABEL,
        "package": _package(package),
        "environment": design["environment"],
        "model": design["model"],
        "waves": waves,
        "targets": filled,
        "steps": [_step(step, package) for step in design["steps"]],
        "observe": _script(design["observe"], package) if design.get("observe") else None,
        "checks": [_check(check) for check in design.get("checks", [])],
        "check_scripts": {
            check["script"]: package.scripts[check["script"]]
            for check in design.get("checks", [])
            if check["kind"] == "command"
        },
        "on_failure": design.get("on_failure", "ask"),
    }
    return CompiledPlan(body=body, digest=digest(body, label=LABEL), back_out_digest=back_out_digest(body))


def _refuse(problems: Sequence[Invalid]) -> None:
    if not problems:
        return
    values = {"message": problems[0].message, "count": len(problems) - 1}
    raise Invalid(
        "plan.refused",
        said("The plan cannot be compiled: {message} (and {count} more)", **values)
        if len(problems) > 1
        else said("The plan cannot be compiled: {message}", **values),
        hint=problems[0].hint,
        errors=problems,
    )


def _package(package: PlannedPackage) -> Json:
    return {
        "name": package.name,
        "version": package.version,
        "digest": package.digest,
        "archive_sha256": package.archive_sha256,
        "archive_size": package.archive_size,
    }


def back_out_digest(body: Mapping[str, Any]) -> str:
    """Give the digest of the way back alone, the same in every environment: what a rehearsal proves."""
    way_back = {
        "package": body["package"]["digest"],
        "observe": body["observe"],
        "steps": [{"key": step["key"], "inverse": step["inverse"]} for step in body["steps"]],
    }
    return digest(way_back, label=BACK_OUT_LABEL)


def _key(target: PlannedTarget) -> str:
    return target.key


def _target_problems(targets: Sequence[PlannedTarget]) -> Iterable[Invalid]:
    if not targets:
        yield Invalid(
            "plan.no_targets",
            said("The design selects no target."),
            hint=said("Check the selection, and that the environment has active targets for it."),
        )
    for target in targets:
        if target.is_retired:
            yield Invalid(
                "plan.target_retired",
                said("{key} acts on {ci}, which is retired.", key=target.key, ci=target.ci),
                at=target.key,
                hint=said("Take the target out of the selection or bring the item back into use."),
            )


def _step_problems(design: Mapping[str, Any], package: PlannedPackage) -> Iterable[Invalid]:
    if not design["steps"]:
        yield Invalid("plan.no_steps", said("The design has no steps."), hint=said("Add at least one step."))
    for name in _script_names(design):
        if name not in package.scripts:
            yield Invalid(
                "plan.script_missing",
                said("The package has no script named '{name}'.", name=name),
                at=name,
                hint=said("The package has: {names}.", names=sorted(package.scripts) or said("none")),
            )
    for step in design["steps"]:
        if step.get("inverse") is None and step.get("effect", "E2") != READ_ONLY:
            yield Invalid(
                "plan.no_inverse",
                said("Step {key} changes the target and does not say how to undo it.", key=step["key"]),
                at=f"steps/{step['key']}",
                hint=said(
                    "Name the script that undoes it; `nothing`: no need to undo it; `none`: nothing can."
                ),
            )


def _script_names(design: Mapping[str, Any]) -> Iterable[str]:
    for step in design["steps"]:
        yield step["script"]
        if step.get("inverse") not in NO_SCRIPT:
            yield step["inverse"]
    if design.get("observe"):
        yield design["observe"]
    for check in design.get("checks", []):
        if check["kind"] == "command":
            yield check["script"]


def _script(name: str, package: PlannedPackage) -> Json:
    return {"script": name, "sha256": package.scripts[name]}


def _step(step: Mapping[str, Any], package: PlannedPackage) -> Json:
    inverse = step.get("inverse")
    return {
        "key": step["key"],
        **_script(step["script"], package),
        "effect": step.get("effect", "E2"),
        "timeout_s": int(step.get("timeout_s", 1800)),
        "inverse": None if inverse in NO_SCRIPT else _script(inverse, package),
        "is_final": inverse == "none",
    }


def _check(check: Mapping[str, Any]) -> Json:
    kept = ("name", "kind", "consecutive", "every_s", "deadline_s", "expect_status", "script")
    return {name: check[name] for name in kept if check.get(name) is not None}


def _waves(design: Mapping[str, Any], targets: Sequence[PlannedTarget]) -> list[Json]:
    known = [Candidate(t.key, t.failure_domain, t.is_healthy) for t in targets]
    order = [one.key for one in in_order(known)]
    entries = list(design["waves"]) if design["model"] != "big_bang" else [{"size": "100%"}]
    if not entries:
        batch_sizes(len(order), [])
    if any(entry.get("targets") for entry in entries):
        groups = _listed(entries, order)
    else:
        sizes = batch_sizes(len(order), [entry.get("size", "100%") for entry in entries])
        starts = [sum(sizes[:place]) for place in range(len(sizes))]
        groups = [order[start : start + size] for start, size in zip(starts, sizes, strict=True)]
    return [
        _wave(place, keys, entries[min(place, len(entries) - 1)], design) for place, keys in enumerate(groups)
    ]


def _listed(entries: Sequence[Mapping[str, Any]], order: Sequence[str]) -> list[list[str]]:
    groups = [list(entry.get("targets") or []) for entry in entries]
    named = [key for group in groups for key in group]
    wrong = sorted(set(named) ^ set(order)) or sorted({key for key in named if named.count(key) > 1})
    if wrong or not all(groups):
        raise Invalid(
            "plan.waves_do_not_cover",
            said(
                "The waves must name every selected target once; look at {names}.",
                names=wrong or said("the empty wave"),
            ),
            hint=said("List each target in exactly one wave, or give sizes instead of names."),
        )
    return groups


def _wave(place: int, keys: Sequence[str], entry: Mapping[str, Any], design: Mapping[str, Any]) -> Json:
    name = entry.get("name") or f"wave {place + 1}"
    return {
        "name": name if place < len(design.get("waves") or [1]) else f"wave {place + 1}",
        "targets": list(keys),
        "bake_s": int(entry.get("bake_s", 0)),
        "max_failures": int(entry.get("max_failures", 0)),
        "max_parallel": int(entry.get("max_parallel") or max(1, len(keys))),
        "checks": [
            check["name"] for check in design.get("checks", []) if _applies(check, entry, place, name)
        ],
    }


def _applies(check: Mapping[str, Any], entry: Mapping[str, Any], place: int, name: str) -> bool:
    waves, named = check.get("waves"), entry.get("checks")
    here = waves is None or str(place + 1) in waves or name in waves
    return here and (named is None or check["name"] in named)


def _target(
    target: PlannedTarget, design: Mapping[str, Any], shared: Mapping[str, str], substitute: Substitute
) -> Json:
    known = {**shared, **{f"target.{name}": value for name, value in target.values.items()}}
    variables = design.get("variables") or {}

    def filled(texts: Mapping[str, str]) -> dict[str, str]:
        return {name: substitute(text, known) for name, text in texts.items()}

    def call(script: Mapping[str, Any]) -> Json:
        return {
            "arguments": [substitute(text, known) for text in script.get("arguments") or ()],
            "environment": filled({**variables, **(script.get("environment") or {})}),
        }

    return {
        "ci": target.ci,
        "driver": target.driver,
        "identity": dict(target.identity),
        "variables": filled(variables),
        "steps": {step["key"]: call(step) for step in design["steps"]},
        "checks": {
            check["name"]: {
                "url": substitute(check.get("url") or "", known),
                "headers": filled(check.get("headers") or {}),
                "expect_json": filled(check.get("expect_json") or {}),
                **call(check),
            }
            for check in design.get("checks", [])
        },
    }
