"""What a person can choose from in a form, by what they may do."""

from typing import Any

from django.utils.translation import gettext as _

from rightaway.domain.changes import TERMINAL
from rightaway.domain.values import PersonKind
from rightaway.queries import change_models as change_models_of
from rightaway.queries import changes, cmdb, people
from rightaway.queries import workflows as workflows_of
from rightaway.web.forms.base import Choices
from rightaway.web.statuses import words
from rightaway.web.viewers import Viewer

MOST = 500


def services(viewer: Viewer, action: str) -> Choices:
    """Give the services in which the person may do something."""
    return [
        (one.key, f"{one.name} ({one.key})")
        for one in cmdb.services()
        if viewer.may(action, one.key, own=True)
    ]


def persons() -> Choices:
    """Give everybody who can be named as responsible."""
    found = people.users().filter(is_active=True, kind=PersonKind.PERSON)
    return [(one.username, f"{one} ({one.username})") for one in found]


def items() -> Choices:
    return [(one.key, f"{one.name} ({one.key})") for one in cmdb.items()[:MOST]]


def workflows() -> Choices:
    """Give the workflows that a new release may follow."""
    return [(key, _(title)) for key, title in workflows_of.in_force()]


def item_classes() -> Choices:
    found = cmdb.items().order_by("ci_class").values_list("ci_class", flat=True).distinct()
    return [(key, words(key)) for key in found]


def change_models() -> Choices:
    """Give the models that a standard change can name now, each with the services it is for."""
    return [
        (one.number, f"{one.number} {one.title} ({', '.join(change_models_of.service_keys(one))})")
        for one in change_models_of.active()[:MOST]
    ]


def groups() -> Choices:
    return [(one.key, f"{one.name} ({one.key})") for one in cmdb.groups()[:MOST]]


def environments() -> Choices:
    return [(one.key, f"{one.name} ({one.tier})") for one in cmdb.environments()]


def open_changes(viewer: Viewer, release: Any = None) -> Choices:
    """Give the open changes that are in no release, and those of this one."""
    rows = viewer.narrowed(changes.changes().exclude(state__in=TERMINAL), "service__key")
    free = [
        one for one in rows[:MOST] if one.release_id is None or (release and one.release_id == release.pk)
    ]
    return [(one.number, f"{one.number} {one.title} ({one.state}, {one.service.key})") for one in free]


def all_services() -> Choices:
    return [(one.key, f"{one.name} ({one.key})") for one in cmdb.services()]
