"""Configuration items and targets: what is there, how it hangs together, expected against observed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.queries import cmdb, debts, outages
from rightaway.web import conversations, lists
from rightaway.web.pages import page, paged
from rightaway.web.viewers import Viewer


@page
@lists.opens_with_default("items")
def items(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.view", None)
    around = lists.around(request, viewer, "items")
    context = {
        "rows": paged(request, cmdb.items(**around["filters"].chosen())),
        **around,
        "mismatches": list(cmdb.mismatches()[:20]),
    }
    return render(request, "cmdb/items.html", context)


@page
def item(request: HttpRequest, viewer: Viewer, key: str) -> HttpResponse:
    viewer.require("release.view", None)
    row = cmdb.item(key)
    if row is None:
        raise NotFound(
            "not_found", said("There is no configuration item {key}.", key=key), hint=said("Check the key.")
        )
    relations = list(cmdb.relations(row))
    changes = row.affecting_changes.select_related("service").order_by("-id")
    context = {
        "sees_policy": row.ci_class == "service" and viewer.may("release.view", row.key),
        "item": row,
        "states": _states(row),
        "outgoing": [one for one in relations if one.source_id == row.pk],
        "incoming": [one for one in relations if one.target_id == row.pk],
        "debts": list(viewer.narrowed(debts.debts(state="open", service=key), "release__service__key")[:20]),
        "groups": list(row.groups.order_by("key")),
        "targets": list(cmdb.targets().filter(ci=row)),
        "releases": list(viewer.narrowed(row.affecting_releases.order_by("-id"), "service__key")[:10]),
        "outages": list(viewer.narrowed(outages.outages(item=key), "service__key")[:10]),
        "changes": list(viewer.narrowed(changes, "service__key")[:10]),
        "talk": conversations.talk(viewer, SubjectKind.CI, row),
        "crumbs": [(_("Configuration items"), reverse("items"))],
    }
    return render(request, "cmdb/item.html", context)


def _states(row: Any) -> list[tuple[str, Any, Any, str]]:
    """Compare what is expected of an item with what was observed, name by name."""
    names = sorted({*row.expected, *row.observed}, key=lambda name: (name != "version", name))
    return [(name, row.expected.get(name), row.observed.get(name), _verdict(row, name)) for name in names]


def _verdict(row: Any, name: str) -> str:
    if name not in row.expected or name not in row.observed:
        return "unknown" if name in row.expected else ""
    return "met" if row.expected[name] == row.observed[name] else "differs"


@page
@lists.opens_with_default("targets")
def targets(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.view", None)
    around = lists.around(request, viewer, "targets")
    context = {"rows": paged(request, cmdb.targets(**around["filters"].chosen())), **around}
    return render(request, "cmdb/targets.html", context)
