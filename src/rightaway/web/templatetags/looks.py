"""How things look: icons, states, the styles of a page."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from rightaway.domain.deployment_states import TargetStatus
from rightaway.web import statuses

register = template.Library()

STYLES = ("tokens", "elements", "layout", "forms", "components", "shell", "print")
ALERTS = {"ok": "circle-check", "warn": "triangle-alert", "bad": "octagon-alert"}


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
def needs_look(status: str) -> bool:
    return any(status == one and one.needs_look for one in TargetStatus)


@register.simple_tag
def alert_icon(tone: str, name: str = "") -> SafeString:
    return icon(name or ALERTS.get(tone, "info"))


def absent(text: str) -> SafeString:
    return format_html('<span class="muted">{}</span>', text)


@register.filter
def initials(name: object) -> str:
    parts = str(name).replace(".", " ").replace("_", " ").split()
    return "".join(part[0] for part in parts[:2]).upper()


@register.simple_tag
def stylesheets() -> SafeString:
    """Link the styles in the order in which they build on each other."""
    return format_html_join(
        "\n  ", '<link rel="stylesheet" href="{}">', ((static(f"web/{one}.css"),) for one in STYLES)
    )
