"""How long something takes, and when something is, as bare text."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext


def span(seconds: float) -> str:
    """Write a number of seconds as people say it."""
    hours, rest = divmod(max(0, int(seconds)), 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {left} s" if minutes else f"{left} s"


def exact(moment: datetime) -> str:
    """Write a moment in the viewer's zone, which it names."""
    here = timezone.localtime(moment)
    return f"{date_format(here, gettext('j M Y, H:i'))} {here.tzname() or 'UTC'}"
