"""Holding a release, and resuming it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.services import release_holds
from rightaway.web import frames
from rightaway.web.forms.base import VersionForm
from rightaway.web.forms.lifecycle import HoldForm
from rightaway.web.pages import act, bound, command
from rightaway.web.viewers import Viewer


@act
def hold(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("release.hold", row.service.key)

    def run(given: dict[str, Any]) -> None:
        release_holds.hold(
            actor=viewer.actor,
            number=number,
            reason=given["reason"],
            until=given["until"],
            expected_version=given["version"],
        )

    return command(
        request,
        HoldForm(**bound(request), initial={"version": row.version}),
        run,
        title=_("Put {number} on hold").format(number=number),
        button=_("Put on hold"),
        back=reverse("release", args=[number]),
        done=_("{number} is on hold.").format(number=number),
        undo=reverse("release-resume", args=[number]),
        text=_(
            "Nobody votes, edits or deploys until it is resumed. Evidence is still taken in, and the release can"
            " be abandoned."
        ),
        crumbs=frames.crumbs(number),
    )


@act
def resume(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("release.hold", row.service.key)
    return command(
        request,
        VersionForm(**bound(request), initial={"version": row.version}),
        lambda given: release_holds.resume(
            actor=viewer.actor, number=number, expected_version=given["version"]
        ),
        title=_("Resume {number}").format(number=number),
        button=_("Resume"),
        back=reverse("release", args=[number]),
        done=_("{number} goes on.").format(number=number),
        text=_(
            "It goes on where it was; conflicts are judged anew, and approvals that became too old meanwhile have"
            " to be asked for again."
        ),
        crumbs=frames.crumbs(number),
    )
