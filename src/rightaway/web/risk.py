"""The risk score as a table that explains itself, and the questionnaire of a change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rightaway.domain.risk import Reversal, RiskFacts, Score, Term, stated
from rightaway.domain.sentences import said
from rightaway.queries import changes
from rightaway.queries import risk as ask
from rightaway.services import changes as commands
from rightaway.web.forms.risk import LEVELS, RiskForm
from rightaway.web.pages import act, bound, command
from rightaway.web.viewers import Viewer

TITLES: Mapping[str, str | Promise] = {
    "criticality": gettext_lazy("Criticality of what is reached"),
    "reach": gettext_lazy("Blast radius"),
    "history": gettext_lazy("How changes went lately"),
    "novelty": gettext_lazy("Novelty"),
    "reversal": gettext_lazy("Way back"),
    "tests": gettext_lazy("Missing tests"),
    "timing": gettext_lazy("Timing"),
    "size": gettext_lazy("Size"),
    "load": gettext_lazy("Load of the team"),
}
OVERRIDES: Mapping[str, str | Promise] = {
    "destructive": gettext_lazy("Data can be lost, so the level is 4 at least."),
    "unauthorised": gettext_lazy(
        "The service had an unauthorised change in the last 30 days, so the level is one higher."
    ),
}
_WAYS_BACK: Mapping[Reversal, str | Promise] = {
    Reversal.REHEARSED: gettext_lazy("rehearsed with this package"),
    Reversal.DOCUMENTED: gettext_lazy("written down, not rehearsed"),
    Reversal.NONE: gettext_lazy("none that is known"),
}


@dataclass(frozen=True, slots=True)
class Line:
    title: str | Promise
    given: str
    weight: int
    points: float
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A score for a page; `effective` is the level that counts after what a person said."""

    score: int
    level: int
    effective: int
    word: str | Promise
    lines: tuple[Line, ...]
    overrides: tuple[str | Promise, ...]
    said: int | None
    reason: str


def shown(found: Score, said: int | None, reason: str = "", *, may_lower: bool = True) -> Shown:
    """
    Put a score into words.

    Args:
        said: The level that a person stated.
        may_lower: Whether that level counts when it is lower, as it does where a reason stands beside it.
    """
    effective = stated(found.level, said) if may_lower else max(found.level, said or 0)
    return Shown(
        score=found.score,
        level=found.level,
        effective=effective,
        word=LEVELS[effective],
        lines=tuple(_line(term, found.facts) for term in found.terms),
        overrides=tuple(OVERRIDES[key] for key in found.overrides),
        said=said if said not in {None, found.level} and (may_lower or effective == said) else None,
        reason=reason,
    )


def _line(term: Term, facts: RiskFacts) -> Line:
    return Line(TITLES[term.key], _GIVEN[term.key](facts), term.weight, term.points, term.is_answered)


def _history(facts: RiskFacts) -> str:
    if not facts.succeeded + facts.failed:
        return _("none yet, which counts as one in two")
    return _("{good} went well, {bad} did not").format(good=facts.succeeded, bad=facts.failed)


def _tests(facts: RiskFacts) -> str:
    if facts.tests_needed:
        return _("{missing} of {needed} levels").format(
            missing=facts.tests_missing, needed=facts.tests_needed
        )
    return _("a plan, nothing run yet") if facts.has_test_plan else _("no test and no test plan")


def _timing(facts: RiskFacts) -> str:
    when = {
        None: _("no time is planned yet"),
        True: _("in business hours"),
        False: _("outside business hours"),
    }
    found = when[facts.in_business_hours]
    if not facts.overlaps:
        return found
    other = ngettext(
        "{count} release on the same items", "{count} releases on the same items", facts.overlaps
    )
    return f"{found}; {other.format(count=facts.overlaps)}"


def _size(facts: RiskFacts) -> str:
    found = ngettext("{count} part", "{count} parts", facts.units).format(count=facts.units)
    return f"{found}, {_('with a database schema')}" if facts.changes_schema else found


_GIVEN: Mapping[str, Callable[[RiskFacts], str]] = {
    "criticality": lambda facts: _("{level}; 1 is the highest, 4 the lowest").format(level=facts.criticality),
    "reach": lambda facts: ngettext("{count} item", "{count} items", facts.reached).format(
        count=facts.reached
    ),
    "history": _history,
    "novelty": lambda facts: ngettext(
        "{count} earlier success with these items", "{count} earlier successes with these items", facts.uses
    ).format(count=facts.uses),
    "reversal": lambda facts: str(_WAYS_BACK[facts.reversal]),
    "tests": _tests,
    "timing": _timing,
    "size": _size,
    "load": lambda facts: ngettext(
        "{count} other release on its way", "{count} other releases on their way", facts.releases
    ).format(count=facts.releases),
}


@act
def assess(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = changes.change(number)
    row = viewer.seen(row, row.service.key if row else "", said("change {number}", number=number))
    viewer.require("change.edit", row.service.key, own=row.requester_id == viewer.user.pk)
    form = RiskForm(**bound(request), row=row, questions=ask.questions())

    def run(given: dict[str, Any]) -> None:
        commands.edit(
            actor=viewer.actor, number=number, fields=form.fields_given(), expected_version=given["version"]
        )

    return command(
        request,
        form,
        run,
        title=_("Risk of {number}").format(number=number),
        button=_("Save"),
        back=reverse("change", args=[number]),
        done=_("Saved."),
        text=_(
            "An answer can raise a term of the score and never lowers what is measured. Answers belong to what is"
            " authorised: new ones ask for a new authorisation."
        ),
        crumbs=[(_("Changes"), reverse("changes")), (number, reverse("change", args=[number]))],
    )
