"""What the demonstration's people work on besides the story: releases and changes that are not finished."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from rightaway.config.demo import standards
from rightaway.config.demo.estate import examples
from rightaway.config.demo.people import voice
from rightaway.domain.values import SYSTEM
from rightaway.intake.designs import DeploymentDesign
from rightaway.intake.policies import ReleasePolicy
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml
from rightaway.services import (
    approvals,
    boardings,
    bundles,
    changes,
    cmdb,
    incidents,
    lifecycle,
    policies,
    relations,
    releases,
    trains,
)

Json = dict[str, Any]
NOT_FIELDS = frozenset(
    {"service", "changes", "objectives", "planned", "until", "depends_on", "superseded_by"}
)


def begin() -> int:
    """Register everything the file names, each as far as it says; give the number of releases."""
    file = load_yaml((examples() / "ahead.yaml").read_bytes()).value
    for service in file["services"]:
        fields = {name: value for name, value in service.items() if name != "key"}
        scales = {"criticality": int(fields["criticality"]), "ci_class": "service"}
        cmdb.define_item(actor=SYSTEM, key=service["key"], fields={**fields, **scales})
    for one in file["policies"]:
        _policy(one)
    numbers: dict[str, str] = {}
    for one in file["releases"]:
        numbers[one["title"]] = _release(one, numbers)
    _train(file["train"], numbers)
    _bundle(file["bundle"], numbers)
    for one in file["changes"]:
        _change(one["title"], one["service"], one["type"], one["until"])
    for one in file["incidents"]:
        incidents.record_incident(
            actor=voice("sofia"),
            title=one["title"],
            service=one["service"],
            severity=int(one["severity"]),
        )
    return len(file["releases"])


def _policy(one: Json) -> None:
    """Have two people agree on a policy, and one propose the next."""
    content = _typed(one["agreed"])
    if "freeze" in one:
        content["freezes"] = [_freeze(dict(one["freeze"]))]
    row = policies.propose(actor=voice("anna"), service=one["service"], content=content)
    policies.confirm(actor=voice("carl"), number=row.number, digest=row.digest)
    if "proposed" in one:
        policies.propose(actor=voice("anna"), service=one["service"], content=_typed(one["proposed"]))


def _typed(content: Json) -> Json:
    """Read what a policy says as a configuration file is read: numbers as numbers."""
    return ReleasePolicy.model_validate(content).model_dump(mode="json", exclude_unset=True)


def _freeze(one: Json) -> Json:
    begins = (timezone.now() + timedelta(days=int(one.pop("in_days")))).replace(hour=18, minute=0)
    ends = begins + timedelta(days=int(one.pop("lasts_days")))
    return {**one, "starts": f"{begins:%Y-%m-%dT%H:%M}", "ends": f"{ends:%Y-%m-%dT%H:%M}", "zone": "UTC"}


def _train(one: Json, numbers: dict[str, str]) -> None:
    anna, names = voice("anna"), ("first_in_days", "service", "aboard")
    leaves = timezone.now() + timedelta(days=int(one["first_in_days"]))
    fields = {name: _number(value) for name, value in one.items() if name not in names}
    train = trains.create(
        actor=anna,
        service=one["service"],
        fields=fields | {"first_at": leaves.replace(hour=20, minute=0, second=0, microsecond=0)},
    )
    for title in one["aboard"]:
        boardings.board(actor=anna, number=numbers[title], train=train.number)


def _bundle(one: Json, numbers: dict[str, str]) -> None:
    made = bundles.begin(actor=voice("anna"), title=one["title"], purpose=one["purpose"])
    bundles.fill(actor=voice("anna"), number=made.number, add=[numbers[title] for title in one["releases"]])


def _change(title: str, service: str, kind: str = "normal", until: str = "authorise") -> str:
    standard = kind == "standard"
    change = changes.register(
        actor=voice("stella"),
        title=title,
        description=f"{title}.",
        change_type=kind,
        service=service,
        affected_cis=[service] if standard else (),
        model=standards.agreed() if standard else "",
    )
    carl = voice("carl")
    for event in ("validate", "assess") if until in {"assess", "authorise"} else ("validate",) * bool(until):
        changes.move(actor=carl, number=change.number, event=event)
    if until == "authorise":
        changes.authorise(actor=carl, number=change.number, decision="approve")
    return change.number


def _release(one: Json, earlier: dict[str, str]) -> str:
    anna, stage = voice("anna"), one["until"]
    numbers = [_change(title, one["service"]) for title in one["changes"]]
    fields = {name: _number(value) for name, value in one.items() if name not in NOT_FIELDS}
    if "planned" in one:
        fields |= _plan(one["planned"])
    number = releases.register(actor=anna, service=one["service"], changes=numbers, fields=fields).number
    if "depends_on" in one:
        relations.add(actor=anna, number=number, kind="depends_on", other=earlier[one["depends_on"]])
    if "superseded_by" in one:
        relations.add(actor=anna, number=earlier[one["superseded_by"]], kind="supersedes", other=number)
    if stage == "abandoned":
        why = {"abandon_reason": "superseded", "abandon_comment": "Put off in favour of another release."}
        lifecycle.fire(actor=anna, number=number, event="abandon", reason="Put off", fields=why)
    if stage in {"planning", "approval"}:
        _assess(one, number)
    if stage == "approval":
        _ask_for_approval(one, number)
    return number


def _assess(one: Json, number: str) -> None:
    anna = voice("anna")
    releases.set_scope(actor=anna, number=number, cis=[one["service"]], objectives=list(one["objectives"]))
    assessed = {
        "requested_end": timezone.now() + timedelta(days=30),
        "risk_answers": dict.fromkeys(("outage", "data", "novelty", "reversal", "timing"), "no"),
        "owning_group": "shop team",
        "model": "phased",
        "justification": one["value_statement"],
        "coordinator": "anna",
    }
    releases.edit(actor=anna, number=number, fields=assessed)
    lifecycle.fire(actor=anna, number=number, event="start_planning")


def _ask_for_approval(one: Json, number: str) -> None:
    design = read(load_yaml((examples() / "design.yaml").read_bytes()), DeploymentDesign)
    body = design.model_dump(mode="json", exclude_none=True)
    releases.set_design(
        actor=voice("dirk"), number=number, design={**body, "select": {"service": one["service"]}}
    )
    approvals.request(actor=voice("anna"), number=number, kind="plan_design")


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _plan(planned: Json) -> Json:
    start = timezone.now().replace(hour=20, minute=0, second=0, microsecond=0)
    start += timedelta(days=int(planned["starts_in_days"]))
    end = start + timedelta(hours=int(planned["lasts_hours"]))
    return {
        "planned_start": start,
        "planned_end": end,
        "els_starts_at": end,
        "els_ends_at": end + timedelta(days=int(planned["early_life_days"])),
        "manager": "anna",
        "deployment_manager": "dirk",
    }
