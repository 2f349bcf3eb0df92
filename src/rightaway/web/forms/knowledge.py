"""Forms of knowledge articles and lessons."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.policies import DEPLOYMENT_MODELS
from rightaway.domain.values import ArticleKind
from rightaway.web.forms.base import CHOOSE, Choices, CommandForm, Moment, VersionForm, area, options

_MARKDOWN = _("Markdown. HTML is not used.")


class ArticleForm(CommandForm):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=options(one for one in ArticleKind if one != "lesson_learnt")
    )
    service = forms.ChoiceField(label=_("Service"))
    title = forms.CharField(label=_("Title"), max_length=200)
    body = forms.CharField(label=_("Text"), widget=area(14), help_text=_MARKDOWN)
    release = forms.CharField(
        label=_("Release (optional)"), required=False, max_length=20, help_text=_("Its number.")
    )

    def __init__(self, *args: Any, services: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", CHOOSE), *services]  # type: ignore[attr-defined]


class LessonForm(CommandForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    body = forms.CharField(label=_("What was learnt, and what to do"), widget=area(6), help_text=_MARKDOWN)
    owner = forms.ChoiceField(label=_("Owner"))
    due_at = Moment(label=_("Due"))
    release_model = forms.ChoiceField(
        label=_("Only for releases of the model"),
        required=False,
        choices=options(DEPLOYMENT_MODELS, empty=_("All of the service")),
    )
    checklist_item = forms.ChoiceField(label=_("About the checklist item"), required=False)

    def __init__(self, *args: Any, people: Choices, items: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", CHOOSE), *people]  # type: ignore[attr-defined]
        self.fields["checklist_item"].choices = [("", _("None in particular")), *items]  # type: ignore[attr-defined]


class EditArticleForm(VersionForm):
    title = forms.CharField(label=_("Title"), max_length=200)
    body = forms.CharField(label=_("Text"), widget=area(18), help_text=_MARKDOWN)
