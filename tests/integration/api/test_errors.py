"""The table from errors to HTTP, for what a request alone does not provoke."""

import psycopg.errors
import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import IntegrityError, OperationalError
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from rightaway.api.errors import status_of, translated
from rightaway.domain import errors as domain
from rightaway.domain.errors import DriverError, RightawayError


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (caused(IntegrityError(), psycopg.errors.UniqueViolation()), 409, "record.conflict"),
        (caused(OperationalError(), psycopg.errors.DeadlockDetected()), 503, "database.unavailable"),
        (OperationalError("the pool has no connection"), 503, "database.unavailable"),
        (RequestDataTooBig(), 413, "input.too_large"),
        (UnreadablePostError(), 400, "http.unreadable"),
        (MultiPartParserError(), 400, "http.multipart"),
        (SuspiciousOperation(), 400, "http.multipart"),
    ],
)
def test_translated__raised_by_framework_or_database__our_word(error: Exception, status: int, code: str):
    found = translated(error)
    assert found is not None
    assert (status_of(found), found.code) == (status, code)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        caused(IntegrityError(), psycopg.errors.CheckViolation()),
        DriverError("driver.lost", "A driver's error never reaches a door."),
        RightawayError("odd", "An error of no kind."),
    ],
)
def test_translated__defect_of_ours__none(error: Exception):
    assert translated(error) is None


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("NotFound", 404),
        ("Forbidden", 403),
        ("Invalid", 422),
        ("TooLarge", 413),
        ("Refused", 409),
        ("TransitionRefused", 409),
        ("GateClosed", 409),
        ("Stale", 412),
        ("Unavailable", 503),
    ],
)
def test_status__of_each_kind_of_error__by_the_table(name: str, status: int):
    assert status_of(getattr(domain, name)("some.code", "Some words.")) == status
