"""A form that gives one command, and says beside the right field why the command was refused."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from rightaway.domain.errors import RightawayError, Stale
from rightaway.web.errors import Problem, problems
from rightaway.web.forms import meanwhile
from rightaway.web.forms.meanwhile import Meanwhile
from rightaway.web.statuses import words

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Promise
else:
    from django.utils.functional import Promise

Text: TypeAlias = str | Promise  # a promise is text in the language of whoever reads it
Choices: TypeAlias = Sequence[tuple[str, Text]]

CHOOSE = _("Choose one")
_MINUTES = "%Y-%m-%dT%H:%M"
_zone_lazy = lazy(timezone.get_current_timezone_name, str)
_words_lazy = lazy(words, str)


class Renderer(DjangoTemplates):
    field_template_name = "web/field.html"


class CommandForm(forms.Form):
    default_renderer = Renderer()  # not the class: each form would make another, and parse its templates anew
    use_required_attribute = False  # the page itself says what is missing, beside the field
    error_css_class = "invalid"
    SECTIONS: Sequence[tuple[Text, Sequence[str]]] = ()
    """Headings of a long form, each with its fields in order; fields under none stand before all others."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.problems: list[Problem] = []
        self.meanwhile: Meanwhile | None = None
        self.label_suffix = ""

    def sections(self) -> Iterator[tuple[Text, list[forms.BoundField]]]:
        """Give the fields as they are shown, with their headings."""
        titled = {name for _title, names in self.SECTIONS for name in names}
        yield "", [field for field in self if field.name not in titled]
        for title, names in self.SECTIONS:
            yield title, [self[name] for name in names]

    def refuse(self, error: RightawayError) -> None:
        """Put each problem beside the field it names, the rest at the top; show what a stale edit has not seen."""
        if isinstance(error, Stale) and meanwhile.VERSION in self.fields:
            self.meanwhile = meanwhile.rebase(self, error)
            return
        for problem in problems(error):
            if problem.at in self.fields:
                self.add_error(problem.at, f"{problem.message} {problem.hint}".strip())
            else:
                self.problems.append(problem)


class VersionForm(CommandForm):
    """A form that edits what a record holds, and says which version of it was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(CommandForm):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)

    def __init__(self, *args: Any, needed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needed
        if not needed:
            self.fields["reason"].label = _("Reason (optional)")


class _HiddenMoment(forms.DateTimeInput):
    input_type = "hidden"

    def __init__(self) -> None:
        super().__init__(format=_MINUTES)


class Moment(forms.DateTimeField):
    """A date and time in the viewer's zone, which stands in the label; to the minute, as browsers ask for it."""

    hidden_widget = _HiddenMoment

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateTimeInput(format=_MINUTES, attrs={"type": "datetime-local"}))
        kwargs["label"] = format_lazy("{} ({})", kwargs["label"], _zone_lazy())
        super().__init__(**kwargs)


class Lines(forms.CharField):
    """Several short texts, one on each line; gives a list."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return [line.strip() for line in text.splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), "\n".join(self.clean(data)) if data else data)


def area(rows: int = 3, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


def options(values: Iterable[str], *, empty: Text | None = None) -> Choices:
    """Give the choices of a list of words; `empty` is what stands for none."""
    found: Choices = [(str(value), _words_lazy(value)) for value in values]
    return found if empty is None else [("", empty), *found]


def scale(labels: Iterable[str], *, empty: Text | None = None) -> Choices:
    """Give a scale that counts from 1."""
    return [
        ("", empty or _("Not set")),
        *(
            (str(place), format_lazy("{} - {}", place, _words_lazy(label)))
            for place, label in enumerate(labels, 1)
        ),
    ]
