"""Forms of what people say about a record."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from rightaway.domain.conversations import COMMENT_CHARACTERS
from rightaway.intake.attachments import ATTACHMENT_BYTES
from rightaway.intake.limits import MIB
from rightaway.web.forms.base import CommandForm, VersionForm, area

FILES_AT_ONCE = 5
_TYPES = format_lazy(
    _("Up to {count} files of {size} MiB: text, images, PDF, zip."),
    count=FILES_AT_ONCE,
    size=ATTACHMENT_BYTES // MIB,
)
_MARKDOWN = _("Markdown. @ and a user name tells that person.")


class _FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, whose sizes are judged before any of them is read."""

    widget = _FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = [super(FilesField, self).clean(one, initial) for one in data or ()]
        if len(files) > FILES_AT_ONCE:
            raise forms.ValidationError(
                _("At most {count} files at once.").format(count=FILES_AT_ONCE), code="too_many"
            )
        for one in files:
            if one.size > ATTACHMENT_BYTES:
                text = _("{name} is larger than {size} MiB. Write down where it is kept instead.")
                raise forms.ValidationError(
                    text.format(name=one.name, size=ATTACHMENT_BYTES // MIB), code="too_large"
                )
        return files


class CommentForm(CommandForm):
    text = forms.CharField(
        label=_("Comment"), max_length=COMMENT_CHARACTERS, widget=area(3), help_text=_MARKDOWN, strip=False
    )
    attachments = FilesField(label=_("Files (optional)"), required=False, help_text=_TYPES)

    def __init__(self, *args: Any, people: str, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="comment_%s", **kwargs)
        self.fields["text"].widget.attrs["data-mentions"] = people


class EditCommentForm(VersionForm):
    text = forms.CharField(
        label=_("Comment"), max_length=COMMENT_CHARACTERS, widget=area(8), help_text=_MARKDOWN, strip=False
    )

    def __init__(self, *args: Any, people: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["data-mentions"] = people
