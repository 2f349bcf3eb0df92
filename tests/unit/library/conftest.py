import pytest

from rightaway.library.packages import build_file
from rightaway.library.stores import Library

PACKAGE = """\
kind: package
name: shop
version: 2.4.0
units:
- {name: web, type: app, ci: shop-web, source: {path: src}}
- {name: settings, type: config, source: {path: shop.ini}, into: etc/shop}
scripts: {activate: ops/activate.sh}
documents: {runbook: RUNBOOK.MD}
"""
FILES = {
    "package.yaml": PACKAGE,
    "src/index.html": "<h1>Shop</h1>\n",
    "src/assets/ü.css": "h1 { color: green }\n",
    "src/assets/empty": "",
    "shop.ini": "[shop]\n",
    "ops/activate.sh": '#!/bin/sh\nexec ln -sfn "$1" current\n',
    "RUNBOOK.MD": "# How to deploy\n",
}


@pytest.fixture
def base(tmp_path):
    """A folder with a package file and what it names."""
    for path, text in FILES.items():
        place = tmp_path / "base" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return tmp_path / "base"


@pytest.fixture
def built(base, tmp_path):
    return build_file(base / "package.yaml", out=tmp_path / "out")


@pytest.fixture
def library(tmp_path):
    return Library(tmp_path / "library")


@pytest.fixture
def admitted(library, built):
    return library.admit(built.manifest_path.read_bytes(), built.archive_path)
