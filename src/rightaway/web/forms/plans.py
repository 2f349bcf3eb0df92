"""Forms of the deployment design and its plan."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.library.limits import ARCHIVE_BYTES, MANIFEST_BYTES
from rightaway.web.forms.base import Choices, CommandForm, VersionForm


class DesignForm(VersionForm):
    design = forms.CharField(
        label=_("Deployment design (YAML)"),
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "false"}),
        strip=False,
        help_text=_("JSON is YAML too."),
        required=False,
    )
    file = forms.FileField(
        label=_("Or a file"), required=False, help_text=_("When a file is chosen, it is used.")
    )

    def source(self) -> bytes:
        upload = self.cleaned_data["file"]
        return bytes(upload.read()) if upload else str(self.cleaned_data["design"]).encode()

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not found.get("file") and not found.get("design", "").strip():
            self.add_error("design", _("Paste a design or choose a file."))
        return found


class PackageForm(CommandForm):
    manifest = forms.FileField(label=_("Manifest (manifest.json)"))
    archive = forms.FileField(label=_("Archive (package.tar)"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        for name, most in (("manifest", MANIFEST_BYTES), ("archive", ARCHIVE_BYTES)):
            if name in found and found[name].size > most:
                self.add_error(name, _("It is larger than {most} bytes.").format(most=most))
        return found


class CompileForm(CommandForm):
    environment = forms.ChoiceField(label=_("Environment"))

    def __init__(self, *args: Any, environments: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["environment"].choices = environments  # type: ignore[attr-defined]
