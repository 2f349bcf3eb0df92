"""Deployments: the list, launching one, watching one live, steering it, deciding what nobody knows."""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rightaway.domain.deployment_states import DeploymentStatus, Intent, TargetStatus
from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import EnvironmentTier
from rightaway.queries import deployments, estimates
from rightaway.services import deployments as commands
from rightaway.web import conversations, deployment_logs, frames, lists, operations, prospects
from rightaway.web.forms.base import ReasonForm
from rightaway.web.forms.deployments import LaunchForm, OperatorForm, ResolveForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.statuses import within
from rightaway.web.viewers import Viewer

LAST_CHECKS = 20


@page
@lists.opens_with_default("deployments")
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.view", None)
    around = lists.around(request, viewer, "deployments")
    rows = deployments.listed(**around["filters"].chosen(), sort=request.GET.get("sort", ""))
    cut = paged(request, viewer.narrowed(rows, "release__service__key"))
    return render(request, "deployments/index.html", {"rows": cut, **around})


@page
def of_release(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    scope = row.service.key
    may_launch = viewer.may("deployment.launch", scope, production=False) or viewer.may(
        "deployment.rehearse", scope
    )
    context = {
        **frames.frame(viewer, row, "release-deployments"),
        "rows": paged(request, deployments.listed().filter(release=row)),
        "plans": list(row.plans.filter(is_current=True).select_related("environment")),
        "may_launch": may_launch,
    }
    return render(request, "releases/deployments.html", context)


@act
def launch(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("deployment.rehearse", row.service.key)
    environments = operations.launchable(viewer, row)
    initial = {name: request.GET[name] for name in ("environment", "intent") if name in request.GET}
    form = LaunchForm(**bound(request), environments=environments, initial=initial)

    def run(given: dict[str, Any]) -> str:
        made = commands.launch(
            actor=viewer.actor,
            release=row,
            environment=given["environment"],
            intent=Intent(given["intent"]),
            reason=given["reason"],
        )
        return reverse("deployment", args=[made.number])

    return command(
        request,
        form,
        run,
        title=_("Deploy {number}").format(number=number),
        button=_("Launch"),
        done=_("The deployment is launched."),
        text=_(
            "Rightaway judges the gate again before every wave: approvals, window, notices, backups."
            " A rehearsal (drill) runs in a lower environment and ends by backing out."
        ),
        warning=""
        if environments
        else _(
            "There is no compiled plan that you may carry out. Compile one on the page of the plan first."
        ),
        **frames.inside(row, "release-deployments"),
    )


def _found(viewer: Viewer, number: str) -> Any:
    row = deployments.deployment(number)
    return viewer.seen(
        row, row.release.service.key if row else "", said("deployment {number}", number=number)
    )


def _is_production(row: Any) -> bool:
    return bool(row.environment.tier == EnvironmentTier.PRODUCTION)


@page
def deployment(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Show a deployment; a browser that watches asks for its parts again whenever the state changes."""
    row = _found(viewer, number)
    if request.headers.get("HX-Request") == "true":
        if request.GET.get("part") == "records":
            return render(request, "deployments/records.html", _records(request, row))
        return render(request, "deployments/state.html", _state(request, viewer, row))
    context = {
        **_state(request, viewer, row),
        **deployment_logs.shown(request, row),
        **_records(request, row),
        "talk": conversations.talk(viewer, SubjectKind.DEPLOYMENT, row),
        "log_targets": [key for wave in row.plan.body["waves"] for key in wave["targets"]],
        "log_steps": [step["key"] for step in row.plan.body["steps"]],
    }
    return render(request, "deployments/deployment.html", context)


def _records(request: HttpRequest, row: Any) -> dict[str, Any]:
    tried = deployments.attempts(row).order_by("-id")
    for name, field in (("target", "run__target__key"), ("step", "step_key")):
        if request.GET.get(name):
            tried = tried.filter(**{field: request.GET[name]})
    checks = list(deployments.checks(row)[:LAST_CHECKS])
    return {"deployment": row, "attempts": paged(request, tried), "checks": checks}


def _state(request: HttpRequest, viewer: Viewer, row: Any) -> dict[str, Any]:
    progress, grid, at_work = deployments.progress(row), deployments.grid(row), deployments.at_work(row)
    forecast = estimates.forecast(row, grid, at_work, timezone.now())
    counts = Counter(run.status for one in grid for run in one["runs"])
    only = request.GET.get("only") == "attention"
    if only:
        for one in grid:
            one["runs"] = [run for run in one["runs"] if TargetStatus(run.status).needs_look]
    for one in grid:
        one["estimate"] = forecast.waves.get(one["wave"].ordinal)
    return {
        "deployment": row,
        "release": row.release,
        "is_over": DeploymentStatus(row.status).complete,
        "grid": grid,
        "at_work": at_work,
        "only": only,
        "legend": [(status, counts[status]) for status in TargetStatus if counts[status]],
        "attention": sum(counts[status] for status in TargetStatus if status.needs_look),
        "estimate": forecast.whole,
        "basis": prospects.basis(forecast),
        "progress": progress,
        "settled": sum(count for status, count in counts.items() if TargetStatus(status).settled),
        "holds": list(row.holds.filter(cleared_at__isnull=True)),
        "doubtful": list(deployments.doubtful(row)),
        "operations": operations.offered(viewer, row, production=_is_production(row)),
        "may_resolve": viewer.may(
            "deployment.resolve.not_applied", row.release.service.key, production=_is_production(row)
        ),
        "may_undo": operations.may_undo(viewer, row),
        "undone_by": list(row.undone_by.all()),
    }


@page
def log(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponseBase:
    """Give the log as a file of text."""
    return deployment_logs.file(request, _found(viewer, number))


@act
def operate(request: HttpRequest, viewer: Viewer, number: str, name: str) -> HttpResponse:
    row = _found(viewer, number)
    known = operations.OPERATIONS.get(name)
    if known is None:
        raise NotFound(
            "not_found",
            said("There is no command '{name}'.", name=name),
            hint=", ".join(operations.OPERATIONS),
        )
    viewer.require(known.permission, row.release.service.key, production=_is_production(row))
    form = OperatorForm(
        **bound(request), needed=name in commands.NEEDS_REASON, initial={"version": row.version}
    )
    return command(
        request,
        form,
        lambda given: commands.command(
            actor=viewer.actor,
            number=number,
            name=name,
            reason=given["reason"],
            command_id=given["command_id"],
            expected_version=None if name in operations.ALWAYS_CURRENT else given["version"],
        ),
        title=f"{known.title}: {number}",
        button=str(known.title),
        tone="danger" if known.is_grave else "primary",
        text=known.consequence,
        warning=operations.situation(row, deployments.progress(row)),
        back=reverse("deployment", args=[number]),
        done=_("The command is given: {known}.").format(known=within(str(known.title))),
        crumbs=_crumbs(number),
        template="deployments/operate.html",
        seen_at=timezone.now(),
        is_checked=name not in operations.ALWAYS_CURRENT,
        **prospects.consequences(name, row),
    )


@act
def undo(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    viewer.require("deployment.back_out", row.release.service.key, production=_is_production(row))
    return command(
        request,
        ReasonForm(**bound(request)),
        lambda given: reverse(
            "deployment", args=[commands.undo(actor=viewer.actor, row=row, reason=given["reason"]).number]
        ),
        title=_("Undo {number}").format(number=number),
        button=_("Undo it"),
        tone="danger",
        text=_(
            "A new deployment begins at once that takes every target this one touched back to where it was."
        ),
        back=reverse("deployment", args=[number]),
        done=_("The way back has begun."),
        crumbs=_crumbs(number),
        template="deployments/operate.html",
        seen_at=timezone.now(),
        is_checked=False,
        **prospects.consequences("undo", row),
    )


@act
def resolve(request: HttpRequest, viewer: Viewer, number: str, attempt_id: int) -> HttpResponse:
    row = _found(viewer, number)
    attempt = deployments.doubtful(row).filter(pk=attempt_id).first()
    if attempt is None:
        raise NotFound(
            "not_found",
            said("{number} has no attempt {attempt_id} in doubt.", number=number, attempt_id=attempt_id),
            hint=said("It may be decided by now."),
        )
    scope, production = row.release.service.key, _is_production(row)
    viewer.require("deployment.resolve.not_applied", scope, production=production)
    return command(
        request,
        ResolveForm(**bound(request)),
        lambda given: commands.resolve(
            actor=viewer.actor, attempt_id=attempt_id, resolution=given["resolution"], reason=given["reason"]
        ),
        title=_("What happened to {step_key} on {key}?").format(
            step_key=attempt.step_key, key=attempt.run.target.key
        ),
        button=_("Decide"),
        text=_(
            "Rightaway lost sight of this step while it ran and does not guess. Look at the target, then say what"
            " you saw: the deployment goes on from your answer."
        ),
        warning="\n".join(
            filter(None, (attempt.message, _("Operation: {key}").format(key=attempt.operation_id)))
        ),
        back=reverse("deployment", args=[number]),
        done=_("Your decision is recorded."),
        crumbs=_crumbs(number),
    )


def _crumbs(number: str) -> list[tuple[str, str]]:
    return [(_("Deployments"), reverse("deployments")), (number, reverse("deployment", args=[number]))]
