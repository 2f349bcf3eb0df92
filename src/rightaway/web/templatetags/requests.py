"""What of a page depends on who asks for it, and how."""

from dataclasses import dataclass

from django import template
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from rightaway.queries import notifications
from rightaway.web import places, themes
from rightaway.web.viewers import Viewer

register = template.Library()


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """Give the theme that is chosen; a page made without a request follows the system."""
    request: HttpRequest | None = context.get("request")
    return themes.chosen(request) if request else themes.DEFAULT


@register.simple_tag(takes_context=True)
def density(context: template.Context) -> str:
    request: HttpRequest | None = context.get("request")
    return themes.density(request) if request else ""


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[places.Group]:
    return places.groups(Viewer.of(context["request"]))


INSIDE = {"/metrics/": "/metrics/indicators/"}
"""Sections whose addresses begin with that of another one."""


@register.simple_tag(takes_context=True)
def here(context: template.Context, prefix: str) -> SafeString:
    """Mark the link whose section the page belongs to."""
    path, prefix = context["request"].path, prefix.replace("/records/incidents/", "/records/")
    matches = path == prefix if prefix == "/" else path.startswith(prefix)
    matches = matches and not path.startswith(INSIDE.get(prefix, "//"))
    return mark_safe(' aria-current="page"') if matches else SafeString("")


@register.simple_tag(takes_context=True)
def unread(context: template.Context) -> int:
    """Count what the person was told and has not read."""
    return notifications.unread(context["request"].user.pk)


@register.simple_tag(takes_context=True)
def has_shortcuts(context: template.Context) -> bool:
    kept = getattr(context["request"], "preferences", None)
    return kept is None or bool(kept.shortcuts)


@register.simple_tag(takes_context=True)
def may_open(context: template.Context, action: str, scope: str | None = None) -> bool:
    """Tell whether the person may do something, in a scope or with None in any at all."""
    return Viewer.of(context["request"]).may(action, scope)


@dataclass(frozen=True, slots=True)
class Sorting:
    """The head of a column that can be sorted by: where a click leads, and how it is sorted now."""

    url: str
    direction: str = ""
    icon: str = ""


@register.simple_tag(takes_context=True)
def sorting(context: template.Context, name: str) -> Sorting:
    """Turn the order around if the list is sorted by this column already."""
    query = context["request"].GET.copy()
    for other in ("page", "view"):
        query.pop(other, None)
    now = query.get("sort", "")
    query["sort"] = f"-{name}" if now == name else name
    url = f"?{query.urlencode()}"
    if now == name:
        return Sorting(url, "ascending", "arrow-up")
    return Sorting(url, "descending", "arrow-down") if now == f"-{name}" else Sorting(url)
