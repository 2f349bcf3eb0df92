"""Forms of relations between releases."""

from django import forms
from django.utils.translation import gettext_lazy as _

from rightaway.domain.relations import RelationKind
from rightaway.web.forms.base import VersionForm

_SAID = {
    RelationKind.DEPENDS_ON: _("It depends on the other one, and is deployed after it"),
    RelationKind.PART_OF: _("It is a part of the other one, and goes through the phases with it"),
    RelationKind.SUPERSEDES: _("It supersedes the other one, which is then to be abandoned"),
    RelationKind.FOLLOWS: _("It follows the other one, which is over"),
}


class RelationForm(VersionForm):
    kind = forms.ChoiceField(label=_("What this release is"), choices=list(_SAID.items()))
    other = forms.CharField(
        label=_("Number of the other release"), max_length=80, help_text=_("Such as REL-000042.")
    )
