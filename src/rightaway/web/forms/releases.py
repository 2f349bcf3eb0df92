"""Forms of a release itself: registered, edited by section, its scope, its people."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext_lazy as _

from rightaway.domain.closure_codes import MEANINGS, fitting
from rightaway.domain.errors import Invalid
from rightaway.domain.priorities import RISK_QUESTIONS
from rightaway.domain.sentences import Sentence
from rightaway.domain.values import ClosureCode, Origin, Outcome, ReleaseKind, ReleaseReason, ReleaseType
from rightaway.web.forms.base import (
    Choices,
    Lines,
    Moment,
    Text,
    VersionForm,
    area,
    options,
    scale,
)
from rightaway.web.sentences import translated_lazy
from rightaway.web.statuses import words

NOT_SET = _("Not set")
_words_lazy = lazy(words, str)
IMPACT = ("enterprise", "site or department", "multiple users", "user")
URGENCY = ("total loss of service", "severe disruption", "slight disruption", "no disruption")
ASSESSMENT = ("very high", "high", "medium", "low")
RISK = ("very low", "low", "medium", "high", "very high")
STAKES = ("inform", "consult", "approve", "accept")
RISK_PREFIX = "risk_answers_"
NUMBERS = frozenset({"impact", "urgency", "impact_assessment", "risk_level"})

SECTIONS: Mapping[str, tuple[Text, tuple[str, ...]]] = {
    "description": (
        _("Description"),
        (
            *("title", "description", "release_type", "release_kind", "origin", "reason", "category"),
            *("owning_group", "model", "justification", "requested_end"),
        ),
    ),
    "assessment": (
        _("Assessment"),
        (
            *("impact", "urgency", "impact_assessment", "risk_level", "value_statement"),
            *("do_nothing_impact", "training_required"),
        ),
    ),
    "people": (
        _("People"),
        (
            "coordinator",
            "manager",
            "service_owner",
            "deployment_manager",
            "els_lead",
            "communication_approved_by",
        ),
    ),
    "schedule": (
        _("Schedule and communication"),
        ("planned_start", "planned_end", "cost_estimate", "communication_plan"),
    ),
    "early-life": (_("Early life support"), ("els_starts_at", "els_ends_at", "els_exit_criteria", "on_call")),
    "closure": (
        _("Outcome and closure"),
        (
            *("outcome", "closure_code", "closure_comment", "root_cause"),
            *("no_lessons_reason", "problem_refusal_reason"),
        ),
    ),
}


def section_of(field: str) -> str:
    """Give the section that edits a field; empty when none does."""
    if field in {"risk_answers", "questions"}:
        return "assessment"
    return next((key for key, (_, fields) in SECTIONS.items() if field in fields), "")


def _line(label: Text, size: int = 80, *, required: bool = False) -> Callable[[], forms.Field]:
    return lambda: forms.CharField(label=label, max_length=size, required=required)


def _text(label: Text, help_text: Text = "", *, required: bool = False) -> Callable[[], forms.Field]:
    return lambda: forms.CharField(label=label, widget=area(), required=required, help_text=help_text)


def _choice(label: Text, choices: Choices, *, required: bool = False) -> Callable[[], forms.Field]:
    return lambda: forms.ChoiceField(label=label, choices=choices, required=required)


def _moment(label: Text) -> Callable[[], forms.Field]:
    return lambda: Moment(label=label, required=False)


_FIELDS: Mapping[str, Callable[[], forms.Field]] = {
    "title": _line(_("Title"), 200, required=True),
    "description": _text(_("Description"), required=True),
    "release_type": _choice(_("Type"), options(ReleaseType), required=True),
    "release_kind": _choice(_("Kind"), options(ReleaseKind, empty=NOT_SET)),
    "origin": _choice(_("Origin"), options(Origin), required=True),
    "reason": _choice(_("Reason"), options(ReleaseReason, empty=NOT_SET)),
    "category": _line(_("Category")),
    "owning_group": _line(_("Owning group")),
    "model": _line(_("Release model")),
    "justification": _text(_("Justification")),
    "requested_end": _moment(_("Requested end")),
    "impact": _choice(_("Impact"), scale(IMPACT)),
    "urgency": _choice(_("Urgency"), scale(URGENCY)),
    "impact_assessment": _choice(_("Impact assessment"), scale(ASSESSMENT)),
    "risk_level": _choice(_("Risk level"), scale(RISK)),
    "value_statement": _text(
        _("Value statement"), _("What the release is worth, to whom. At least 40 characters.")
    ),
    "do_nothing_impact": _text(_("What happens if nothing is done")),
    "training_required": lambda: forms.BooleanField(label=_("Training is needed"), required=False),
    "planned_start": _moment(_("Planned start")),
    "planned_end": _moment(_("Planned end")),
    "cost_estimate": lambda: forms.IntegerField(
        label=_("Cost estimate"), min_value=0, max_value=2_000_000_000, required=False
    ),
    "communication_plan": _text(_("Communication plan")),
    "els_starts_at": _moment(_("Early life support starts")),
    "els_ends_at": _moment(_("Early life support ends")),
    "els_exit_criteria": _text(_("Exit criteria")),
    "on_call": _line(_("On call during the deployment"), 120),
    "outcome": _choice(_("Outcome"), options(Outcome, empty=NOT_SET)),
    "closure_code": _choice(_("Closure code"), options(ClosureCode, empty=NOT_SET)),
    "closure_comment": _text(_("Closure comment")),
    "root_cause": _text(_("Root cause")),
    "no_lessons_reason": _text(_("Why there is no lesson")),
    "problem_refusal_reason": _text(_("Why no problem is opened")),
}
_PEOPLE = {
    "coordinator": _("Release coordinator"),
    "manager": _("Release manager"),
    "service_owner": _("Service owner"),
    "deployment_manager": _("Deployment manager"),
    "els_lead": _("Lead of early life support"),
    "communication_approved_by": _("Communication plan approved by"),
}


class EditForm(VersionForm):
    """One section of a release; only what was changed goes to the command."""

    def __init__(self, *args: Any, section: str, row: Any, people: Choices = (), **kwargs: Any) -> None:
        names = SECTIONS[section][1]
        initial: dict[str, Any] = {"version": row.version}
        for name in names:
            held = getattr(row, name)
            initial[name] = held.username if held and name in _PEOPLE else held
        if section == "assessment":
            initial |= {f"{RISK_PREFIX}{key}": answer for key, answer in row.risk_answers.items()}
        super().__init__(*args, initial=initial, **kwargs)
        for name in names:
            self.fields[name] = _person(name, people, initial[name]) if name in _PEOPLE else _FIELDS[name]()
        if section == "closure":
            self.fields["closure_code"] = _code(row)
        if section == "assessment":
            for key, question in RISK_QUESTIONS.items():
                self.fields[f"{RISK_PREFIX}{key}"] = _question(question)

    def changes(self) -> dict[str, Any]:
        """Give the changed fields as the command wants them."""
        changed = [name for name in self.changed_data if name != "version"]
        found = {
            name: _value(name, self.cleaned_data[name])
            for name in changed
            if not name.startswith(RISK_PREFIX)
        }
        if len(found) < len(changed):
            answers = {key: self.cleaned_data[f"{RISK_PREFIX}{key}"] for key in RISK_QUESTIONS}
            found["risk_answers"] = {key: answer for key, answer in answers.items() if answer}
        return found


def _code(row: Any) -> forms.Field:
    """Offer the closure codes that fit the outcome, each with what it says; what is held is offered besides."""
    codes = {*fitting(row.outcome), *([ClosureCode(row.closure_code)] if row.closure_code else [])}
    offered = [
        (str(code), format_lazy("{}: {}", _words_lazy(code), translated_lazy(meaning.definition)))
        for code, meaning in MEANINGS.items()
        if code in codes
    ]
    return forms.ChoiceField(
        label=_("Closure code"),
        required=False,
        widget=forms.RadioSelect,
        choices=[("", NOT_SET), *offered],
        help_text=_("Only those that fit the outcome. Save another outcome first to see its codes."),
    )


def _question(text: Sentence) -> forms.Field:
    return forms.ChoiceField(
        label=translated_lazy(text),
        choices=[("", NOT_SET), ("no", _("No")), ("yes", _("Yes"))],
        required=False,
    )


def _person(name: str, people: Choices, held: str | None) -> forms.Field:
    offered = with_held(people, [held] if held else [])
    return forms.ChoiceField(label=_PEOPLE[name], choices=[("", NOT_SET), *offered], required=False)


def _value(name: str, value: Any) -> Any:
    if name in NUMBERS:
        return int(value) if value else None
    return None if value == "" and name in {*_PEOPLE, "release_kind", "reason"} else value


def with_held(found: Choices, held: Iterable[str]) -> Choices:
    """Offer what is held besides what can be chosen anew, so that saving a form never drops it unseen."""
    offered = {key for key, _ in found}
    return [*found, *((key, key) for key in held if key not in offered)]


class ScopeForm(VersionForm):
    changes = forms.MultipleChoiceField(
        label=_("Changes"), required=False, widget=forms.CheckboxSelectMultiple
    )
    cis = forms.MultipleChoiceField(label=_("Affected configuration items"), required=False)
    groups = forms.MultipleChoiceField(
        label=_("Affected groups"), required=False, widget=forms.CheckboxSelectMultiple
    )
    objectives = Lines(
        label=_("Objectives"), required=False, help_text=_("One measurable sentence on each line.")
    )

    def __init__(self, *args: Any, choices: Mapping[str, Choices], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, found in choices.items():
            self.fields[name].choices = with_held(found, self.initial.get(name, ()))  # type: ignore[attr-defined]

    def changed(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "version"}


class ExpectForm(VersionForm):
    """What each affected item is going to be after the release."""

    def __init__(self, *args: Any, items: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in items:
            version = str(item.expected.get("version", ""))
            self.fields[item.key] = forms.CharField(
                label=_("Version of {name} ({key})").format(name=item.name, key=item.key),
                required=False,
                max_length=80,
                initial=version,
            )

    def states(self) -> dict[str, dict[str, str]]:
        """Give what was changed; an item left empty keeps what it has."""
        return {
            key: {"version": self.cleaned_data[key]}
            for key in self.changed_data
            if key != "version" and self.cleaned_data[key]
        }


class StakeholdersForm(VersionForm):
    stakeholders = Lines(
        label=_("Stakeholders"),
        required=False,
        help_text=format_lazy(
            _("One on each line: user name, then one of {parts}."), parts=", ".join(STAKES)
        ),
    )

    def clean_stakeholders(self) -> dict[str, str]:
        found = {}
        for number, line in enumerate(self.cleaned_data["stakeholders"], 1):
            parts = line.split()
            if len(parts) != 2 or parts[1] not in STAKES:  # noqa: PLR2004 -- a name and a part
                raise forms.ValidationError(
                    _("Line {number} is not a user name and one of {parts}.").format(
                        number=number, parts=", ".join(STAKES)
                    )
                )
            found[parts[0]] = parts[1]
        return found


class RosterForm(VersionForm):
    roster = Lines(
        label=_("Shifts"),
        required=False,
        help_text=_(
            "One on each line: user name, start, end. For example: ann 2026-11-24T22:00 2026-11-25T06:00 (UTC)"
        ),
    )

    def clean_roster(self) -> list[tuple[str, datetime, datetime]]:
        return [_shift(number, line) for number, line in enumerate(self.cleaned_data["roster"], 1)]


def _shift(number: int, line: str) -> tuple[str, datetime, datetime]:
    parts = line.split()
    try:
        name, start, end = parts
        return name, _utc(start), _utc(end)
    except (ValueError, Invalid):
        raise forms.ValidationError(
            _("Line {number} is not a user name, a start and an end.").format(number=number)
        ) from None


def _utc(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None:
        raise ValueError(text)
    return make_aware(found) if is_naive(found) else found
