import pytest

from rightaway.domain.errors import Invalid
from rightaway.intake.packages import PackageFile
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml

TEXT = f"""\
kind: package
name: shop
version: 2.4.0
units:
- name: web
  type: app
  ci: shop-web
  source: {{path: src/web}}
- name: tool
  type: data
  source: {{path: dist/tool.bin, sha256: {"ab" * 32}}}
- name: db
  type: db_schema
  into: database/migrations
  source:
    git: {{repository: vendor/db, ref: v1.2, path: sql, commit: {"cd" * 20}}}
scripts:
  activate: ops/activate.sh
documents:
  runbook: docs/RUNBOOK.md
"""


def refused(text):
    with pytest.raises(Invalid) as error:
        read(load_yaml(text), PackageFile)
    return {(each.code, each.at) for each in error.value.errors}


def test_package_file__all_fields__are_read():
    package = read(load_yaml(TEXT), PackageFile)
    web, tool, database = package.units
    assert (web.folder, web.ci, web.source.path) == ("web", "shop-web", "src/web")
    assert tool.source.sha256 == "ab" * 32
    assert (database.folder, database.source.git.ref) == ("database/migrations", "v1.2")
    assert (package.scripts, package.documents) == (
        {"activate": "ops/activate.sh"},
        {"runbook": "docs/RUNBOOK.md"},
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("ci: shop-web", "into: scripts/x", ("package.reserved_folder", "7:9")),
        ("ci: shop-web", "into: Documents", ("package.reserved_folder", "7:9")),
        ("name: web", "name: documents", ("package.reserved_folder", "5:9")),
        ("ci: shop-web", "into: .", ("package.reserved_folder", "7:9")),
        ("ci: shop-web", "into: /etc", ("file.path", "7:9")),
        ("name: tool", "name: Web", ("name.confusable", "9:9")),
        ("{path: src/web}", "{}", ("source.one_kind", "8:11")),
        ("{path: src/web}", "{path: a, git: {ref: v1}}", ("source.one_kind", "8:11")),
        ("path: sql, commit", "path: sql, sha256: 0, commit", ("field.unknown", "16:56")),
        ("ref: v1.2", "ref: --upload-pack=x", ("text.pattern", "16:39")),
        ("ref: v1.2", "ref: a..b", ("text.pattern", "16:39")),
        ("ref: v1.2", "ref: 'HEAD@{1}'", ("text.pattern", "16:39")),
        ("repository: vendor/db", "repository: ../db", ("file.path", "16:23")),
        ("repository: vendor/db", "repository: https://example.org/db", ("file.path", "16:23")),
        ("activate: ops", "none: ops", ("text.pattern", "18:3")),
        ("activate: ops", "nothing: ops", ("text.pattern", "18:3")),
        ("runbook: docs", "runbok: docs", ("field.value", "20:3")),
        ("type: app", "type: application", ("field.value", "6:9")),
        ("version: 2.4.0", "version: 2 4", ("text.pattern", "3:10")),
    ],
)
def test_package_file__one_thing_wrong__is_refused_at_its_place(old, new, problem):
    assert problem in refused(TEXT.replace(old, new, 1))


def test_package_file__sha256_beside_git__is_refused():
    source = "git: {ref: v1}, sha256: " + "ab" * 32
    assert ("source.one_kind", "8:36") in refused(TEXT.replace("path: src/web", source))
