from pathlib import Path

import pytest

from rightaway.cli import credentials
from rightaway.cli.credentials import Credentials
from rightaway.domain.errors import Forbidden, Invalid

KEPT = Credentials("https://rightaway.example", "ra_kept")


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("RIGHTAWAY_URL", "RIGHTAWAY_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def test_load__saved_before__the_same():
    assert credentials.save(KEPT) == credentials.path()
    assert credentials.load() == KEPT


def test_save__over_an_older_one__for_the_owner_only():
    credentials.save(KEPT)
    credentials.path().chmod(0o644)
    credentials.save(Credentials("https://other.example", "ra_new"))
    assert credentials.path().stat().st_mode & 0o777 == 0o600
    assert credentials.load().token == "ra_new"


def test_load__environment_too__environment_counts(monkeypatch: pytest.MonkeyPatch):
    credentials.save(KEPT)
    monkeypatch.setenv("RIGHTAWAY_TOKEN", "ra_other")
    assert credentials.load() == Credentials(KEPT.url, "ra_other")


def test_load__environment_alone__file_is_not_looked_at(monkeypatch: pytest.MonkeyPatch):
    credentials.save(KEPT)
    credentials.path().chmod(0o644)
    monkeypatch.setenv("RIGHTAWAY_URL", "http://localhost:8765/")
    monkeypatch.setenv("RIGHTAWAY_TOKEN", "ra_other")
    assert credentials.load() == Credentials("http://localhost:8765", "ra_other")


def test_load__readable_by_others__refused():
    credentials.save(KEPT)
    credentials.path().chmod(0o640)
    with pytest.raises(Invalid) as error:
        credentials.load()
    assert error.value.code == "config.permissions"
    assert "chmod 600" in error.value.hint


def test_load__nothing_anywhere__not_signed_in():
    with pytest.raises(Forbidden) as error:
        credentials.load()
    assert error.value.code == "auth.not_signed_in"


def test_load__token_alone__server_on_this_machine(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RIGHTAWAY_TOKEN", "ra_other")
    assert credentials.load() == Credentials(credentials.HERE, "ra_other")


@pytest.mark.parametrize("text", ["not json", '"text"', "{}"])
def test_load__damaged_file__refused(text: str):
    credentials.save(KEPT)
    credentials.path().write_text(text)
    with pytest.raises((Invalid, Forbidden)):
        credentials.load()


@pytest.mark.parametrize("url", ["localhost:8765", "ftp://x", ""])
def test_url__not_of_a_server__refused(url: str):
    with pytest.raises(Invalid) as error:
        credentials.checked_url(url)
    assert error.value.code == "config.url"
