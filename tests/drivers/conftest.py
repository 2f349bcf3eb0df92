from collections.abc import Iterator

import pytest
from tests.drivers import sshd as servers


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Sshd]:
    with servers.serving(tmp_path_factory.mktemp("sshd")) as server:
        yield server
