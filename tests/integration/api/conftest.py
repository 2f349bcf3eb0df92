from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.integration.api.world import Caller, World, make

from rightaway.engine import runtime


@pytest.fixture
def world(db: None) -> World:
    return make()


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
