import pytest
from django.conf import settings

from rightaway.engine import runtime
from tests.integration.api.world import Caller, World, make


@pytest.fixture
def world(db: None) -> World:
    return make()


@pytest.fixture
def nobody(world: World) -> Caller:
    return Caller()


@pytest.fixture(scope="session")
def engine_schema(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """The engine's tables in the test database, so that a launch can hand its workflow over."""
    from django.db import connection

    with django_db_blocker.unblock():
        facts = connection.get_connection_params()
        url = f"postgresql:///{facts['dbname']}?host={facts.get('host', '')}&user={facts.get('user', '')}"
        if facts.get("port"):
            url += f"&port={facts['port']}"
        runtime.migrate(url)
        connection.close()
    assert settings.ENVIRONMENT.home
