"""What the rules judge of a release is read when they look at it."""

from dataclasses import fields

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.integration.services.begun import settled
from tests.stages import staged
from tests.world import actor

from rightaway.domain.release_facts import ReleaseFacts
from rightaway.queries import release_facts
from rightaway.queries import releases as ask
from rightaway.records.releases.models import Release
from rightaway.services import releases

pytestmark = pytest.mark.django_db


@pytest.fixture
def release(db: None) -> Release:
    staged("settled", settled)
    given = {"title": "Shop", "description": "Better.", "release_type": "minor"}
    number = releases.register(actor=actor("rita"), service="shop", fields=given).number
    found = ask.release(number)
    assert found is not None
    return found


def test_facts__every_part__can_be_looked_at(release: Release) -> None:
    found = release_facts.facts(release, timezone.now())

    held = {one.name: getattr(found, one.name) for one in fields(ReleaseFacts)}

    assert ReleaseFacts(**held).registration.title == "Shop"


def test_facts__nobody_looks__ask_the_database_nothing(release: Release) -> None:
    with CaptureQueriesContext(connection) as asked:
        found = release_facts.facts(release, timezone.now())
        assert found.registration.title == "Shop"

    assert not asked.captured_queries


def test_facts__looked_at_twice__are_what_they_were_at_first(release: Release) -> None:
    found = release_facts.facts(release, timezone.now())
    before = found.registration
    release.title = "Another"

    assert before.title == "Shop"
    assert found.registration == before


def test_facts__with_other_parts__keep_the_rest(release: Release) -> None:
    found = release_facts.facts(release, timezone.now()).with_parts(phase="closed")

    assert (found.phase, found.registration.title) == ("closed", "Shop")


def test_facts__no_such_part__is_an_error(release: Release) -> None:
    with pytest.raises(AttributeError, match="colour"):
        release_facts.facts(release, timezone.now()).colour  # type: ignore[attr-defined]  # noqa: B018
