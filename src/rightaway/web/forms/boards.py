"""Forms of boards and their meetings."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import dates
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rightaway.domain.board_schedules import Schedule
from rightaway.domain.boards import AgendaFilter, BoardKind, Definition, Member
from rightaway.domain.changes import ChangeState, ChangeType, RfcClass
from rightaway.domain.meetings import MeetingState
from rightaway.queries import boards
from rightaway.web.forms.base import (
    CHOOSE,
    Choices,
    CommandForm,
    Lines,
    Moment,
    ReasonForm,
    VersionForm,
    area,
    options,
)
from rightaway.web.forms.lists import ANY, FilterForm
from rightaway.web.forms.risk import LEVELS

WEEKDAYS = [(str(key), name) for key, name in dates.WEEKDAYS.items()]
SIGN = "="


def _several(label: Any, choices: Any = (), **more: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, **more)


class BoardForm(CommandForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    key = forms.SlugField(label=_("Key"), max_length=30, help_text=_("Letters, digits, - and _; it stays."))
    title = forms.CharField(label=_("Title"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=options(BoardKind))
    chair = forms.ChoiceField(label=_("Chair"))
    members = forms.MultipleChoiceField(label=_("Members"))
    alternates = Lines(
        label=_("Alternates (optional)"),
        required=False,
        help_text=_("One on each line, such as anna=dirk: Dirk votes while Anna is away."),
    )
    quorum = forms.IntegerField(label=_("Quorum"), min_value=1, max_value=100, initial=1)
    change_types = _several(
        _("Changes it decides on"), options(one for one in ChangeType if one != ChangeType.STANDARD)
    )
    approvals = _several(_("Approvals of releases on its agenda"))
    services = _several(_("Services"), help_text=_("All when none is chosen."))
    rfc_classes = _several(
        _("Classes of changes"), options(RfcClass), help_text=_("All when none is chosen.")
    )
    states = _several(
        _("States of changes"),
        options(ChangeState),
        help_text=_("Those that wait for a decision when none is chosen."),
    )
    risk_at_least = forms.ChoiceField(
        label=_("Risk at least"), choices=[(str(key), text) for key, text in LEVELS.items()], initial="1"
    )
    weekdays = _several(_("Meets on"), WEEKDAYS)
    time = forms.CharField(
        label=_("At (optional)"), max_length=5, required=False, help_text=_("Such as 14:30.")
    )
    zone = forms.CharField(label=_("Time zone"), max_length=60, initial="UTC")
    every_weeks = forms.IntegerField(label=_("Every how many weeks"), min_value=1, max_value=52, initial=1)
    since = forms.DateField(
        label=_("A day of the first week"),
        widget=forms.DateInput(attrs={"type": "date"}),
        initial="2026-01-05",
    )
    is_async = forms.BooleanField(
        label=_("Members may also vote between the meetings"), required=False, initial=True
    )
    is_active = forms.BooleanField(label=_("Active"), required=False, initial=True)

    def __init__(
        self, *args: Any, people: Choices, services: Choices, approvals: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chair"].choices = [("", CHOOSE), *people]  # type: ignore[attr-defined]
        for name, found in (("members", people), ("services", services), ("approvals", approvals)):
            self.fields[name].choices = found  # type: ignore[attr-defined]

    def clean_alternates(self) -> dict[str, str]:
        found = {}
        for line in self.cleaned_data["alternates"]:
            member, sign, alternate = (one.strip() for one in line.partition(SIGN))
            if not (member and sign and alternate):
                raise ValidationError(gettext("Write one on each line, such as anna=dirk."))
            if member not in self.cleaned_data.get("members", ()):
                raise ValidationError(gettext("{name} is no member.").format(name=member))
            found[member] = alternate
        return found

    def definition(self) -> Definition:
        given = self.cleaned_data
        agenda = {name: tuple(given[name]) for name in ("services", "change_types", "rfc_classes", "states")}
        schedule = None
        if given["weekdays"]:
            days = tuple(int(one) for one in given["weekdays"])
            schedule = Schedule(
                days, given["time"], given["zone"], given["every_weeks"], given["since"].isoformat()
            )
        return Definition(
            title=given["title"],
            kind=given["kind"],
            chair=given["chair"],
            members=tuple(Member(one, given["alternates"].get(one, "")) for one in given["members"]),
            quorum=given["quorum"],
            agenda=AgendaFilter(
                **agenda, approvals=tuple(given["approvals"]), risk_at_least=int(given["risk_at_least"])
            ),
            schedule=schedule,
            is_async=given["is_async"],
            is_active=given["is_active"],
        )


def initial(held: Definition) -> dict[str, Any]:
    """Give what the form shows of a definition."""
    agenda, schedule = held.agenda, held.schedule
    found: dict[str, Any] = {
        name: getattr(held, name) for name in ("title", "kind", "chair", "quorum", "is_async", "is_active")
    }
    found["members"] = [one.person for one in held.members]
    found["alternates"] = [f"{one.person}{SIGN}{one.alternate}" for one in held.members if one.alternate]
    for name in ("services", "change_types", "rfc_classes", "states", "approvals", "risk_at_least"):
        found[name] = getattr(agenda, name)
    if schedule is not None:
        found |= {name: getattr(schedule, name) for name in ("time", "zone", "every_weeks", "since")}
        found["weekdays"] = [str(one) for one in schedule.weekdays]
    return found


class ConfirmForm(VersionForm):
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


class AwayForm(CommandForm):
    away_from = Moment(label=_("Away from"), required=False)
    away_until = Moment(label=_("Away until"), required=False)


class PlanMeetingForm(CommandForm):
    at = Moment(label=_("When"), required=False)
    place = forms.CharField(label=_("Where (optional)"), max_length=200, required=False)

    def __init__(self, *args: Any, has_schedule: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["at"].required = not has_schedule
        if has_schedule:
            self.fields["at"].help_text = _("The next of the schedule when left empty.")


class StepMeetingForm(ReasonForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class ItemForm(CommandForm):
    item = forms.ChoiceField(label=_("Change or approval"))

    def __init__(self, *args: Any, items: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = [("", CHOOSE), *items]  # type: ignore[attr-defined]


class BoardVoteForm(CommandForm):
    """Says for which content the vote is; another one is refused."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    decision = forms.ChoiceField(
        label=_("Your vote"),
        widget=forms.RadioSelect,
        choices=[("approve", _("Approve")), ("deny", _("Deny"))],
    )
    note = forms.CharField(
        label=_("Reason"), widget=area(2), required=False, max_length=2000, help_text=_("A denial needs one.")
    )


class NoteItemForm(CommandForm):
    text = forms.CharField(label=_("What was said"), widget=area(3), required=False, max_length=20_000)


class PlaceForm(CommandForm):
    position = forms.IntegerField(label=_("Place in the order"), min_value=1, max_value=1000)


class RemarksForm(CommandForm):
    remarks = forms.CharField(label=_("Remarks"), widget=area(4), required=False, max_length=20_000)


class PresentForm(CommandForm):
    person = forms.ChoiceField(label=_("Who"))
    is_present = forms.BooleanField(label=_("Is here"), required=False, initial=True)

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = people  # type: ignore[attr-defined]


class ActionForm(CommandForm):
    text = forms.CharField(label=_("What is to be done, or told"), max_length=500)
    owner = forms.ChoiceField(label=_("Who"))
    due_at = Moment(label=_("By when"))
    asks = forms.BooleanField(label=_("The decision waits for it"), required=False)

    def __init__(self, *args: Any, people: Choices, of_item: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", CHOOSE), *people]  # type: ignore[attr-defined]
        if not of_item:
            del self.fields["asks"]


class ApproveMinutesForm(VersionForm):
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)


def _boards() -> Choices:
    return [("", ANY), *((one.key, one.title) for one in boards.boards())]


class BoardFilter(FilterForm):
    text = forms.CharField(label=_("Key or title"), required=False, max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=options(BoardKind, empty=ANY))


class MeetingFilter(FilterForm):
    board = forms.ChoiceField(label=_("Board"), required=False, choices=_boards)
    state = forms.ChoiceField(label=_("State"), required=False, choices=options(MeetingState, empty=ANY))


class DecisionFilter(FilterForm):
    text = forms.CharField(label=_("Number or title"), required=False, max_length=200)
    board = forms.ChoiceField(label=_("Board"), required=False, choices=_boards)
