"""Forms that register a release."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.values import ReleaseKind, ReleaseReason, ReleaseType
from rightaway.domain.workflow_versions import DEFAULT
from rightaway.intake.limits import YAML_BYTES
from rightaway.web.forms.base import CHOOSE, Choices, CommandForm, area, options
from rightaway.web.forms.releases import NOT_SET


class RegisterForm(CommandForm):
    template = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    like = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    service = forms.ChoiceField(label=_("Service"))
    title = forms.CharField(label=_("Title"), max_length=200)
    description = forms.CharField(label=_("Description"), widget=area(4))
    workflow = forms.ChoiceField(
        label=_("Workflow"),
        initial=DEFAULT,
        required=False,
        help_text=_("A release of standard changes only needs no approval of its own."),
    )
    release_type = forms.ChoiceField(label=_("Type"), choices=options(ReleaseType), initial=ReleaseType.MINOR)
    release_kind = forms.ChoiceField(
        label=_("Kind"), choices=options(ReleaseKind, empty=NOT_SET), required=False
    )
    reason = forms.ChoiceField(
        label=_("Reason"), choices=options(ReleaseReason, empty=NOT_SET), required=False
    )
    changes = forms.MultipleChoiceField(
        label=_("Changes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Open changes that are in no release yet."),
    )

    def __init__(
        self, *args: Any, services: Choices, workflows: Choices, changes: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["workflow"].choices = workflows  # type: ignore[attr-defined]
        self.fields["service"].choices = [("", CHOOSE), *services]  # type: ignore[attr-defined]
        self.fields["changes"].choices = changes  # type: ignore[attr-defined]
        if not changes:
            self.fields["changes"].help_text = _("No change is open that is in no release yet.")


class FileForm(CommandForm):
    text = forms.CharField(
        label=_("Release file (YAML)"),
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "false"}),
        strip=False,
        required=False,
        help_text=_("JSON is YAML too."),
    )
    upload = forms.FileField(
        label=_("Or a file"), required=False, help_text=_("When a file is chosen, it is used.")
    )

    def source(self) -> bytes:
        held = self.cleaned_data["upload"]
        return bytes(held.read(YAML_BYTES + 1)) if held else str(self.cleaned_data["text"]).encode()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("upload") and not given.get("text", "").strip():
            self.add_error("text", _("Paste a release file or choose one."))
        return given
