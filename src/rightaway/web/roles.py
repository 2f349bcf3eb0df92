"""The permission matrix as a page: who may do what, from the data that every command asks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rightaway.domain.permissions import MATRIX, Cell, Role
from rightaway.web.forms.lists import RoleFilter
from rightaway.web.pages import page
from rightaway.web.viewers import Viewer

CELLS: dict[Cell, tuple[str | Promise, str | Promise]] = {
    Cell.YES: (_("yes"), _("in the services where the role is held")),
    Cell.SECOND_PERSON: (
        _("sensitive"),
        _(
            "allowed, and meant for two people: where the command has no second decision of its own, one does it and"
            " it stands in the audit log"
        ),
    ),
    Cell.OWN: (_("own"), _("only on what they made themselves")),
    Cell.NOT_PRODUCTION: (_("not production"), _("only outside production")),
    Cell.STANDARD_CHANGE: (_("standard"), _("only under a standard change that was authorised beforehand")),
}

ACTIONS: dict[str, str | Promise] = {
    "release.view": _("See releases and what belongs to them"),
    "release.register": _("Register a release"),
    "release.edit": _("Edit a release"),
    "release.submit": _("Move a release to its next phase"),
    "release.close": _("Close a release"),
    "release.sign_off": _("Sign off what a release asks for"),
    "release.hold": _("Put a release on hold"),
    "release.relate": _("Relate a release to others: dependencies, parts, what supersedes what"),
    "bundle.edit": _("Follow releases together in a bundle"),
    "train.manage": _("Set up release trains, and move or cancel their departures"),
    "train.board": _("Let a release board a train or leave it"),
    "record.comment": _("Comment on a record"),
    "record.watch": _("Watch a record"),
    "comment.edit": _("Edit a comment"),
    "view.save": _("Save a view of a list"),
    "view.share": _("Share a saved view"),
    "plan.edit": _("Edit the design of a deployment"),
    "plan.schedule": _("Schedule a release"),
    "policy.edit": _("Write and confirm the release policy of a service"),
    "package.build": _("Build a package"),
    "evidence.import": _("Import evidence, such as test reports"),
    "gate.waive": _("Waive what a gate asks for"),
    "task.complete": _("Complete a task"),
    "task.vote": _("Vote at a checkpoint"),
    "training.edit": _("Plan training, and record who came"),
    "approval.request": _("Ask for an approval"),
    "approval.vote.plan_design": _("Vote on plan and design"),
    "approval.vote.build_test": _("Vote on build and test"),
    "approval.vote.deployment": _("Vote on the deployment"),
    "approval.vote.emergency": _("Vote on an emergency"),
    "approval.vote.freeze_exception": _("Vote on an exception from a freeze"),
    "approval.vote.rollout_acceptance": _("Vote on the acceptance of a rollout"),
    "approval.vote.verification": _("Vote on the verification"),
    "approval.withdraw": _("Withdraw a vote"),
    "approval.delegate": _("Let somebody vote in one's place"),
    "group.define": _("Define a group of approvers"),
    "board.define": _("Define a board"),
    "board.conduct": _("Plan and conduct meetings of a board"),
    "change.register": _("Register a change"),
    "change.edit": _("Edit a change"),
    "change.authorise": _("Authorise a change"),
    "change.authorise.emergency": _("Authorise an emergency change"),
    "change.close": _("Close a change"),
    "change_model.edit": _("Write a model of standard changes"),
    "change_model.authorise": _("Authorise a model of standard changes"),
    "change_model.retire": _("Suspend or retire a model of standard changes"),
    "record.import": _("Import releases and changes of another system"),
    "deployment.rehearse": _("Rehearse a deployment"),
    "deployment.launch": _("Launch a deployment"),
    "deployment.pause": _("Pause or cancel a deployment"),
    "deployment.resume": _("Resume a deployment"),
    "deployment.abort": _("Abort a deployment"),
    "deployment.back_out": _("Back out a deployment"),
    "deployment.resolve.not_applied": _("Decide that a step in doubt did not take effect"),
    "deployment.resolve.applied": _("Decide that a step in doubt took effect"),
    "ci.edit": _("Edit configuration items, services and environments"),
    "target.define": _("Define a target"),
    "article.edit": _("Edit an article"),
    "incident.record": _("Record an incident"),
    "outage.record": _("Record and correct an outage"),
    "early_life.manage": _("Manage early life support"),
    "review.edit": _("Edit a review"),
    "workflow.view": _("See the workflows"),
    "workflow.edit": _("Write and activate a workflow, and move releases to it"),
    "role.grant": _("Give and take away roles"),
    "token.create": _("Make a token"),
    "service_account.create": _("Make a service account"),
    "audit.read": _("Read the audit log"),
    "metrics.read": _("Read the figures"),
    "system.configure": _("Configure the system"),
}


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("role.grant", None)
    filters = RoleFilter(request.GET)
    chosen = filters.chosen()
    roles = [role for role in Role if not chosen["role"] or role == chosen["role"]]
    rows = [_row(action, roles) for action in MATRIX if _matches(action, chosen["text"])]
    if chosen["role"]:
        rows = [one for one in rows if any(one[2])]
    context = {"filters": filters, "roles": roles, "rows": rows, "cells": list(CELLS.values())}
    return render(request, "administration/roles.html", context)


def _matches(action: str, text: str) -> bool:
    found = f"{action} {ACTIONS[action]}".lower()
    return all(word in found for word in text.lower().split())


def _row(action: str, roles: list[Role]) -> tuple[str, str | Promise, list[list[Any]]]:
    held = [[CELLS[cell][0] for cell in Cell if cell in MATRIX[action][role]] for role in roles]
    return action, ACTIONS[action], held
