"""The small words of the templates: icons, states, times, digests, texts."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import nh3
from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rightaway.domain.deployment_states import TargetStatus
from rightaway.queries import notifications
from rightaway.web import places, statuses, themes
from rightaway.web.forms.meanwhile import Clash
from rightaway.web.viewers import Viewer

register = template.Library()

STYLES = ("tokens", "elements", "layout", "forms", "components", "shell", "print")
ALERTS = {"ok": "circle-check", "warn": "triangle-alert", "bad": "octagon-alert"}
DIGEST_SHOWN = 12
VALUE_SHOWN = 300
_PAGES = {
    "REL": "release",
    "DEP": "deployment",
    "CHG": "change",
    "INC": "incident",
    "PRB": "problem",
    "KE": "known-error",
    "KB": "article",
}
_NUMBER = re.compile(rf"\b((?:{'|'.join(_PAGES)})-[0-9]{{6,12}})\b")
_KEY = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
# An image would be asked for by every reader, and tell its server so: it stays a link.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_SCHEMES = {"http", "https", "mailto"}


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw an icon; without a label it is decoration that a screen reader leaves out."""
    role = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="icon {}" {}><use href="{}#{}"></use></svg>', css, role, _sprite(), name)


@cache
def _sprite() -> str:
    """Give the address of the drawings: the same for the life of a process, and asked for many times a page."""
    return static("vendor/icons.svg")


@register.simple_tag
def pill(state: str, text: str = "", tone: str | None = None, mark: str = "") -> SafeString:
    """Show a state as a word with an icon."""
    found = statuses.look(state)
    shown = found.tone if tone is None else tone
    return format_html(
        '<span class="pill {}">{}{}</span>', shown, icon(mark or found.icon), text or found.text
    )


@register.simple_tag
def mark(state: str) -> SafeString:
    """Show a state as an icon alone, with its word for those who cannot see it."""
    found = statuses.look(state)
    return icon(found.icon, found.text, found.tone)


@register.filter
def words(key: object) -> str:
    return statuses.words(str(key)) if key not in (None, "") else ""


@register.filter
def said(text: object) -> str:
    """Say a title of a workflow in the reader's language, where the catalogue knows it."""
    return gettext(str(text)) if text else ""


@register.filter
def within(text: str) -> str:
    """Give a word as it stands within a sentence."""
    return statuses.within(str(text))


@register.filter
def needs_look(status: str) -> bool:
    return any(status == one and one.needs_look for one in TargetStatus)


@register.simple_tag
def alert_icon(tone: str, name: str = "") -> SafeString:
    return icon(name or ALERTS.get(tone, "info"))


@register.simple_tag
def stylesheets() -> SafeString:
    """Link the styles in the order in which they build on each other."""
    return format_html_join(
        "\n  ", '<link rel="stylesheet" href="{}">', ((static(f"web/{one}.css"),) for one in STYLES)
    )


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


@register.simple_tag
def at(moment: datetime | None, missing: str = "") -> SafeString:
    """Show a time in the viewer's zone, in UTC and as how long ago on hover."""
    if moment is None:
        return _none(missing or gettext("not set"))
    here = timezone.localtime(moment)
    return format_html(
        '<time class="num nowrap" datetime="{}" title="{}, {}">{} {}</time>',
        moment.astimezone(UTC).isoformat(),
        _utc(moment),
        naturaltime(moment),
        date_format(here, gettext("j M Y, H:i")),
        here.tzname() or "UTC",
    )


@register.simple_tag
def ago(moment: datetime | None, missing: str = "") -> SafeString:
    """Show how long ago something happened, with the exact time in UTC on hover."""
    if moment is None:
        return _none(missing or gettext("never"))
    return format_html(
        '<time class="nowrap ago" datetime="{}" title="{}">{}</time>',
        moment.astimezone(UTC).isoformat(),
        _utc(moment),
        naturaltime(moment),
    )


@register.simple_tag
def period(start: datetime, end: datetime | None = None) -> str:
    """Write a period as bare text in the viewer's zone, for where no element may stand."""
    moments = [timezone.localtime(one) for one in (start, end) if one]
    shown = " - ".join(date_format(one, gettext("j M Y, H:i")) for one in moments)
    return f"{shown} {moments[0].tzname() or 'UTC'}"


def _none(text: str) -> SafeString:
    return format_html('<span class="muted">{}</span>', text)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


@register.simple_tag
def lasted(start: datetime | None, end: datetime | None = None) -> str:
    """Say how long something took, or has taken so far."""
    if start is None:
        return ""
    return span(((end or timezone.now()) - start).total_seconds())


@register.filter
def span(seconds: float) -> str:
    """Write a number of seconds as people say it."""
    hours, rest = divmod(max(0, int(seconds)), 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {left} s" if minutes else f"{left} s"


@register.simple_tag
def clock(moment: datetime) -> SafeString:
    """Show the time of a moment today in the viewer's zone, of another day with its date."""
    here, today = timezone.localtime(moment), timezone.localtime()
    form = "H:i:s" if here.date() == today.date() else gettext("j M Y, H:i")
    return format_html(
        '<time class="num nowrap" datetime="{}" title="{}">{}</time>',
        moment.astimezone(UTC).isoformat(),
        _utc(moment),
        date_format(here, form),
    )


@register.simple_tag
def digest(value: str, missing: str | None = None) -> SafeString:
    """Show the beginning of a digest, all of it on hover, with a button that copies it."""
    if not value:
        return _none(gettext("none yet") if missing is None else missing)
    return format_html(
        '<span class="digest"><code title="{}">{}</code><button type="button" class="copy" hidden data-copy="{}"'
        ' data-done="{}" title="{}" aria-label="{}">{}</button></span>',
        value,
        value[:DIGEST_SHOWN],
        value,
        gettext("Copied"),
        gettext("Copy"),
        gettext("Copy"),
        icon("copy"),
    )


@register.filter
def value(found: Any) -> str:
    """Write a JSON value on one line, cut when it is long."""
    text = (
        str(found) if isinstance(found, str | Promise) else json.dumps(found, ensure_ascii=False, default=str)
    )
    return text if len(text) <= VALUE_SHOWN else f"{text[:VALUE_SHOWN]}…"


@register.simple_tag
def clash(field: BoundField) -> Clash | None:
    """Give what somebody else made of a field since the form was opened."""
    meanwhile = getattr(field.form, "meanwhile", None)
    return meanwhile.clashes.get(field.name) if meanwhile else None


@register.filter
def linked(text: str) -> SafeString:
    """Lead from every number of a record in a text to its page."""
    parts = _NUMBER.split(str(text))
    return format_html_join(
        "", "{}", ((_link(part) if place % 2 else part,) for place, part in enumerate(parts))
    )


def _link(number: str) -> SafeString:
    page = _PAGES[number.partition("-")[0]]
    return format_html('<a href="{}">{}</a>', reverse(page, args=[number]), number)


@register.filter
def pretty(found: Any) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False, default=str)


@register.filter
def markdown(text: str, mentioned: Collection[str] = ()) -> SafeString:
    """
    Render what people wrote; the sanitiser decides what is left of it, whatever the renderer made.

    Args:
        mentioned: User names that stand out where they follow an @.
    """
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1:]) + 1)}"  # the page has its own first heading
        if token.children and mentioned:
            token.children = [part for child in token.children for part in _marked(child, mentioned)]
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return mark_safe(nh3.clean(html, url_schemes=_SCHEMES, link_rel="noopener noreferrer nofollow"))  # noqa: S308


def _marked(token: Token, mentioned: Collection[str]) -> Iterator[Token]:
    if token.type != "text":
        yield token
        return
    names = "|".join(re.escape(name) for name in sorted(mentioned, key=len, reverse=True))
    for place, part in enumerate(re.split(rf"(?<![\w@.+/-])(@(?:{names}))(?![\w@])", token.content)):
        if place % 2:
            yield Token("strong_open", "strong", 1)
        yield Token("text", "", 0, content=part)
        if place % 2:
            yield Token("strong_close", "strong", -1)


@register.filter
def initials(name: object) -> str:
    parts = str(name).replace(".", " ").replace("_", " ").split()
    return "".join(part[0] for part in parts[:2]).upper()


@register.filter
def plainly(text: str) -> str:
    """Write the keys in a sentence of a rule as words: `service_owner` as `service owner`."""
    return _KEY.sub(lambda key: statuses.plain(key.group()), text)


@register.filter
def pairs(found: dict[str, Any]) -> list[tuple[str, Any]]:
    """Give names and values; `.items` in a template would find a member of that name first."""
    return list(found.items())


@register.filter
def item(found: dict[str, Any], key: str) -> Any:
    return found.get(key)


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """Give the theme that is chosen; a page made without a request follows the system."""
    request: HttpRequest | None = context.get("request")
    return themes.chosen(request) if request else themes.DEFAULT


@register.simple_tag(takes_context=True)
def density(context: template.Context) -> str:
    request: HttpRequest | None = context.get("request")
    return themes.density(request) if request else ""


@register.simple_tag
def zone() -> str:
    """Name the time zone in which the page shows times."""
    return timezone.get_current_timezone_name()


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[places.Group]:
    return places.groups(Viewer.of(context["request"]))


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


@register.simple_tag(takes_context=True)
def here(context: template.Context, prefix: str) -> SafeString:
    """Mark the link whose section the page belongs to."""
    path, prefix = context["request"].path, prefix.replace("/records/incidents/", "/records/")
    matches = path == prefix if prefix == "/" else path.startswith(prefix)
    return mark_safe(' aria-current="page"') if matches else SafeString("")
