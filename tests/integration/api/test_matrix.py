"""Every operation as every role, held everywhere, in the service and in another one, at work and at the end."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from tests.integration.api.matrix import BODIES, CHANGE, RELEASE, RULES, Rule
from tests.integration.api.test_shape import operations
from tests.integration.api.world import DESIGN, Caller, World
from tests.phases import Phases
from tests.world import JUNIT

from rightaway.domain import boards as boards_of
from rightaway.domain.guards_registration import ABANDON_REASONS
from rightaway.domain.permissions import Role, may
from rightaway.domain.relations import RelationKind
from rightaway.domain.values import SYSTEM
from rightaway.queries import deployments as ask_deployments
from rightaway.queries import imports as ask_imports
from rightaway.queries import people as ask_people
from rightaway.records.approvals.models import Question
from rightaway.records.deployments.models import Attempt
from rightaway.records.incidents.models import Problem
from rightaway.records.reviews.models import EarlyLife, Review
from rightaway.services import (
    agendas,
    assurance,
    boards,
    bundles,
    change_models,
    conversations,
    debts,
    delegations,
    imports,
    incidents,
    knowledge,
    lifecycle,
    meetings,
    notices,
    outages,
    people,
    plans,
    policies,
    relations,
    releases,
    saved_views,
    sign_offs,
    task_plans,
    trainings,
    trains,
    waivers,
    workflow_drafts,
)

ROLES = [role for role in Role if role is not Role.SERVICE_ACCOUNT]
SCOPES = ("*", "shop", "bank")
HERE = {"*", "shop"}
OPERATIONS = {
    one["operationId"]: (method, path.removeprefix("/api/v1")) for method, path, one in operations()
}
REFUSED = {403, 404}


def test_operations__of_the_api__each_has_its_rule() -> None:
    assert set(OPERATIONS) == set(RULES)


@pytest.mark.parametrize("is_over", [False, True], ids=["at-work", "at-its-end"])
def test_every_operation__as_every_role__does_what_the_matrix_says(
    world: World, tmp_path: Path, is_over: bool
) -> None:
    names = _names(world, tmp_path, is_over=is_over)
    callers = {(role, scope): _caller(world, role, scope) for role in ROLES for scope in SCOPES}
    faults = []
    for operation, role, scope in _cells(is_over=is_over):
        answer = _ask(callers[role, scope], operation, names)
        expected = _allowed(RULES[operation], role, scope)
        if expected is not _is_allowed(answer):
            said = f"{answer.status_code} {answer.content[:160]!r}"
            faults.append(f"{operation} as {role} in {scope}: {'refused' if expected else 'let in'}: {said}")
    assert faults == []


def _cells(*, is_over: bool) -> Iterator[tuple[str, str, str]]:
    """
    Give what is asked: every role in the service, and elsewhere those who would be let in there.

    Of a release at its end only what is refused is asked: it must not tell of its state instead.
    """
    for operation, rule in RULES.items():
        for role in ROLES:
            may_here = _allowed(rule, role, "shop")
            if not is_over:
                yield from ((operation, role, scope) for scope in SCOPES if may_here or scope == "shop")
                if rule.where == "*" and not may_here:
                    yield operation, role, "*"
            elif not may_here and OPERATIONS[operation][0] != "GET":
                yield operation, role, "shop"


def _allowed(rule: Rule, role: str, scope: str) -> bool:
    """Say what the matrix says of somebody with one role in one scope, who made nothing of it."""
    sees = scope in HERE and bool(may("release.view", {role}))
    match rule.action:
        case "signed-in" | "any-role":
            return True
        case "own":
            return False
        case "sees":
            return sees
        case "inside":
            return sees and role != Role.STAKEHOLDER
        case one if one in ROLES:
            return sees and role == one
    where = {"*": {"*"}, "~": set(SCOPES)}.get(rule.where, HERE)
    production = not rule.action.startswith("deployment.")  # that of the test goes to staging
    return (
        scope in where
        and (bool(rule.where) or sees)
        and bool(may(rule.action, {role}, production=production))
    )


def _is_allowed(answer: Any) -> bool:
    """Whoever is let in may still be refused for what they did themselves, or for the state of the record."""
    assert answer.status_code < 500, answer.content[:500]
    if answer.status_code == 403:
        code = str(answer.json()["code"])
        return code.startswith("sod.") and code != "sod.not_eligible"
    return answer.status_code not in REFUSED


def _caller(world: World, role: str, scope: str) -> Caller:
    name = f"{role.replace('_', '-')}-{'everywhere' if scope == '*' else scope}"
    return world.caller(world.person(name, role, scope=scope))


def _ask(caller: Caller, operation: str, names: Mapping[str, str]) -> Any:
    """Give the answer of one call, whose effects are taken back."""
    method, path = OPERATIONS[operation]
    if path.startswith("/records/"):
        names = {**names, "kind": "release", "record": names["release"]}
    address = path.format(**{**names, **NAMES.get(operation, {})})
    with transaction.atomic():
        answer = SENT.get(operation, _send)(caller, method, address, _filled(BODIES.get(operation), names))
        transaction.set_rollback(True)
    return answer


def _send(caller: Caller, method: str, address: str, body: Any) -> Any:
    return caller(method, address, body)


def _yaml(text: str) -> Callable[..., Any]:
    return lambda caller, method, address, _body: caller.yaml(method, address, text)


def _report(caller: Caller, method: str, address: str, _body: Any) -> Any:
    asked = f"suite=smoke&level=smoke&package_digest={'0' * 64}"
    return caller(method, f"{address}?{asked}", JUNIT, Content_Type="application/xml")


def _file(caller: Caller, method: str, address: str, _body: Any) -> Any:
    return caller(method, f"{address}?name=a.txt", "Notes.", Content_Type="application/octet-stream")


def _parts(caller: Caller, _method: str, address: str, _body: Any) -> Any:
    return caller.upload(address, {"manifest": b"{}", "archive": b"x"})


def _export(caller: Caller, _method: str, address: str, _body: Any) -> Any:
    return caller.upload(f"{address}?shipped=jira-versions-json&service=shop", {"file": b"[]"})


SENT: Mapping[str, Callable[..., Any]] = {
    "scopes_set_design": _yaml(DESIGN),
    "cmdb_apply": _yaml("kind: configuration\nenvironments: [{key: new, name: New, tier: production}]"),
    "assurance_import_junit": _report,
    "conversations_attach": _file,
    "packages_push": _parts,
    "imports_send": _export,
}
NAMES = {
    "exports_export": {"name": "releases"},
    "plans_compare": {"environment": "production"},
    "approvals_vote": {"kind": "build_test"},
    "voting_ask_question": {"kind": "build_test"},
    "boards_set_away": {"username": "carl"},
    "imports_show_mapping": {"key": "jira-versions-json"},
    "people_revoke_role": {"username": "stella", "role": "stakeholder", "scope": "shop"},
}


def _filled(body: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(body, dict):
        return body
    meant = {RELEASE: names["release"], CHANGE: names["change"]}
    return {key: meant.get(value, value) if isinstance(value, str) else value for key, value in body.items()}


def _meeting(world: World) -> Any:
    """Give a running meeting of a board, with an item and an action."""
    members = (boards_of.Member("carl"), boards_of.Member("cara"))
    held = boards_of.Definition(title="CAB", kind="cab", chair="cara", members=members, quorum=1)
    row = boards.propose(actor=world.voice("adam"), key="cab", definition=held)
    other = world.voice(world.person("other-admin", Role.ADMIN, scope="*"))
    boards.confirm(actor=other, key="cab", digest=boards_of.definition_digest(row.proposed))
    carl, now = world.voice("carl"), timezone.now()
    found = meetings.plan(actor=carl, board="cab", at=now)
    meetings.start(actor=carl, number=found.number)
    agendas.take_on(actor=carl, number=found.number, text="Look.", owner="stella", due_at=now)
    agendas.add(actor=carl, number=found.number, change=world.change())
    boards.propose(actor=world.voice("adam"), key="cab", definition=held)
    return found


TIMETABLE = {
    "name": "Weekly",
    "zone": "UTC",
    "every": 1,
    "unit": "week",
    **dict.fromkeys(("scope_freeze_h", "code_freeze_h", "package_due_h", "go_no_go_h"), 1),
    "window_h": 1,
    "ahead": 2,
}


def _names(world: World, folder: Path, *, is_over: bool) -> dict[str, str]:
    """Give a record of the service `shop`, or of somebody else, for each word in the addresses."""
    deployment = world.launched(folder)
    row: Any = ask_deployments.deployment(deployment)
    number, later = row.release.number, timezone.now() + timedelta(days=1)
    anna, bea, sofia = world.voice("anna"), world.voice("bea"), world.voice("sofia")
    people.grant(actor=SYSTEM, user=ask_people.user("stella"), role="stakeholder", scope="shop")
    task_plans.add(actor=anna, number=number, title="Call the bank", fields={})
    waiver = waivers.ask(
        actor=anna, number=number, control="early_life_support", reason="None.", expires_at=later
    )
    defect = assurance.record_defect(actor=bea, number=number, title="Slow", severity="minor")
    assurance.schedule_notice(actor=anna, number=number, audience="all", text="Soon.", due_at=later)
    trainings.plan(actor=anna, number=number, audience="all", fields={})
    trainings.invite(actor=anna, number=number, audience="all", names=["Mr X"])
    session = trainings.add_session(
        actor=anna, number=number, audience="all", starts_at=later, ends_at=later + timedelta(hours=1)
    )
    told = notices.plan(actor=anna, number=number, to="stakeholders", fields={"due_at": later})
    before = releases.register(
        actor=anna,
        service="shop",
        fields=dict.fromkeys(("title", "description"), "Old") | {"release_type": "minor"},
    )
    follows = relations.make(actor=anna, kind=RelationKind.FOLLOWS, source=row.release, target=before)
    run = assurance.import_junit(
        actor=bea,
        number=number,
        data=JUNIT.encode(),
        suite="smoke",
        level="smoke",
        package_digest=row.plan.package.digest,
        is_final=False,
    )
    incident = incidents.record_incident(
        actor=sofia, title="Slow", service="shop", severity=2, release=number
    )
    down = {"title": "Slow", "kind": "degradation", "actual_start": timezone.now()}
    error = incidents.record_known_error(
        actor=sofia, title="Slow", root_cause="x", workaround="Wait.", service="shop"
    )
    article = knowledge.write(actor=anna, kind="faq", title="Why", body="Because.", service="shop")
    lesson = knowledge.write(
        actor=anna, kind="lesson_learnt", title="Ask", body="So.", service="shop", owner="anna", due_at=later
    )
    debt = debts.add(actor=anna, number=number, owed="Test yen", owner="anna", due_at=later)
    sign_offs.sign_off(actor=sofia, number=number, decision="rejected", reason="Slow.")
    said = conversations.comment(
        actor=bea, kind="release", key=number, text="@anna", files=[("a.txt", b"Notes.")]
    )
    view = saved_views.save(actor=bea, page="changes", name="Open", query={})
    problem = Problem.objects.create(number="PRB-000001", title="Why", release=row.release, opened_by="sofia")
    attempt = Attempt.objects.create(
        run=row.target_runs.first(),
        step_key="switch",
        direction="forward",
        attempt_no=1,
        position=1,
        operation_id="0" * 64,
        effect="E2",
        fence=1,
        status="unknown",
        worker="w",
        intended_at=later,
    )
    question = Question.objects.create(
        approval=row.release.approvals.first(),
        asked_by=ask_people.user("sofia"),
        text="Why?",
        asked_at=timezone.now(),
    )
    delegation = delegations.delegate(actor=sofia, to="dirk", starts_at=timezone.now(), ends_at=later)
    model = change_models.define(
        actor=world.voice("carl"),
        services=["shop"],
        fields={key: value for key, value in BODIES["change_models_define"].items() if key != "services"},
    )
    meeting = _meeting(world)
    draft = workflow_drafts.begin(actor=world.voice("adam"), base="seven_phases")
    mapping: Any = ask_imports.mapping("jira-versions-json")
    batch = imports.run(actor=anna, sent=imports.Sent(b"[]", mapping.source.encode()))
    people.create_token(actor=bea, user=ask_people.user("bea"), label="own")
    EarlyLife.objects.create(release=row.release, state="active", started_at=later, ends_at=later)
    Review.objects.create(release=row.release)
    dirk = world.voice("dirk")
    design = {**row.release.design, "variables": {"GREETING": "hello"}}
    releases.set_design(actor=dirk, number=number, design=design)
    for environment in ("production", "staging"):
        plans.compile(actor=dirk, number=number, environment=environment)
    if is_over:
        lifecycle.fire(
            actor=anna,
            number=number,
            event="abandon",
            reason="No.",
            fields={"abandon_reason": ABANDON_REASONS[0], "abandon_comment": "No."},
        )
    return {
        "release": number,
        "import_run": batch.number,
        "task": "call_the_bank",
        "waiver": str(waiver.pk),
        "lesson": lesson.number,
        "debt": debt.number,
        "person": "sofia",
        "kind": "plan_design",
        "change": row.release.changes.values_list("number", flat=True).first() or world.change(),
        "digest": row.plan.package.digest,
        "environment": "staging",
        "deployment": deployment,
        "attempt": str(attempt.pk),
        "group": "webs",
        "target": "web-01",
        "question": str(question.pk),
        "delegation": str(delegation.pk),
        "model": model.number,
        "board": "cab",
        "meeting": meeting.number,
        "item": "web-01",
        "entry": str(meeting.items.first().pk),
        "action": str(meeting.actions.first().pk),
        "workflow": "seven_phases",
        "number": "1",
        "draft": draft.number,
        "run": str(run.pk),
        "defect": str(defect.pk),
        "audience": "all",
        "session": str(session.pk),
        "relation": str(follows.pk),
        "train": trains.create(
            actor=anna, fields=TIMETABLE | {"first_at": timezone.now() + timedelta(days=20)}
        ).number,
        "sequence": "1",
        "bundle": bundles.begin(actor=anna, title="Both").number,
        "attendee": "Mr X",
        "notice": str(told.pk),
        "incident": incident.number,
        "problem": problem.number,
        "policy": policies.propose(actor=sofia, service="shop", content={"longest_waiver_days": 9}).number,
        "outage": outages.record(actor=sofia, service="shop", fields=down).number,
        "known_error": error.number,
        "record": incident.number,
        "article": article.number,
        "username": "bea",
        "role": "build_engineer",
        "scope": "*",
        "token": str(ask_people.tokens(bea.user_id).first().pk),
        "comment": str(said.pk),
        "attachment": str(said.attachments.first().pk),
        "notification": "1",
        "mail": str(Phases.refused_mail("bea")),
        "view": str(view.pk),
        "service": "shop",
        "name": "releases",
    }
