"""Environments, services and targets as those define them who may: lists with forms, the same commands as a file."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import Invalid, NotFound
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import EnvironmentTier
from rightaway.drivers import registry
from rightaway.queries import cmdb as ask
from rightaway.services import cmdb
from rightaway.web import choices
from rightaway.web.accounts import sensitive
from rightaway.web.forms.administration import EnvironmentForm, ServiceForm, TargetForm
from rightaway.web.forms.base import Choices, CommandForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import EVERYWHERE, Viewer

EDIT, TARGET = "ci.edit", "target.define"


def _may_see(viewer: Viewer) -> None:
    if not viewer.may(EDIT, None):
        viewer.require(TARGET, None, production=False)


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    _may_see(viewer)
    targets = paged(request, ask.targets())
    context = {
        "environments": list(ask.environments_counted()),
        "services": [(one, viewer.may(EDIT, one.key)) for one in ask.services_counted()],
        "rows": targets,
        "targets": [(one, _may_define(viewer, one.environment)) for one in targets],
        "may_edit": viewer.may(EDIT),
        "may_define": viewer.may(TARGET, production=False),
    }
    return render(request, "administration/estate.html", context)


def _may_define(viewer: Viewer, environment: Any) -> bool:
    return viewer.may(TARGET, production=environment.tier == EnvironmentTier.PRODUCTION)


def _one(rows: Any, key: str, what: str) -> Any:
    row = rows.filter(key=key).first() if key else None
    if key and row is None:
        raise NotFound(
            "not_found",
            said("There is no {what} {key}.", what=Word(what), key=key),
            hint=said("Look at the list."),
        )
    return row


def _seen(rows: Any, row: Any, given: dict[str, Any]) -> int | None:
    """
    Give the version that was looked at; what is made anew must not take the place of another.

    Raises:
        Invalid: `key.taken`.
    """
    if row is not None:
        return int(given["version"])
    if rows.filter(key=given["key"]).exists():
        raise Invalid(
            "key.taken", said("There is one with the key {key} already.", key=given["key"]), at="key"
        )
    return None


def _define(
    request: HttpRequest,
    viewer: Viewer,
    rows: Any,
    row: Any,
    form: CommandForm,
    define: Callable[..., object],
    *,
    title: str,
    **said: Any,
) -> HttpResponse:
    """
    Show the form of one record, or keep what it says.

    Args:
        rows: Where keys may be taken.
        row: The record that is changed; None makes a new one, under the given title.
        define: Takes what was given, and by name the actor, the key and the version that was seen.
    """
    address = reverse("estate")

    def run(given: dict[str, Any]) -> None:
        seen = _seen(rows, row, given)
        define(given, actor=viewer.actor, key=given["key"], expected_version=seen)

    return command(
        request,
        form,
        run,
        title=_("Change {name}").format(name=row) if row else title,
        button=_("Save"),
        back=address,
        crumbs=[(_("Environments and services"), address)],
        **said,
    )


@act
@sensitive
def environment(request: HttpRequest, viewer: Viewer, key: str = "") -> HttpResponse:
    viewer.require(EDIT)
    row = _one(ask.environments(), key, "environment")
    return _define(
        request,
        viewer,
        ask.environments(),
        row,
        EnvironmentForm(
            **bound(request), initial=_values(row, "key", "name", "tier", "version"), is_new=row is None
        ),
        lambda given, **how: cmdb.define_environment(name=given["name"], tier=given["tier"], **how),
        title=_("Define an environment"),
        done=_("The environment is saved."),
        text=_(
            "The tier decides which rules hold there: production asks for approvals, windows and rehearsals."
        ),
    )


@act
@sensitive
def service(request: HttpRequest, viewer: Viewer, key: str = "") -> HttpResponse:
    viewer.require(EDIT, key or EVERYWHERE)
    row = _one(ask.services().select_related("owner"), key, "service")
    initial = _values(row, "key", "name", "criticality", "version")
    if row and row.owner:
        initial["owner"] = row.owner.username
    return _define(
        request,
        viewer,
        ask.items(),
        row,
        ServiceForm(**bound(request), initial=initial, is_new=row is None, owners=choices.persons()),
        lambda given, **how: cmdb.define_item(
            fields={**_picked(given, "name", "criticality", "owner"), "ci_class": "service"}, **how
        ),
        title=_("Define a service"),
        done=_("The service is saved."),
        text=_(
            "Releases, roles and figures belong to a service. What its releases are held to is its release policy."
        ),
    )


@act
@sensitive
def target(request: HttpRequest, viewer: Viewer, key: str = "") -> HttpResponse:
    row = _one(ask.targets(), key, "target")
    viewer.require(TARGET, production=row is not None and row.environment.tier == EnvironmentTier.PRODUCTION)
    form = TargetForm(
        **bound(request), initial=_of_target(row), is_new=row is None, choices=_for_target(viewer)
    )
    return _define(
        request,
        viewer,
        ask.targets(),
        row,
        form,
        lambda given, **how: cmdb.define_target(fields=_picked(given, *_TARGET), **how),
        title=_("Define a target"),
        done=_("The target is saved."),
        text=_(
            "A plan that is compiled already keeps the target as it was: compile it again after a change."
        ),
    )


_TARGET = ("ci", "environment", "driver", "config", "tags", "failure_domain")


def _for_target(viewer: Viewer) -> dict[str, Choices]:
    places = [one for one in ask.environments() if _may_define(viewer, one)]
    return {
        "ci": choices.items(),
        "environment": [(one.key, f"{one.name} ({one.tier})") for one in places],
        "driver": [(kind, kind) for kind in registry.kinds()],
    }


def _of_target(row: Any) -> dict[str, Any]:
    if row is None:
        return {}
    config = json.dumps(row.config, indent=2, ensure_ascii=False)
    found = _values(row, "key", "driver", "tags", "failure_domain", "version")
    return {**found, "ci": row.ci.key, "environment": row.environment.key, "config": config}


def _values(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names} if row else {}


def _picked(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: given[name] for name in names}
