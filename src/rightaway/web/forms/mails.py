"""How one is told: a channel for each group, quiet hours, and when the digest comes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.mails import Channel, DigestEvery
from rightaway.domain.notifications import Group
from rightaway.web.forms.base import CommandForm
from rightaway.web.forms.lists import FilterForm
from rightaway.web.forms.people import zones

GROUPS = {
    Group.APPROVALS: _("Approvals"),
    Group.TASKS: _("Tasks"),
    Group.NOTICES: _("Notices about releases"),
    Group.DEADLINES: _("Deadlines"),
    Group.RELEASES: _("Releases"),
    Group.CHANGES: _("Changes"),
    Group.DEPLOYMENTS: _("Deployments"),
    Group.BOARDS: _("Boards"),
    Group.CONVERSATIONS: _("Comments and mentions"),
}
CHANNELS = [
    (Channel.AT_ONCE.value, _("Mail at once")),
    (Channel.DIGEST.value, _("In the digest")),
    (Channel.NEVER.value, _("Only in the inbox")),
]
WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]
STATES = [
    ("", _("Any state")),
    ("queued", _("Queued")),
    ("sending", _("Sending")),
    ("sent", _("Sent")),
    ("failed", _("Failed")),
    ("unknown", _("Unknown")),
    ("dropped", _("Dropped")),
]


def _hour(**kwargs: Any) -> forms.TimeField:
    return forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **kwargs)


class MailPreferencesForm(CommandForm):
    quiet_from = _hour(label=_("Quiet from"), required=False)
    quiet_until = _hour(label=_("Quiet until"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone of these hours"), required=False, choices=zones)
    digest_every = forms.ChoiceField(
        label=_("Digest"), choices=[(DigestEvery.DAY, _("Every day")), (DigestEvery.WEEK, _("Every week"))]
    )
    digest_at = _hour(label=_("Digest at"))
    digest_weekday = forms.TypedChoiceField(label=_("Day of a weekly digest"), coerce=int, choices=WEEKDAYS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = {name: forms.ChoiceField(label=title, choices=CHANNELS) for name, title in GROUPS.items()}
        self.fields = {**{str(name): field for name, field in own.items()}, **self.fields}

    def choices(self, given: dict[str, Any]) -> dict[str, Any]:
        """Give what was chosen as the command takes it."""
        channels = {name: value for name, value in given.items() if name in set(Group)}
        return {"channels": channels, **{name: one for name, one in given.items() if name not in channels}}


class OutboxFilter(FilterForm):
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
