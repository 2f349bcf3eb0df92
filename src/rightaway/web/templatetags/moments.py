"""Times and how long things take, in the viewer's zone and language."""

from datetime import UTC, datetime

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from rightaway.web.durations import exact, span
from rightaway.web.templatetags.looks import absent

register = template.Library()
register.filter(span)


@register.simple_tag
def at(moment: datetime | None, missing: str = "") -> SafeString:
    """Show a time in the viewer's zone, in UTC and as how long ago on hover."""
    if moment is None:
        return absent(missing or gettext("not set"))
    return format_html(
        '<time class="num nowrap" datetime="{}" title="{}, {}">{}</time>',
        moment.astimezone(UTC).isoformat(),
        _utc(moment),
        naturaltime(moment),
        exact(moment),
    )


@register.simple_tag
def ago(moment: datetime | None, missing: str = "") -> SafeString:
    """Show how long ago something happened, with the exact time in UTC on hover."""
    if moment is None:
        return absent(missing or gettext("never"))
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


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


@register.simple_tag
def lasted(start: datetime | None, end: datetime | None = None) -> str:
    """Say how long something took, or has taken so far."""
    if start is None:
        return ""
    return span(((end or timezone.now()) - start).total_seconds())


@register.simple_tag
def zone() -> str:
    """Name the time zone in which the page shows times."""
    return timezone.get_current_timezone_name()
