"""The frame around every page of one release: its head, its rail of phases, its tabs."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rightaway.domain.closure_codes import MEANINGS
from rightaway.domain.sentences import said
from rightaway.domain.values import ClosureCode, PhaseStatus
from rightaway.queries import releases, templates
from rightaway.web.viewers import Viewer

TABS = (
    ("release", _("Overview")),
    ("task-board", _("Tasks")),
    ("scope", _("Scope")),
    ("plan", _("Package and plan")),
    ("evidence", _("Evidence")),
    ("release-training", _("Training")),
    ("release-communication", _("Communication")),
    ("release-deployments", _("Deployments")),
    ("closure", _("Early life and closure")),
    ("history", _("History")),
)


def found(viewer: Viewer, number: str) -> Any:
    """Give the release; the same answer when there is none and when it is not for this person."""
    row = releases.release(number)
    return viewer.seen(row, row.service.key if row else "", said("release {number}", number=number))


def frame(viewer: Viewer, row: Any, tab: str) -> dict[str, Any]:
    scope = row.service.key
    is_held = row.phase_status == PhaseStatus.ON_HOLD
    may_edit = viewer.may("release.edit", scope, own=row.initiated_by_id == viewer.user.pk)
    return {
        "release": row,
        "rail": _rail(row),
        "tabs": [(title, reverse(name, args=[row.number]), name == tab) for name, title in TABS],
        "code_means": MEANINGS[ClosureCode(row.closure_code)].definition if row.closure_code else "",
        "is_over": row.phase in {"closed", "abandoned"},
        "may_register": viewer.may("release.register", scope),
        "may_edit": may_edit and row.phase not in {"closed", "abandoned"} and not is_held,
        "hold": releases.holds(row).first() if is_held else None,
        "may_hold": row.phase not in {"closed", "abandoned"} and viewer.may("release.hold", scope),
    }


def _rail(row: Any) -> list[releases.PhaseStep]:
    """Give the phases to show: of the ends of a workflow, the first and the one it came to."""
    steps, terminal = releases.rail(row), templates.of(row).terminal
    ends = [step.phase.key for step in steps if step.phase.key in terminal]
    hidden = {key for key in ends[1:] if key != row.phase}
    return [step for step in steps if step.phase.key not in hidden]


def crumbs(number: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(gettext("Releases"), reverse("releases")), (number, reverse("release", args=[number])), *more]


def inside(row: Any, tab: str, anchor: str = "") -> dict[str, Any]:
    """Give a command of a release its way back, to the tab it was started from."""
    titles = dict(TABS)
    address = reverse(tab, args=[row.number])
    more = [] if tab == "release" else [(str(titles[tab]), address)]
    return {"back": f"{address}{anchor}", "crumbs": crumbs(row.number, *more)}
