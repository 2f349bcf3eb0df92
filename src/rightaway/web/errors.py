"""From the errors of the domain to what a person reads: one table, one page, one list of problems."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rightaway.domain.errors import (
    DriverError,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    RightawayError,
    Stale,
    TooLarge,
    Unavailable,
)
from rightaway.web.sentences import translated

# The first class that fits decides; what is narrower stands first.
_ANSWERS: tuple[tuple[type[RightawayError], int, str | Promise], ...] = (
    (NotFound, 404, _("There is nothing here")),
    (Forbidden, 403, _("You may not do this")),
    (TooLarge, 413, _("This is too large")),
    (Invalid, 422, _("Something has to be corrected")),
    (Stale, 412, _("Somebody was faster")),
    (Refused, 409, _("This is not possible now")),
    (Unavailable, 503, _("Something did not answer")),
    (DriverError, 502, _("A target could not be reached")),
    (RightawayError, 500, _("Something went wrong")),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong; `unmet` is the full list of what a closed gate lacks."""

    code: str
    message: str
    hint: str
    at: str
    unmet: tuple[Mapping[str, Any], ...] = ()


def status(error: RightawayError) -> int:
    return next(number for kind, number, _text in _ANSWERS if isinstance(error, kind))


def title(error: RightawayError) -> str:
    return next(str(text) for kind, _number, text in _ANSWERS if isinstance(error, kind))


def problems(error: RightawayError) -> list[Problem]:
    """List everything the error carries: its parts where it has some, else itself."""
    if error.errors:
        return [problem for one in error.errors for problem in problems(one)]
    unmet = tuple(one for one in error.evidence.get("unmet", ()) if one.get("blocks", True))
    return [Problem(error.code, translated(error.message), translated(error.hint), error.at, unmet)]


def answer(request: HttpRequest, error: RightawayError) -> HttpResponse:
    """Give the page for an error that no form is there to show."""
    number = status(error)
    context = {"title": title(error), "problems": problems(error), "status": number}
    return render(request, "web/error.html", context, status=number)
