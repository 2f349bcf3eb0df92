"""How one is told, which alerts there are, and what became of the mail."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.queries import alerts as ask
from rightaway.queries import mails as ask_mails
from rightaway.services import mails
from rightaway.web.forms.base import CommandForm
from rightaway.web.forms.mails import GROUPS, MailPreferencesForm, OutboxFilter
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import Viewer

ADMINISTER = "system.configure"
MOST_RAISED = 20


@act
def preferences(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    form = MailPreferencesForm(**bound(request), initial=_kept(viewer))
    missing = (
        "" if viewer.user.email else _("Your account has no mail address; an administrator can give it one.")
    )
    return command(
        request,
        form,
        lambda given: mails.prefer(actor=viewer.actor, **form.choices(given)) and None,
        title=_("Mail and digest"),
        button=_("Save"),
        back=reverse("profile"),
        done=_("Your choices are kept."),
        text=_(
            "Your inbox has everything. What cannot wait is sent at once at any hour: a back-out, the point of no"
            " return, a window that will be exceeded, steps without a permit."
        ),
        warning=missing
        if ask_mails.is_configured()
        else _("No mail server is configured, so nothing is sent."),
        crumbs=[(_("Profile"), reverse("profile"))],
    )


def _kept(viewer: Viewer) -> dict[str, object]:
    row, wishes = ask_mails.preferences(viewer.user.pk), ask_mails.wishes(viewer.user.pk)
    return {
        **{str(group): wishes.channel(group).value for group in GROUPS},
        **{name: getattr(row, name) for name in MailPreferencesForm.base_fields},
        "digest_at": wishes.at,
    }


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show every alert there is, and what was raised lately."""
    viewer.require(ADMINISTER)
    context = {"table": ask.table(), "raised": list(ask.raised()[:MOST_RAISED])}
    return render(request, "administration/alerts.html", context)


@page
def outbox(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(ADMINISTER)
    filters = OutboxFilter(request.GET)
    context = {
        "rows": paged(request, ask_mails.outbox(**filters.chosen())),
        "filters": filters,
        "counts": ask_mails.counts(),
        "is_configured": ask_mails.is_configured(),
        "troubled": ask_mails.TROUBLED,
    }
    return render(request, "administration/outbox.html", context)


@act
def send_again(request: HttpRequest, viewer: Viewer, mail: int) -> HttpResponse:
    viewer.require(ADMINISTER)
    row = ask_mails.outbox().filter(pk=mail).first()
    if row is None:
        raise NotFound(
            "not_found", said("There is no message {mail}.", mail=mail), hint=said("Look at the list.")
        )
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: mails.send_again(actor=viewer.actor, mail_id=mail) and None,
        title=_("Send the message again"),
        button=_("Send again"),
        back=reverse("outbox"),
        done=_("It is sent again."),
        text=_("{person} may get it twice: nobody knows whether it arrived.").format(person=row.person)
        if row.state == "unknown"
        else "",
        crumbs=[(_("Outbox"), reverse("outbox"))],
    )
