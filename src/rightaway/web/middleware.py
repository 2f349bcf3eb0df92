"""Before a page is made: whose preferences it follows, in which language, and in which time zone."""

from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from rightaway.queries import people

ZONE_COOKIE = "rightaway_zone"
API = "/api/"
Answer = Callable[[HttpRequest], HttpResponse]


def preferences(answer: Answer) -> Answer:
    """
    Follow the account's preferences; what it left open, and somebody not signed in, follows the browser.

    The API has one language and one zone, so that programs can rely on its words.
    """

    def follow(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(API):
            return answer(request)
        chosen = people.preferences(request.user.pk) if request.user.is_authenticated else None
        request.preferences = chosen  # type: ignore[attr-defined]
        language = (chosen and chosen.language) or translation.get_language_from_request(request)
        zone = (chosen and chosen.time_zone) or request.COOKIES.get(ZONE_COOKIE, "")
        with translation.override(language), timezone.override(_zone(zone)):
            response = answer(request)
        response.headers["Content-Language"] = language
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response

    return follow


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> ZoneInfo | None:
    """Give the zone of a name that a cookie may hold; None, which is UTC, when it is none."""
    return ZoneInfo(name) if name in _known() else None
