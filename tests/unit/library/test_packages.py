import hashlib
import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from rightaway.domain.canonical import digest
from rightaway.domain.errors import Invalid
from rightaway.intake.packages import PackageFile
from rightaway.library.packages import build, build_file
from rightaway.library.sources import SourceFile


def refused(base, tmp_path):
    with pytest.raises(Invalid) as error:
        build_file(base / "package.yaml", out=tmp_path / "refused")
    assert list((tmp_path / "refused").glob("*")) == []
    return error.value.code, error.value.at


def replace(base, old, new):
    file = base / "package.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_build__files__stand_in_the_archive_in_order_without_owner_or_time(built):
    with tarfile.open(built.archive_path) as archive:
        members = archive.getmembers()
    assert [(each.name, oct(each.mode), each.size) for each in members] == [
        ("documents/runbook.md", "0o644", 16),
        ("etc/shop/shop.ini", "0o644", 7),
        ("scripts/activate", "0o755", 36),
        ("web/assets/empty", "0o644", 0),
        ("web/assets/ü.css", "0o644", 20),
        ("web/index.html", "0o644", 14),
    ]
    assert {(each.uid, each.gid, each.mtime, each.uname, each.type) for each in members} == {
        (0, 0, 0, "", b"0")
    }


def test_build__manifest__names_every_file_with_its_hash(built, base):
    manifest = json.loads(built.manifest_path.read_bytes())
    settings, web = manifest["units"]
    assert web["provenance"] == {"kind": "path", "path": "src"}
    assert settings["files"] == [
        {
            "path": "etc/shop/shop.ini",
            "mode": "0644",
            "size": 7,
            "sha256": hashlib.sha256((base / "shop.ini").read_bytes()).hexdigest(),
        }
    ]
    assert manifest["archive"] == {
        "size": built.archive_path.stat().st_size,
        "sha256": hashlib.sha256(built.archive_path.read_bytes()).hexdigest(),
    }


def test_build__digest__is_that_of_the_manifest_under_its_label(built):
    assert built.digest == digest(json.loads(built.manifest_path.read_bytes()), label="rightaway/package/v1")


def test_build__archive__is_read_by_the_tar_of_the_system(built, tmp_path):
    (tmp_path / "x").mkdir()
    subprocess.run(["tar", "-xf", built.archive_path, "-C", tmp_path / "x"], check=True)
    assert (tmp_path / "x/web/assets/ü.css").read_text() == "h1 { color: green }\n"
    assert os.access(tmp_path / "x/scripts/activate", os.X_OK)


def test_build__order_of_the_units__does_not_count(built, base, tmp_path):
    first, second = "- {name: web, type: app, ci: shop-web, source: {path: src}}\n", "- {name: settings"
    replace(base, first, "")
    replace(base, "scripts:", first + "scripts:")
    assert second in (base / "package.yaml").read_text()
    assert build_file(base / "package.yaml", out=tmp_path / "again").digest == built.digest


def test_build__long_path__is_split_as_tar_does(base, tmp_path):
    deep = base / "src" / ("a" * 60) / ("b" * 60) / ("c" * 60)
    deep.mkdir(parents=True)
    (deep / "file").write_text("x")
    package = build_file(base / "package.yaml", out=tmp_path / "out")
    with tarfile.open(package.archive_path) as archive:
        assert f"web/{'a' * 60}/{'b' * 60}/{'c' * 60}/file" in archive.getnames()


def test_build__executable_file__keeps_only_that_right(base, tmp_path):
    (base / "src/index.html").chmod(0o4777)
    package = build_file(base / "package.yaml", out=tmp_path / "out")
    assert {m.path: m.mode for m in package.manifest.members}["web/index.html"] == 0o755


def test_build__what_git_keeps_for_itself__is_left_out(base, built, tmp_path):
    (base / "src/.git").mkdir()
    (base / "src/.git/config").write_text("secret")
    assert build_file(base / "package.yaml", out=tmp_path / "again").digest == built.digest


def test_build__parsed_file_instead_of_a_path__gives_the_same(base, built, tmp_path):
    package = PackageFile.model_validate(
        {
            "kind": "package",
            "name": "shop",
            "version": "2.4.0",
            "units": [
                {"name": "web", "type": "app", "ci": "shop-web", "source": {"path": "src"}},
                {"name": "settings", "type": "config", "source": {"path": "shop.ini"}, "into": "etc/shop"},
            ],
            "scripts": {"activate": "ops/activate.sh"},
            "documents": {"runbook": "RUNBOOK.MD"},
        }
    )
    assert build(package, base=base, out=tmp_path / "again").digest == built.digest


@pytest.mark.parametrize("link", ["src/link", "shop.ini", "ops", "src/assets"])
def test_build__symbolic_link_anywhere__is_refused(base, tmp_path, link):
    place = base / link
    if place.exists():
        place.rename(tmp_path / "elsewhere")
        place.symlink_to(tmp_path / "elsewhere")
    else:
        place.symlink_to(base / "shop.ini")
    assert refused(base, tmp_path) == (
        "archive.link_not_allowed",
        "ops/activate.sh" if link == "ops" else link,
    )


def test_build__named_pipe__is_refused_without_waiting_for_it(base, tmp_path):
    os.mkfifo(base / "src/pipe")
    assert refused(base, tmp_path) == ("archive.member_type", "src/pipe")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("CON", "archive.name"),
        ("a\u0308.css", "archive.name"),
        ("x" * 101, "archive.name"),
        ("a\nb", "archive.name"),
        ("a ", "archive.name"),
        ("a\\b", "archive.path"),
        ("INDEX.html", "name.confusable"),
    ],
)
def test_build__name_that_is_not_the_same_everywhere__is_refused(base, tmp_path, name, code):
    (base / "src" / name).write_text("x")
    assert refused(base, tmp_path)[0] == code


def test_build__name_that_is_not_utf8__is_refused(base, tmp_path):
    Path(os.fsdecode(os.fsencode(base / "src") + b"/\xff")).write_text("x")
    assert refused(base, tmp_path)[0] == "archive.name"


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("path: src}", "path: nope}", "file.missing", "nope"),
        ("path: src}", "path: shop.ini/x}", "file.missing", "shop.ini/x"),
        ("ops/activate.sh", "ops", "file.missing", "ops"),
        ("into: etc/shop", "into: web/index.html", "archive.duplicate_member", "web/index.html/shop.ini"),
    ],
)
def test_build__paths_of_the_package_file__are_checked(base, tmp_path, old, new, code, at):
    replace(base, old, new)
    assert refused(base, tmp_path) == (code, at)


def test_build__two_units_with_one_file__are_refused(base, tmp_path):
    replace(base, "source: {path: shop.ini}, into: etc/shop", "source: {path: src/index.html}, into: web")
    assert refused(base, tmp_path) == ("archive.duplicate_member", "web/index.html")


def test_build__empty_folder__is_refused(base, tmp_path):
    (base / "empty").mkdir()
    replace(base, "path: src}", "path: empty}")
    assert refused(base, tmp_path) == ("file.missing", "empty")


def test_build__declared_sha256__is_compared(base, tmp_path):
    good = hashlib.sha256((base / "shop.ini").read_bytes()).hexdigest()
    replace(base, "path: shop.ini}", f"path: shop.ini, sha256: {good}}}")
    assert build_file(base / "package.yaml", out=tmp_path / "first").digest
    (base / "shop.ini").write_text("[shoP]\n")
    assert refused(base, tmp_path) == ("artefact.digest_mismatch", "etc/shop/shop.ini")


def test_build__sha256_of_a_folder__is_refused(base, tmp_path):
    replace(base, "path: src}", f"path: src, sha256: {'ab' * 32}}}")
    assert refused(base, tmp_path) == ("source.one_kind", "src")


def test_build__document_that_is_no_text__is_refused(base, tmp_path):
    (base / "RUNBOOK.MD").write_bytes(b"ab\xff")
    assert refused(base, tmp_path) == ("text.encoding", "RUNBOOK.MD:byte 2")


def test_build__into_its_own_source__is_refused(base):
    with pytest.raises(Invalid) as error:
        build_file(base / "package.yaml", out=base / "src/out")
    assert error.value.code == "package.out_inside_source"
    assert not (base / "src/out").exists()


def shorter(file):
    file.write_text("[shop]")


def longer(file):
    file.write_text("x" * 8)


def pipe(file):
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize("change", [shorter, longer, pipe])
def test_build__file_that_changes_meanwhile__is_refused(base, tmp_path, change, monkeypatch):
    found = SourceFile.__init__

    def change_after_look(self, path, is_executable, size, opened):
        found(self, path, is_executable, size, opened)
        if size == len("[shop]\n"):
            change(base / "shop.ini")

    monkeypatch.setattr(SourceFile, "__init__", change_after_look)
    assert refused(base, tmp_path) == ("package.changed_while_reading", "etc/shop/shop.ini")


def test_build__again_after_an_error__leaves_the_first_result_whole(base, built, tmp_path):
    (base / "src/link").symlink_to("x")
    with pytest.raises(Invalid):
        build_file(base / "package.yaml", out=tmp_path / "out")
    assert hashlib.sha256(built.archive_path.read_bytes()).hexdigest() == built.archive_sha256
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["manifest.json", "package.tar"]
