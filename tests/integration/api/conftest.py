from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from tests.integration.api.world import Caller, World, make


@pytest.fixture(scope="module")
def organisation(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The organisation that the tests of a module start from, in a transaction that never ends well."""
    with django_db_blocker.unblock(), transaction.atomic():
        make()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def world(organisation: None, db: None) -> World:
    """The organisation as it was; what a test adds to it is gone after the test."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise misses it otherwise
    return World()


@pytest.fixture
def nobody(world: World) -> Caller:
    return Caller()
