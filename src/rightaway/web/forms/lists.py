"""What lists can be filtered by; a value that makes no sense filters nothing."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rightaway.domain.changes import ChangeState, ChangeType
from rightaway.domain.debts import DebtOrigin, DebtState
from rightaway.domain.deployment_states import DeploymentStatus, Ending
from rightaway.domain.lessons import LessonState
from rightaway.domain.permissions import Role
from rightaway.domain.saved_views import NAME_CHARACTERS
from rightaway.domain.values import (
    AccountState,
    ArticleKind,
    RecordState,
    ReleaseType,
    TaskCategory,
    TaskKind,
    TaskState,
)
from rightaway.queries import cmdb
from rightaway.web.forms.base import Choices, CommandForm, Text, options

ANY = _("Any")


class FilterForm(forms.Form):
    def __init__(self, data: Any, **choices: Choices) -> None:
        super().__init__(data, label_suffix="")
        for name, found in choices.items():
            self.fields[name].choices = [*self.fields[name].choices, *found]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def is_set(self) -> bool:
        return any(self.cleaned_data.values())

    def chosen(self) -> dict[str, Any]:
        """Give what was chosen, under the names the queries use."""
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


def services() -> Choices:
    return [("", ANY), *((one.key, one.name) for one in cmdb.services())]


def environments() -> Choices:
    return [("", ANY), *((one.key, one.name) for one in cmdb.environments())]


def _text(label: Text) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=200)


def _choice(label: Text, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices)


def _day(label: Text) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))


class ReleaseFilter(FilterForm):
    text = _text(_("Number or title"))
    phase = _choice(_("Phase"), [("", ANY)])
    service = _choice(_("Service"), services)
    open = _choice(_("State"), [("", ANY), ("yes", _("Open")), ("no", _("Closed or abandoned"))])

    def chosen(self) -> dict[str, Any]:
        found = super().chosen()
        found["is_open"] = {"yes": True, "no": False}.get(found.pop("open"))
        return found


class OverviewFilter(FilterForm):
    text = _text(_("Number or title"))
    service = _choice(_("Service"), services)
    mine = _choice(_("Whose"), [("", _("Everybody's")), ("yes", _("Mine"))])


class TimelineFilter(FilterForm):
    text = _text(_("Number or title"))
    service = _choice(_("Service"), services)
    since = forms.DateField(
        label=_("Week of"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class ChangeFilter(FilterForm):
    text = _text(_("Number or title"))
    state = _choice(_("State"), options(ChangeState, empty=ANY))
    change_type = _choice(_("Type"), options(ChangeType, empty=ANY))
    service = _choice(_("Service"), services)


class TaskFilter(FilterForm):
    """One's own tasks that have not ended, unless something else is asked for."""

    text = _text(_("Release or title"))
    whose = _choice(_("Whose"), [("", _("Mine")), ("all", _("Everybody's"))])
    state = _choice(_("State"), [("", _("Not over yet")), ("all", ANY), *options(TaskState)])
    kind = _choice(_("Kind"), options(TaskKind, empty=ANY))
    category = _choice(_("Category"), options(TaskCategory, empty=ANY))
    service = _choice(_("Service"), services)
    due = _choice(_("Due"), [("", ANY), ("late", _("Overdue"))])

    def chosen(self) -> dict[str, Any]:
        found = super().chosen()
        found["mine"] = found.pop("whose") != "all"
        found["is_overdue"] = True if found.pop("due") == "late" else None
        return {**found, "state": {"": "open", "all": ""}.get(found["state"], found["state"])}


class DebtFilter(FilterForm):
    """What is still owed, unless something else is asked for."""

    text = _text(_("Number, release or text"))
    state = _choice(_("State"), [("", _("Open")), ("all", ANY), *options([DebtState.SETTLED])])
    whose = _choice(_("Whose"), [("", _("Everybody's")), ("mine", _("Mine"))])
    service = _choice(_("Service"), services)
    release = _text(_("Release"))
    origin = _choice(_("From"), options(DebtOrigin, empty=ANY))
    due = _choice(_("Due"), [("", ANY), ("late", _("Overdue"))])

    def chosen(self) -> dict[str, Any]:
        found = super().chosen()
        found["mine"] = found.pop("whose") == "mine"
        found["overdue_at"] = timezone.now() if found.pop("due") == "late" else None
        return {**found, "state": {"": DebtState.OPEN, "all": ""}.get(found["state"], found["state"])}


class LessonFilter(FilterForm):
    text = _text(_("Number or title"))
    state = _choice(_("State"), options(LessonState, empty=ANY))
    whose = _choice(_("Whose"), [("", _("Everybody's")), ("mine", _("Mine"))])
    service = _choice(_("Service"), services)
    release = _text(_("Learnt in release"))

    def chosen(self) -> dict[str, Any]:
        found = super().chosen()
        found["mine"] = found.pop("whose") == "mine"
        return found


class DeploymentFilter(FilterForm):
    release = _text(_("Release"))
    status = _choice(
        _("Status"),
        [("", ANY), (Ending.OPEN, _("Not over yet")), (Ending.ENDED, _("Ended")), *options(DeploymentStatus)],
    )
    environment = _choice(_("Environment"), environments)
    service = _choice(_("Service"), services)


class ItemFilter(FilterForm):
    text = _text(_("Key or name"))
    ci_class = _choice(_("Class"), [("", ANY)])
    service = _choice(_("Service"), services)
    environment = _choice(_("Environment"), environments)


class TargetFilter(FilterForm):
    environment = _choice(_("Environment"), environments)


class StateFilter(FilterForm):
    state = _choice(_("State"), [("", ANY), (RecordState.OPEN, _("Open")), (RecordState.CLOSED, _("Closed"))])


class ArticleFilter(FilterForm):
    text = _text(_("Title or text"))
    kind = _choice(_("Kind"), options(ArticleKind, empty=ANY))


class PersonFilter(FilterForm):
    text = _text(_("Name or mail"))
    role = _choice(_("Role"), options(Role, empty=ANY))
    state = _choice(
        _("State"), [("", ANY), (AccountState.ACTIVE, _("Active")), (AccountState.DISABLED, _("Deactivated"))]
    )


class RoleFilter(FilterForm):
    text = _text(_("Action"))
    role = _choice(_("Role"), options(Role, empty=ANY))


class AuditFilter(FilterForm):
    stream = _text(_("Stream"))
    actor = _text(_("Actor"))
    action = _text(_("Action begins with"))
    object_id = _text(_("Record"))
    since = _day(_("Since"))

    def chosen(self) -> dict[str, Any]:
        found = super().chosen()
        since = found["since"]
        return {**found, "since": datetime.combine(since, time.min, UTC) if since else None}


class MetricsFilter(FilterForm):
    service = _choice(_("Service"), [])
    days = _choice(
        _("Period"), [("90", _("90 days")), ("30", _("30 days")), ("7", _("7 days")), ("365", _("1 year"))]
    )


class IndicatorFilter(FilterForm):
    service = _choice(_("Service"), [("", ANY)])
    release_type = _choice(_("Type"), options(ReleaseType, empty=ANY))
    since = _day(_("From"))
    until = _day(_("Until and including"))


class _ViewForm(CommandForm):
    name = forms.CharField(label=_("Name"), max_length=2 * NAME_CHARACTERS)
    shared_with = forms.ChoiceField(
        label=_("Who finds it"),
        required=False,
        choices=options((role for role in Role if role != Role.SERVICE_ACCOUNT), empty=_("Only me")),
        help_text=_("A role: everybody who holds it, in whichever service."),
    )

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["shared_with"]


class ViewForm(_ViewForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class SaveViewForm(_ViewForm):
    page = forms.CharField(widget=forms.HiddenInput, max_length=40)
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=8000)
    is_default = forms.BooleanField(label=_("Open the list with it"), required=False)
