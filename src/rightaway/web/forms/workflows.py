"""Forms of workflows: drafts as text, what is added to them, activation, and the releases that move."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from rightaway.domain.approval_rules import Rule
from rightaway.domain.approvals import PARTS
from rightaway.domain.permissions import Role
from rightaway.domain.rules import GUARDS, PROOFS
from rightaway.domain.workflow_versions import DraftState
from rightaway.domain.workflows import OWNERS, Template
from rightaway.web.forms.base import (
    CHOOSE,
    Choices,
    CommandForm,
    Moment,
    ReasonForm,
    Text,
    VersionForm,
    options,
)
from rightaway.web.forms.lists import ANY, FilterForm
from rightaway.web.vocabulary_rules import RULES

CATEGORIES = (
    *("review", "funding", "contracts_licences", "financial_impact", "identify_affected_systems"),
    *("create_release", "update_system", "training_build", "training_deliver", "knowledge_transfer"),
    *("communication", "backup", "environment_booking", "test_execution", "rollback_rehearsal"),
    *("deploy_manual", "cmdb_update"),
)
FORM_RULES = (Rule.ANY, Rule.ALL, Rule.MAJORITY, Rule.QUORUM)
VOTERS = tuple(role for role in Role if role not in {Role.AUDITOR, Role.ADMIN, Role.SERVICE_ACCOUNT})
KEY_HELP = _("Small letters, digits and _. Made of the title when it is left empty.")


def _named(names: Any) -> Choices:
    return [(name, _rule(name)) for name in names]


def _rule(name: str) -> Text:
    return format_lazy("{} - {}", name, RULES[name]) if name.startswith("G") else RULES[name]


def _key() -> forms.SlugField:
    return forms.SlugField(label=_("Key"), required=False, max_length=80, help_text=KEY_HELP)


class BeginForm(CommandForm):
    base = forms.ChoiceField(label=_("Begin from"))
    note = forms.CharField(label=_("What is to change, and why"), required=False, max_length=300)
    key = forms.SlugField(
        label=_("Key of a new workflow"),
        required=False,
        max_length=80,
        help_text=_("Leave it empty to write a newer version of the same workflow."),
    )
    title = forms.CharField(label=_("Title of the new workflow"), required=False, max_length=200)

    def __init__(self, *args: Any, bases: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["base"].choices = bases  # type: ignore[attr-defined]


class DraftTextForm(VersionForm):
    note = forms.CharField(label=_("What is to change, and why"), required=False, max_length=300)
    source = forms.CharField(
        label=_("Workflow (YAML)"),
        strip=False,
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "false", "rows": 32}),
    )


class AdditionForm(VersionForm):
    """What one of the small forms adds; `fields_given` are those of the template."""

    title = forms.CharField(label=_("Title"), max_length=200)
    key = _key()

    def __init__(self, *args: Any, workflow: Template, phase: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose(workflow, phase)

    def choose(self, workflow: Template, phase: str) -> None:
        """Fill the choices from the workflow that is added to."""

    def offer(self, name: str, choices: Choices) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def fields_given(self) -> dict[str, Any]:
        given = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        given["key"] = given["key"] or _slug(given["title"])
        return {"key": given.pop("key"), **given}


class TaskForm(AdditionForm):
    phase = forms.ChoiceField(label=_("Phase"))
    owner = forms.ChoiceField(label=_("Owner"), choices=options(OWNERS))
    category = forms.ChoiceField(label=_("Category"), choices=options(CATEGORIES))
    mandatory = forms.BooleanField(
        label=_("Mandatory"),
        required=False,
        initial=True,
        help_text=_("A mandatory task keeps the release in its phase until it is done."),
    )
    proof = forms.MultipleChoiceField(
        label=_("Done when"),
        required=False,
        choices=_named(PROOFS),
        help_text=_("Without any, somebody says that it is done."),
    )

    def choose(self, workflow: Template, phase: str) -> None:
        self.offer("phase", _phases(workflow))
        self.fields["phase"].initial = phase

    def fields_given(self) -> dict[str, Any]:
        given = super().fields_given()
        order = ("key", "phase", "category", "title", "owner", "mandatory", "proof")
        return {name: given[name] for name in order}


class ApprovalForm(AdditionForm):
    ways = forms.MultipleChoiceField(label=_("Ways that wait for it"))
    rule = forms.ChoiceField(label=_("Who has to agree"), choices=options(FORM_RULES), initial=Rule.ALL)
    quorum = forms.IntegerField(
        label=_("Number of votes"), required=False, min_value=1, help_text=_("For a quorum.")
    )
    roles = forms.MultipleChoiceField(label=_("Roles that give it"), choices=options(VOTERS))
    bound = forms.MultipleChoiceField(
        label=_("What it is bound to"),
        choices=options(PARTS),
        help_text=_("When one of these changes, the approval loses its force."),
    )
    ttl_days = forms.IntegerField(label=_("Valid for days"), min_value=1, initial=14)

    def choose(self, workflow: Template, phase: str) -> None:
        self.offer("ways", _ways(workflow, phase))

    def fields_given(self) -> dict[str, Any]:
        given = super().fields_given()
        order = ("ways", "key", "title", "rule", "quorum", "roles", "bound", "ttl_days")
        return {name: given[name] for name in order}


class GuardForm(AdditionForm):
    way = forms.ChoiceField(label=_("Way"))
    guard = forms.ChoiceField(label=_("Guard"), choices=[("", CHOOSE), *_named(GUARDS)])

    def choose(self, workflow: Template, phase: str) -> None:
        del self.fields["title"], self.fields["key"]
        self.offer("way", [("", CHOOSE), *_ways(workflow, phase)])

    def fields_given(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("way", "guard")}


class ChecklistForm(AdditionForm):
    owner = forms.ChoiceField(label=_("Owner"), choices=options(OWNERS))
    approval = forms.ChoiceField(label=_("Satisfied by the approval"), required=False)
    proof = forms.MultipleChoiceField(label=_("Satisfied when"), required=False, choices=_named(PROOFS))
    blocks = forms.MultipleChoiceField(label=_("Keeps shut"), required=False)

    def choose(self, workflow: Template, phase: str) -> None:
        self.offer("approval", [("", _("None")), *((one.key, one.title) for one in workflow.approvals)])
        self.offer("blocks", [*_ways(workflow, phase), *_named(workflow.permit_guards)])

    def fields_given(self) -> dict[str, Any]:
        given = super().fields_given()
        return {name: given[name] for name in ("key", "title", "owner", "approval", "proof", "blocks")}


class ActivateForm(VersionForm):
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    effective_at = Moment(label=_("In force from"), required=False, help_text=_("Leave it empty for now."))


class DiscardForm(ReasonForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class MigrationForm(CommandForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    releases = forms.MultipleChoiceField()

    def __init__(self, *args: Any, releases: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["releases"].choices = releases  # type: ignore[attr-defined]


class DraftFilter(FilterForm):
    key = forms.ChoiceField(label=_("Workflow"), required=False, choices=[("", ANY)])
    state = forms.ChoiceField(label=_("State"), required=False, choices=options(DraftState, empty=ANY))


class TrialFilter(FilterForm):
    release = forms.CharField(
        label=_("Number of a release"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"placeholder": "REL-000001"}),
    )


def _phases(workflow: Template) -> Choices:
    return [(one.key, _(one.title)) for one in workflow.phases if one.key not in workflow.terminal]


def _ways(workflow: Template, phase: str) -> Choices:
    ways = workflow.ways_out(phase) if phase else workflow.transitions
    return [(one.id, f"{one.id} {one.title}") for one in ways]


def _slug(title: str) -> str:
    kept = "".join(one if one.isascii() and one.isalnum() else " " for one in title.lower())
    return "_".join(kept.split())[:80]
