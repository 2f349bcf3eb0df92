"""Changes that were made without leave: recording one, and sending it back."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.queries import changes
from rightaway.services import unauthorised_changes as commands
from rightaway.web import choices
from rightaway.web.forms.changes import RevertForm, UnauthorisedForm
from rightaway.web.pages import act, bound, command
from rightaway.web.viewers import Viewer


@act
def record(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("change.register", None)
    form = UnauthorisedForm(
        **bound(request), services=choices.services(viewer, "change.register"), items=choices.items()
    )
    return command(
        request,
        form,
        lambda given: reverse("change", args=[commands.record(actor=viewer.actor, **given).number]),
        title=_("Record an unauthorised change"),
        button=_("Record"),
        back=reverse("changes"),
        done=_("It is recorded as an emergency change."),
        text=_(
            "For what was changed without leave. It becomes an emergency change: two people accept it, or one has it"
            " taken back."
        ),
        crumbs=[(_("Changes"), reverse("changes"))],
    )


@act
def revert(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = changes.change(number)
    row = viewer.seen(row, row.service.key if row else "", said("change {number}", number=number))
    viewer.require("change.authorise.emergency", row.service.key)
    if not changes.may_be_reverted(row):
        raise NotFound(
            "not_found",
            said("{number} does not wait for a decision.", number=number),
            hint=said("Look at the page of the change."),
        )
    return command(
        request,
        RevertForm(**bound(request), initial={"version": row.version}),
        lambda given: reverse(
            "change",
            args=[
                commands.revert(
                    actor=viewer.actor,
                    number=number,
                    reason=given["reason"],
                    expected_version=given["version"],
                ).number
            ],
        ),
        title=_("Take back {number}").format(number=number),
        button=_("Take back"),
        back=reverse("change", args=[number]),
        done=_("This change takes it back."),
        text=f"{row.title}\n\n{row.evidence}",
        crumbs=[(_("Changes"), reverse("changes")), (number, reverse("change", args=[number]))],
    )
