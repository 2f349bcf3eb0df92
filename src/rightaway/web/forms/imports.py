"""The form of an import: the file, its mapping, and how; it carries both on from the check to the import."""

import base64
import binascii
import zlib
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.errors import Invalid, TooLarge
from rightaway.domain.imports import Kind, Mode, Outcome
from rightaway.domain.sentences import said
from rightaway.intake.limits import IMPORT_BYTES, YAML_BYTES
from rightaway.web.forms.base import Choices, CommandForm, options
from rightaway.web.forms.lists import ANY, FilterForm

CARRIED_CHARACTERS = 2 * 1024 * 1024
NONE = _("None: such rows are refused")


class ImportForm(CommandForm):
    file = forms.FileField(
        label=_("Export"), required=False, help_text=_("CSV or JSON, as the other system writes it.")
    )
    shipped = forms.ChoiceField(label=_("Mapping"), required=False)
    upload = forms.FileField(
        label=_("Or a mapping file"), required=False, help_text=_("When a file is chosen, it is used.")
    )
    service = forms.ChoiceField(
        label=_("Service of rows that name none"),
        required=False,
        help_text=_("Versions of Jira, for example, belong to a project and to no service."),
    )
    mode = forms.ChoiceField(
        label=_("When a row is refused"),
        choices=[(Mode.EACH, _("Import the others")), (Mode.ALL, _("Import nothing"))],
        initial=Mode.EACH,
    )
    updates = forms.BooleanField(
        label=_("Change here what differs from the last import, where nobody edited it since"), required=False
    )
    name = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    carried = forms.CharField(widget=forms.HiddenInput, required=False, max_length=CARRIED_CHARACTERS)
    own = forms.CharField(widget=forms.HiddenInput, required=False, max_length=CARRIED_CHARACTERS)

    def __init__(self, *args: Any, mappings: Choices, services: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shipped"].choices = mappings  # type: ignore[attr-defined]
        self.fields["service"].choices = [("", NONE), *services]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("file") and not given.get("carried"):
            self.add_error("file", _("Choose the file of the export."))
        if not given.get("upload") and not given.get("own") and not given.get("shipped"):
            self.add_error("shipped", _("Choose a mapping."))
        return given

    def export(self) -> tuple[str, bytes]:
        held = self.cleaned_data["file"]
        if held:
            return str(held.name), bytes(held.read(IMPORT_BYTES + 1))
        return self.cleaned_data["name"], unpacked(self.cleaned_data["carried"], IMPORT_BYTES)

    def own_mapping(self) -> bytes:
        """Give the mapping file that was chosen; empty when it is a shipped one."""
        held = self.cleaned_data["upload"]
        if held:
            return bytes(held.read(YAML_BYTES + 1))
        return unpacked(self.cleaned_data["own"], YAML_BYTES) if self.cleaned_data["own"] else b""


def packed(data: bytes) -> str:
    """
    Make a file small enough to be carried on by a form.

    Raises:
        TooLarge: it does not get small enough.
    """
    text = base64.b64encode(zlib.compress(data)).decode()
    if len(text) > CARRIED_CHARACTERS:
        raise TooLarge(
            "input.too_large",
            said("The file is too large for a page."),
            hint=said("Split it, or import it with `rightaway import run`."),
            at="file",
        )
    return text


def unpacked(text: str, limit: int) -> bytes:
    """Give the file that a form carried; never more than one byte beyond the limit, whatever was packed."""
    try:
        return zlib.decompressobj().decompress(base64.b64decode(text, validate=True), limit + 1)
    except (binascii.Error, zlib.error):
        message = said("The file got lost on its way.")
        raise Invalid("import.carried", message, at="file", hint=said("Choose it again.")) from None


class RunFilter(FilterForm):
    kind = forms.ChoiceField(label=_("Records"), required=False, choices=options(Kind, empty=ANY))


class RowFilter(FilterForm):
    outcome = forms.ChoiceField(label=_("Outcome"), required=False, choices=options(Outcome, empty=ANY))
