"""Before a page is made: whose preferences it follows, in which language, and in which time zone."""

from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from rightaway.domain.errors import TooLarge
from rightaway.domain.sentences import said
from rightaway.intake.attachments import ATTACHMENT_BYTES
from rightaway.intake.limits import MIB
from rightaway.queries import people
from rightaway.web import errors
from rightaway.web.forms.conversations import FILES_AT_ONCE

ZONE_COOKIE = "rightaway_zone"
API = "/api/"
FORM_BYTES = FILES_AT_ONCE * ATTACHMENT_BYTES + 2 * MIB
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


def uploads(answer: Answer) -> Answer:
    """
    Refuse a form that is larger than all its files may be together, before any of it is read.

    It stands last: what reads a form first is the check of its token, after all middleware.
    """

    def refuse(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.path.startswith(API) or not length.isdecimal() or int(length) <= FORM_BYTES:
            return answer(request)
        error = TooLarge(
            "upload.too_large",
            said("All files of a form together have at most {most} MiB.", most=FORM_BYTES // MIB),
            hint=said("Send fewer at once."),
        )
        if not request.user.is_authenticated:
            return HttpResponse(
                errors.problems(error)[0].message, status=errors.status(error), content_type="text/plain"
            )
        return errors.answer(request, error)

    return refuse


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> ZoneInfo | None:
    """Give the zone of a name that a cookie may hold; None, which is UTC, when it is none."""
    return ZoneInfo(name) if name in _known() else None
