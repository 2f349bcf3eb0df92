"""Values of records: digests, JSON, and what became of a field."""

import json
from datetime import timedelta
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from rightaway.web.forms.meanwhile import Clash
from rightaway.web.templatetags.looks import absent, icon

register = template.Library()

DIGEST_SHOWN = 12
VALUE_SHOWN = 300


@register.simple_tag
def digest(value: str, missing: str | None = None) -> SafeString:
    """Show the beginning of a digest, all of it on hover, with a button that copies it."""
    if not value:
        return absent(gettext("none yet") if missing is None else missing)
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


@register.filter
def pretty(found: Any) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False, default=str)


@register.filter
def pairs(found: dict[str, Any]) -> list[tuple[str, Any]]:
    """Give names and values; `.items` in a template would find a member of that name first."""
    return list(found.items())


@register.filter
def item(found: dict[str, Any], key: str) -> Any:
    return found.get(key)


@register.simple_tag
def clash(field: BoundField) -> Clash | None:
    """Give what somebody else made of a field since the form was opened."""
    meanwhile = getattr(field.form, "meanwhile", None)
    return meanwhile.clashes.get(field.name) if meanwhile else None


@register.filter
def weekday(number: int) -> str:
    """Name a day of the week; 0 is Monday."""
    return str(WEEKDAYS[int(number)])


@register.filter
def minutes(lasts: timedelta) -> int:
    return round(lasts.total_seconds() / 60)
