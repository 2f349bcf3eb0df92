"""Static files: under names that change with their content, kept for ever by browsers, collected once per version."""

import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from rightaway.config import assets

pytestmark = pytest.mark.django_db
NAMED = re.compile(r'(?:href|src)="(/static/[^"#]+)')
HASHED = re.compile(r"\.[0-9a-f]{12}\.(?:css|js|svg)$")


def test_files_of_a_page__have_a_hash_in_their_name_and_are_kept_for_ever() -> None:
    browser = Client()
    named = set(NAMED.findall(browser.get("/accounts/login/").content.decode()))
    assert len(named) > 8
    assert [name for name in named if not HASHED.search(name)] == []
    for name in named:
        with closing(browser.get(name)) as answer:
            assert (name, answer.status_code) == (name, 200)
            assert "immutable" in answer["Cache-Control"]


def test_styles__name_the_font_by_its_hash_too() -> None:
    tokens = next(Path(settings.STATIC_ROOT).glob("web/tokens.*.css")).read_text()
    assert re.search(r"inter-latin-wght-normal\.[0-9a-f]{12}\.woff2", tokens)


def test_collecting__again_without_a_change__does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = settings.STATIC_ROOT / "collected"
    before, ran = mark.read_text(), list[str]()
    monkeypatch.setattr("django.core.management.call_command", lambda name, **_: ran.append(name))
    assets.collect()
    assert ran == []
    monkeypatch.setattr(assets, "_state", lambda: "another version")
    assets.collect()
    assert ran == ["collectstatic"]
    mark.write_text(before)


def test_collecting__by_three_processes_at_once__succeeds_in_each(tmp_path: Path) -> None:
    code = "import django; django.setup(); from rightaway.config import assets; assets.collect()"
    environment = {**os.environ, "RIGHTAWAY_HOME": str(tmp_path)}
    started = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(3)]
    assert [process.wait(timeout=120) for process in started] == [0, 0, 0]
    assert list((tmp_path / "static" / "vendor").glob("inter-latin-wght-normal.*.woff2"))
