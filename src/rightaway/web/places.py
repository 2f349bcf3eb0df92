"""The pages one can go to from anywhere: what the navigation, the palette and the keyboard shortcuts share."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rightaway.web.viewers import EVERYWHERE, Viewer


@dataclass(frozen=True, slots=True)
class Place:
    """A page; `key` is what is typed after g, `action` what one must be allowed to do, in any service or everywhere."""

    name: str
    title: str | Promise
    icon: str
    key: str = ""
    action: str = ""
    everywhere: bool = False

    @property
    def url(self) -> str:
        return reverse(self.name)


@dataclass(frozen=True, slots=True)
class Group:
    title: str | Promise
    places: tuple[Place, ...]


VIEW = "release.view"
GROUPS = (
    Group(
        "",
        (
            Place("home", _("Home"), "layout-dashboard", "h"),
            Place("inbox", _("Inbox"), "inbox", "b"),
            Place("approvals", _("Approvals"), "shield-check", "v"),
            Place("tasks", _("Tasks"), "list-checks", "s", VIEW),
            Place("releases", _("Releases"), "rocket", "r", VIEW),
            Place("trains", _("Release trains"), "calendar", "", VIEW),
            Place("bundles", _("Bundles"), "package", "", VIEW),
            Place("deployments", _("Deployments"), "play", "d", VIEW),
            Place("changes", _("Changes"), "git-pull-request", "c", VIEW),
        ),
    ),
    Group(
        _("Service management"),
        (
            Place("items", _("Configuration items"), "network", "i", VIEW),
            Place("targets", _("Targets"), "server", "t", VIEW),
            Place("incidents", _("Incidents and problems"), "triangle-alert", "n", VIEW),
            Place("outages", _("Outages"), "ban", "u", VIEW),
            Place("articles", _("Knowledge"), "book-open", "k", VIEW),
            Place("lessons", _("Lessons"), "list-checks", "", VIEW),
        ),
    ),
    Group(
        _("Governance"),
        (
            Place("boards", _("Boards"), "shield-check", "o", VIEW),
            Place("policies", _("Release policies"), "shield-check", "", VIEW),
            Place("debts", _("Debts"), "hourglass", "", VIEW),
            Place("metrics", _("DORA metrics"), "chart-line", "m", "metrics.read"),
            Place("indicators", _("Indicators"), "chart-line", "", "metrics.read"),
            Place("audit", _("Audit log"), "file-check-2", "a", "audit.read", everywhere=True),
        ),
    ),
    Group(
        _("Administration"),
        (
            Place("people", _("People"), "user-round", "", "role.grant"),
            Place("roles", _("Roles"), "key-round", "", "role.grant"),
            Place("groups", _("Groups of approvers"), "user-round", "", "group.define", everywhere=True),
            Place("workflows", _("Workflows"), "network", "", "workflow.view"),
            Place("estate", _("Environments and services"), "target", "", "ci.edit"),
            Place("alerts", _("Alerts"), "triangle-alert", "", "system.configure", everywhere=True),
            Place("outbox", _("Outbox"), "inbox", "", "system.configure", everywhere=True),
            Place("imports", _("Imports"), "download", "", "record.import"),
            Place("system", _("System"), "monitor", "", "system.configure", everywhere=True),
        ),
    ),
)
OTHERS = (
    Place("problems", _("Problems"), "triangle-alert", "", VIEW),
    Place("known-errors", _("Known errors"), "triangle-alert", "", VIEW),
    Place("interactions", _("Interactions"), "user-round", "", VIEW),
    Place("release-register", _("Register a release"), "plus", "", "release.register"),
    Place("change-register", _("Register a change"), "plus", "", "change.register"),
    Place("change-models", _("Standard change models"), "git-pull-request", "", VIEW),
    Place("meetings", _("Meetings of boards"), "shield-check", "", VIEW),
    Place("decisions", _("Decisions of boards"), "shield-check", "", VIEW),
    Place("import-new", _("Import from another system"), "download", "", "record.import"),
    Place("views", _("Saved views"), "bookmark", "", "view.save"),
    Place("profile", _("Your profile"), "user-round", "p"),
    Place("design-system", _("Design system"), "layout-dashboard"),
)


def groups(viewer: Viewer) -> list[Group]:
    """Give the navigation of a person: only what they may open, and no empty group."""
    found = [Group(one.title, tuple(_open(viewer, one.places))) for one in GROUPS]
    return [one for one in found if one.places]


def matching(viewer: Viewer, text: str) -> list[Place]:
    """Give the pages whose title has every word of the text; all of them when there is none."""
    words = text.lower().split()
    places = [*(place for group in GROUPS for place in group.places), *OTHERS]
    return [
        place
        for place in _open(viewer, tuple(places))
        if all(word in str(place.title).lower() for word in words)
    ]


def title(name: str) -> str:
    """Give the title of a page by its name."""
    places = [*(place for group in GROUPS for place in group.places), *OTHERS]
    return next((str(place.title) for place in places if place.name == name), name)


def _open(viewer: Viewer, places: tuple[Place, ...]) -> Iterator[Place]:
    for place in places:
        scope = EVERYWHERE if place.everywhere else None
        if not place.action or viewer.may(place.action, scope, own=True):
            yield place
