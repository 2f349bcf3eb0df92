"""A release of a standard change, taken on its way: nobody is asked, everything is proven."""

from datetime import timedelta

from django.utils import timezone
from tests.engine_loop import drive
from tests.world import World, actor, plan_fields, registration

from rightaway.domain.deployment_states import Intent
from rightaway.queries import change_models as ask_models
from rightaway.queries import releases as ask
from rightaway.services import assurance, change_models, changes, deployments, lifecycle, releases, reviews

WORKFLOW = "standard_change"
MODEL = {
    "title": "New version of the shop",
    "implementation_plan": "Deploy it.",
    "test_plan": "Look.",
    "remediation_plan": "Back it out.",
    "ci_classes": ["application"],
    "max_items": 9,
}


def model(world: World) -> str:
    """A model that chris wrote and cora authorised."""
    row = change_models.define(actor=actor("chris"), services=[world.service], fields=MODEL)
    digest = ask_models.current_digest(row)
    change_models.authorise(actor=actor("cora"), number=row.number, digest=digest)
    return row.number


def register(world: World) -> str:
    """Register a standard change under its model, and a release of it."""
    change = changes.register(
        actor=actor("stan"),
        title="Version 1.0",
        description="d",
        change_type="standard",
        service=world.service,
        affected_cis=world.keys(),
        model=model(world),
    )
    world.changes = [change.number]
    row = releases.register(
        actor=actor("rita"),
        service=world.service,
        changes=world.changes,
        fields=registration(),
        workflow=WORKFLOW,
    )
    world.release = row.number
    releases.set_scope(actor=actor("rita"), number=row.number, cis=world.keys(), objectives=["It is better"])
    return row.number


def start_build(world: World) -> None:
    """Give the release what assessing asks for, and press the one button there is."""
    rita, told = actor("rita"), timezone.now()
    world.set_design()
    assurance.schedule_notice(actor=rita, number=world.release, audience="all", text="x", due_at=told)
    assurance.mark_notice_sent(actor=rita, number=world.release, audience="all")
    now = timezone.now()
    releases.edit(actor=rita, number=world.release, fields=plan_fields(now))
    shift = ("dora", now - timedelta(hours=1), now + timedelta(days=8))
    releases.set_people(actor=rita, number=world.release, stakeholders={"stan": "accept"}, roster=[shift])
    states = {key: {"version": "1.0"} for key in [*world.keys()]}
    releases.expect(actor=actor("ben"), number=world.release, states=states)
    lifecycle.fire(actor=rita, number=world.release, event="start_build")


def launch(world: World, environment: str = "production", intent: Intent = Intent.PLANNED) -> str:
    """Deploy in this process; the launcher wrote the design."""
    row = ask.release(world.release)
    made = deployments.launch(actor=actor("dora"), release=row, environment=environment, intent=intent)
    drive(made.number)
    return made.number


def finish(world: World) -> None:
    """Do what the closure asks for; the release closes by itself with the last of it."""
    number, rita = world.release, actor("rita")
    reviews.accept_operations(actor=actor("dora"), number=number, service_level_met=True)
    for one in world.changes:
        changes.move(actor=actor("chris"), number=one, event="close")
    closure = {"closure_code": "successful", "no_lessons_reason": "Nothing was new."}
    releases.edit(actor=rita, number=number, fields=closure)
    reviews.measure_objectives(actor=rita, number=number, results={"It is better": ("met", "seen")})
    reviews.rate(actor=actor("stan"), number=number, rating=5)
    reviews.complete(actor=rita, number=number, went_well="All.", to_change="Nothing.")
