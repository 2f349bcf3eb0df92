"""What a launch must meet before anything of it exists; the rest is judged by the gate before each wave."""

from django.utils import timezone

from rightaway.domain import emergency, separation
from rightaway.domain.canonical import digest
from rightaway.domain.change_models import HINT, check_usable
from rightaway.domain.changes import TERMINAL, ChangeState, ChangeType, may_start
from rightaway.domain.deployment_states import DeploymentStatus, Intent
from rightaway.domain.errors import Forbidden, Refused
from rightaway.domain.plans import LABEL
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import Actor
from rightaway.domain.workflow_checks import GO
from rightaway.queries import approvers, change_models, templates
from rightaway.records.changes.models import Change, ChangeModel
from rightaway.records.deployments.models import Deployment, Plan
from rightaway.records.releases.models import Release
from rightaway.services import _guard
from rightaway.services._people import separation_person


def check_plan(release: Release, plan: Plan, intent: Intent, *, production: bool) -> None:
    template = templates.of(release)
    if release.phase not in template.launch_phases(production=production):
        raise Refused(
            "deployment.wrong_phase",
            said(
                "{number} is in phase {phase}; nothing is deployed to {key} from there.",
                number=release.number,
                phase=Word(release.phase),
                key=plan.environment.key,
            ),
            hint=said("Look at the release page for what is missing to move on."),
        )
    if intent is Intent.DRILL and production:
        raise Refused("deployment.drill_in_production", said("A rehearsal runs in a lower environment."))
    if digest(plan.body, label=LABEL) != plan.digest:
        raise Refused(
            "plan.tampered",
            said("The stored plan is not the one that was compiled."),
            hint=said("Compile it again."),
        )
    check_free(plan)


def check_free(plan: Plan) -> None:
    """Refuse while another deployment still works on targets of the plan."""
    busy = Deployment.objects.filter(environment=plan.environment).exclude(
        status__in=[status for status in DeploymentStatus if status.complete]
    )
    holder = busy.filter(target_runs__target__key__in=list(plan.body["targets"])).first()
    if holder is not None:
        raise Refused(
            "deployment.busy",
            said(
                "{number} of {release} still works on these targets.",
                number=holder.number,
                release=holder.release.number,
            ),
            hint=said("Wait for {number} or end it.", number=holder.number),
        )


def check_changes(release: Release) -> None:
    """Refuse production to a release with a change that may not be carried out now, such as one that was backed out."""
    for change in release.changes.select_related("model").order_by("pk"):
        if not may_start(change.change_type, ChangeState(change.state)):
            raise Refused(
                "deployment.change_not_authorised",
                said(
                    "{number} is {state} and may not be carried out now.",
                    number=change.number,
                    state=Word(change.state.replace("_", " ")),
                ),
                hint=said(
                    "Plan {number} again and have it authorised, or take it out of the release.",
                    number=change.number,
                ),
                evidence={"change": change.number, "state": change.state},
            )
        if change.change_type == ChangeType.STANDARD and ChangeState(change.state) not in TERMINAL:
            _check_model(change)


def _check_model(change: Change) -> None:
    """Refuse a standard change whose model was suspended since, or that was registered before there were models."""
    if change.model is None:
        raise Refused(
            "change.model_needed",
            said("{number} names no model that authorises it.", number=change.number),
            hint=HINT,
        )
    check_usable(change_models.as_model(change.model), timezone.now())


def check_launcher(actor: Actor, release: Release) -> None:
    """
    Hold production to S3, S4 and S8: somebody independent approved, and more than one where the author launches.

    An approval counts for the content as it is now, and a vote while its voter may still give it. Where the
    workflow asks nobody, the people behind the model of each change stand for it: who wrote and who authorised it.
    """
    acts = [
        separation.Contribution(separation_person(one.person), "wrote", one.part)
        for one in release.contributions.select_related("person")
    ]
    launcher = separation_person(_guard.person(actor))
    go = GO if release.ratify_by is None else emergency.APPROVAL
    is_asked = templates.of(release).has_approval(go)
    groups = [approvers.approved_by(release, go, timezone.now())] if is_asked else _behind_models(release)
    for voters in groups or [frozenset()]:
        refusal = separation.may_launch(launcher, acts, voters, production=True, standard_change=not is_asked)
        if refusal is not None:
            raise Forbidden(refusal.code, refusal.message, hint=refusal.hint)


def _behind_models(release: Release) -> list[frozenset[str]]:
    """Give the people behind each change; nobody for one without a model."""
    changes = release.changes.select_related("model").prefetch_related("model__authors").order_by("pk")
    return [_behind(change.model) for change in changes if ChangeState(change.state) not in TERMINAL]


def _behind(model: ChangeModel | None) -> frozenset[str]:
    if model is None:
        return frozenset()
    people = {one.pk for one in model.authors.all()} | {model.authorised_by_id}
    return frozenset(str(one) for one in people if one is not None)
