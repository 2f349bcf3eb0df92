"""
The one table from what can go wrong to what HTTP says about it; always the same shape.

Source: RFC 9457 (problem details); `code`, `at`, `hint`, `request_id`, `errors` and `evidence` are extensions.
"""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import psycopg.errors
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja.errors import AuthenticationError, HttpError
from pydantic import BaseModel, Field

from rightaway.domain.errors import (
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    RightawayError,
    Stale,
    TooLarge,
    Unavailable,
)

log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
ERRORS_SHOWN: Final = 20

_BY_CODE: Mapping[str, HTTPStatus] = {
    "auth.token": HTTPStatus.UNAUTHORIZED,
    "http.method": HTTPStatus.METHOD_NOT_ALLOWED,
    "http.length": HTTPStatus.LENGTH_REQUIRED,
    "http.media_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "text.surrogate": HTTPStatus.BAD_REQUEST,
}
_BY_PREFIX: Mapping[str, HTTPStatus] = {
    "json": HTTPStatus.BAD_REQUEST,
    "query": HTTPStatus.BAD_REQUEST,
    "http": HTTPStatus.BAD_REQUEST,
}
_BY_CLASS: Mapping[type[RightawayError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Forbidden: HTTPStatus.FORBIDDEN,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Stale: HTTPStatus.PRECONDITION_FAILED,
    Refused: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


class OneError(BaseModel):
    """One of several things that are wrong."""

    code: str
    detail: str
    at: str = ""
    hint: str = ""


class Problem(BaseModel):
    """
    What every answer other than success looks like.

    Programs match on `code`; `at` is a JSON pointer, `line:column` or the name of a field.
    """

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    at: str = ""
    hint: str = ""
    request_id: str
    errors: list[OneError] = Field(default=[], max_length=ERRORS_SHOWN)
    evidence: dict[str, Any] = {}


def status_of(error: RightawayError) -> HTTPStatus:
    prefix = error.code.partition(".")[0]
    found = _BY_CODE.get(error.code) or _BY_PREFIX.get(prefix)
    if found is not None and not isinstance(error, NotFound):
        return found
    classes = (_BY_CLASS[kind] for kind in type(error).__mro__ if kind in _BY_CLASS)
    return next(classes, HTTPStatus.INTERNAL_SERVER_ERROR)


def answer(request: HttpRequest, error: RightawayError) -> HttpResponse:
    """Say an error of ours as HTTP."""
    status = status_of(error)
    body = Problem(
        title=status.phrase,
        status=status,
        code=error.code,
        detail=error.message,
        at=error.at,
        hint=error.hint,
        request_id=request_id(request),
        errors=[
            OneError(code=one.code, detail=one.message, at=one.at, hint=one.hint)
            for one in error.errors[:ERRORS_SHOWN]
        ],
        evidence=error.evidence,
    )
    response = HttpResponse(
        json.dumps(body.model_dump(), default=str), status=status, content_type=MEDIA_TYPE
    )
    response["Cache-Control"] = "no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="rightaway"'
    if status == HTTPStatus.PRECONDITION_FAILED and "found" in error.evidence:
        response["ETag"] = f'"{error.evidence["found"]}"'
    return response


def unauthenticated() -> Forbidden:
    """One text for every token that does not work: which of the reasons it is helps only an attacker."""
    return Forbidden(
        "auth.token",
        "No valid token was given.",
        hint="Send `Authorization: Bearer ra_...`; `rightaway login` asks for one and keeps it.",
    )


def translated(error: Exception) -> RightawayError | None:
    """Give our word for what the framework or the database raised; None when it is a defect of ours."""
    match error:
        case RightawayError():
            return error if status_of(error) != HTTPStatus.INTERNAL_SERVER_ERROR else None
        case AuthenticationError():
            return unauthenticated()
        case HttpError() if isinstance(error.__cause__, RightawayError):
            return error.__cause__
        case RequestDataTooBig():
            return TooLarge("input.too_large", "The request is larger than what is read here.")
        case UnreadablePostError():
            return Invalid("http.unreadable", "The request ended before all of it had arrived.")
        case MultiPartParserError() | SuspiciousOperation():
            return Invalid("http.multipart", "The parts of the request cannot be told apart.")
        case IntegrityError() if isinstance(error.__cause__, psycopg.errors.UniqueViolation):
            return Refused(
                "record.conflict", "Somebody did the same at the same moment.", hint="Look, then try again."
            )
        case OperationalError():
            return Unavailable(
                "database.unavailable", "The database does not answer.", hint="Try again in a moment."
            )
    return None


def on_exception(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer whatever an endpoint raised; what nobody foresaw is logged and told only by its number."""
    known = translated(error)
    if known is not None:
        return answer(request, known)
    log.error("request %s failed: %s %s", request_id(request), request.method, request.path, exc_info=error)
    return answer(
        request,
        RightawayError(
            "internal",
            "Something went wrong inside Rightaway; nothing was changed.",
            hint="Give the request id to whoever runs this server: its log has the details.",
        ),
    )


def request_id(request: HttpRequest) -> str:
    return str(getattr(request, "request_id", ""))
