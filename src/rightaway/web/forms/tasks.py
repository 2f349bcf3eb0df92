"""Forms of tasks: what is done about them, and their plan."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.permissions import Role
from rightaway.domain.rules import PROOFS
from rightaway.domain.tasks import NEEDS_REASON
from rightaway.domain.values import CheckpointVote, DependencyType, EvidenceType, TaskCategory, TaskKind
from rightaway.domain.workflow_tasks import MOST_MINUTES
from rightaway.services.task_plans import MOST_MONEY, After
from rightaway.web.forms.base import CHOOSE, Choices, CommandForm, Moment, Text, area, options

PEOPLE = [role for role in Role if role != Role.SERVICE_ACCOUNT]
SPARE_ROWS = 2
OUTCOMES = 4


def _minutes(label: Text, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=MOST_MINUTES, **kwargs)


def _money(label: Text) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=MOST_MONEY)


class TaskStepForm(CommandForm):
    """Takes a task one step on; ending it may need a reason or evidence, and says what it really took."""

    note = forms.CharField(label=_("Note"), widget=area(), required=False)

    def __init__(self, *args: Any, step: str, row: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if step in NEEDS_REASON:
            self.fields["note"].label = _("Reason")
            self.fields["note"].required = True
        if step == "finish":
            if row.evidence_required != EvidenceType.NONE:
                self.fields["evidence"] = forms.CharField(
                    label=_("Evidence"), widget=area(2), help_text=_EVIDENCE[row.evidence_required]
                )
            self.fields["cost_actual"] = _money(_("What it cost"))
            self.fields["effort_actual_min"] = _minutes(_("How long people worked on it, in minutes"))


_EVIDENCE = {
    EvidenceType.NOTE: _("What was found."),
    EvidenceType.LINK: _("The address where it lies."),
    EvidenceType.RECORD: _("The number of a record, such as CHG-000042."),
}


class TaskReviewForm(CommandForm):
    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[("accept", _("It is done")), ("reject", _("Send it back"))],
    )
    note = forms.CharField(
        label=_("Note"), widget=area(), required=False, help_text=_("What is missing, when it is sent back.")
    )


class TaskDecisionForm(CommandForm):
    outcome = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    note = forms.CharField(label=_("Note"), widget=area(), required=False)

    def __init__(self, *args: Any, outcomes: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = outcomes  # type: ignore[attr-defined]


class CheckpointForm(CommandForm):
    vote = forms.ChoiceField(label=_("Vote"), widget=forms.RadioSelect, choices=options(CheckpointVote))
    reason = forms.CharField(
        label=_("Reason"), widget=area(), required=False, help_text=_("Hold and abort need one.")
    )


class TaskPlanForm(CommandForm):
    """Plans a task; `kind` is what a task of the release's own is of, None for one of the workflow."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("Title"), max_length=200)
    category = forms.ChoiceField(label=_("Category"), choices=options(TaskCategory))
    phase = forms.ChoiceField(label=_("Phase"))
    owner_role = forms.ChoiceField(label=_("Role it belongs to"), choices=options(PEOPLE))
    instructions = forms.CharField(label=_("Instructions"), widget=area(4), required=False)
    is_mandatory = forms.BooleanField(label=_("The phase needs it"), required=False)
    needs_review = forms.BooleanField(label=_("Another person reviews it"), required=False)
    evidence_required = forms.ChoiceField(label=_("Evidence"), choices=options(EvidenceType))
    planned_start = Moment(label=_("Planned start"), required=False)
    duration_min = _minutes(_("Duration in minutes"))
    cost_planned = _money(_("Planned cost"))
    effort_planned_min = _minutes(_("Planned effort in minutes"))
    runbook_step = forms.CharField(label=_("Step of the runbook"), max_length=80, required=False)

    def __init__(
        self,
        *args: Any,
        kind: TaskKind | None,
        others: Choices,
        phases: Choices,
        approvals: Choices,
        persons: Choices,
        items: Choices,
        rows: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if kind is None:
            for name in _OF_OWN:
                del self.fields[name]
        else:
            self.fields["phase"].choices = phases  # type: ignore[attr-defined]
            self._of_kind(kind, others, approvals, persons)
        if items:
            self.fields["affected_cis"] = forms.MultipleChoiceField(
                label=_("Affected configuration items"), choices=items, required=False
            )
        self.rows = rows + SPARE_ROWS if others else 0
        for place in range(self.rows):
            self._row(place, others)

    def _row(self, place: int, others: Choices) -> None:
        label = _("Comes after")
        self.fields[f"after_{place}"] = forms.ChoiceField(
            label=label, choices=[("", _("Nothing")), *others], required=False
        )
        self.fields[f"type_{place}"] = forms.ChoiceField(
            label=_("How"), choices=options(DependencyType), required=False
        )
        self.fields[f"lag_{place}"] = _minutes(_("Minutes between"))

    def _of_kind(self, kind: TaskKind, others: Choices, approvals: Choices, persons: Choices) -> None:
        match kind:
            case TaskKind.APPROVAL:
                self.fields["approval"] = forms.ChoiceField(
                    label=_("Approval it ends by"), choices=[("", CHOOSE), *approvals]
                )
            case TaskKind.AUTOMATED:
                self.fields["proof"] = forms.MultipleChoiceField(
                    label=_("Proofs it ends by"), choices=options(PROOFS)
                )
            case TaskKind.DECISION:
                for place in range(OUTCOMES):
                    needed = place < 2  # noqa: PLR2004 -- one way is no decision
                    self.fields[f"outcome_{place}"] = forms.CharField(
                        label=_("Outcome"), max_length=200, required=needed
                    )
                    self.fields[f"skips_{place}"] = forms.MultipleChoiceField(
                        label=_("Tasks not needed then"), choices=others, required=False
                    )
            case TaskKind.CHECKPOINT:
                self.fields["voter_roles"] = forms.MultipleChoiceField(
                    label=_("Roles whose votes count"), choices=options(PEOPLE), required=False
                )
                self.fields["voters"] = forms.MultipleChoiceField(
                    label=_("People whose votes count"), choices=persons, required=False
                )
                self.fields["quorum"] = forms.IntegerField(
                    label=_("How many have to say go"), min_value=1, max_value=100, initial=1
                )
            case TaskKind.MANUAL:
                pass

    def after(self) -> list[After]:
        given = self.cleaned_data
        return [
            After(
                given[f"after_{place}"],
                given[f"type_{place}"] or DependencyType.FINISH_START,
                given[f"lag_{place}"] or 0,
            )
            for place in range(self.rows)
            if given[f"after_{place}"]
        ]

    def fields_given(self) -> dict[str, Any]:
        """Give what the command takes; rows of the order and of outcomes are put together."""
        given = self.cleaned_data
        found = {name: given[name] for name in _PLAIN if name in given}
        found["duration_min"] = given["duration_min"] or 0
        if self.kind is TaskKind.DECISION:
            found["outcomes"] = [
                {
                    "key": f"outcome_{place + 1}",
                    "title": given[f"outcome_{place}"],
                    "skips": given[f"skips_{place}"],
                }
                for place in range(OUTCOMES)
                if given[f"outcome_{place}"]
            ]
        return found | ({"kind": self.kind} if self.kind else {})


_OF_OWN = (
    *("title", "category", "phase", "owner_role", "instructions", "is_mandatory", "needs_review"),
    "evidence_required",
)
_PLAIN = (
    *_OF_OWN,
    *("planned_start", "duration_min", "cost_planned", "effort_planned_min", "runbook_step", "affected_cis"),
    *("approval", "proof", "voter_roles", "voters", "quorum"),
)
