"""A release goes on by itself when the moment comes that it waited for."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.integration.services.begun import registered
from tests.stages import staged
from tests.world import World

from rightaway.services import lifecycle, moments

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return staged("registered", registered)


def test_moment__that_came_meanwhile__lets_its_release_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rightaway.records.releases.models import Release

    row, now = Release.objects.get(number=world.release), timezone.now()
    row.els_ends_at = now - timedelta(seconds=1)
    row.save()
    settled = []
    monkeypatch.setattr(lifecycle, "settle", lambda *, release: settled.append(release.number))
    assert moments.pass_by(since=now - timedelta(minutes=1), now=now) == 1
    assert settled == [row.number]
    assert moments.pass_by(since=now, now=now + timedelta(hours=1)) == 0


def test_moment__of_a_release_that_is_over__changes_nothing(world: World) -> None:
    from rightaway.records.releases.models import Release

    now = timezone.now()
    Release.objects.filter(number=world.release).update(els_ends_at=now, phase="abandoned")
    assert moments.pass_by(since=now - timedelta(minutes=1), now=now) == 0
