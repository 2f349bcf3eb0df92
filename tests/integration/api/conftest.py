from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction

from rightaway.engine import runtime
from tests.integration.api.world import Caller, World, make


@pytest.fixture(scope="module")
def organisation(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The organisation that the tests of a module start from, in a transaction that never ends well."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make()
        transaction.set_rollback(True)


@pytest.fixture
def world(organisation: World, django_db_blocker: Any) -> Iterator[World]:
    """The organisation as it was; what a test adds to it is gone after the test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.fixture
def nobody(world: World) -> Caller:
    return Caller()


@pytest.fixture(scope="session")
def engine_schema(django_db_setup: None, django_db_blocker: Any, postgres: str) -> None:
    """The engine's tables in the test database, so that a launch can hand its workflow over."""
    from django.db import connection

    name = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        runtime.migrate(urlsplit(postgres)._replace(path=f"/{name}").geturl())
