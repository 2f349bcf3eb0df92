import json

import pytest

from rightaway.domain.canonical import canonical_json
from rightaway.domain.errors import Invalid
from rightaway.library.manifests import load_manifest


@pytest.fixture
def manifest(built):
    return json.loads(built.manifest_path.read_bytes())


def refused(manifest):
    with pytest.raises(Invalid) as error:
        load_manifest(canonical_json(manifest))
    return error.value.code, error.value.at


def test_load_manifest__bytes_of_a_build__are_read_back_unchanged(built):
    data = built.manifest_path.read_bytes()
    manifest = load_manifest(data)
    assert (manifest.as_bytes(), manifest.digest) == (data, built.digest)


def test_load_manifest__same_content_formatted__is_refused(manifest):
    with pytest.raises(Invalid) as error:
        load_manifest(json.dumps(manifest, indent=1).encode())
    assert error.value.code == "manifest.not_canonical"


def test_load_manifest__number_as_text__is_not_canonical(manifest):
    manifest["archive"]["size"] = str(manifest["archive"]["size"])
    assert refused(manifest) == ("manifest.not_canonical", "")


def test_load_manifest__duplicate_member__is_refused(built):
    data = built.manifest_path.read_bytes().replace(b'{"archive":', b'{"archive":1,"archive":', 1)
    with pytest.raises(Invalid) as error:
        load_manifest(data)
    assert error.value.code == "json.duplicate_member"


def change(path, value):
    def apply(manifest):
        *parents, last = path
        for part in parents:
            manifest = manifest[part]
        manifest[last] = value

    return apply


def swap(units):
    units[0], units[1] = units[1], units[0]


@pytest.mark.parametrize(
    ("spoil", "code", "at"),
    [
        (change(["extra"], 1), "field.unknown", "/extra"),
        (change(["schema"], "rightaway/package/v2"), "field.value", "/schema"),
        (change(["units", 0, "files", 0, "mode"], "4755"), "field.value", "/units/0/files/0/mode"),
        (change(["units", 0, "files", 0, "size"], -1), "number.range", "/units/0/files/0/size"),
        (change(["units", 0, "files", 0, "size"], "1e3"), "number.range", "/units/0/files/0/size"),
        (
            change(["units", 0, "files", 0, "sha256"], "AB" * 32),
            "artefact.digest_format",
            "/units/0/files/0/sha256",
        ),
        (change(["units", 0, "files"], []), "list.length", "/units/0/files"),
        (change(["units"], []), "list.length", "/units"),
        (change(["units", 1, "provenance", "path"], ""), "text.length", "/units/1/provenance/path"),
        (change(["units", 0, "into"], "etc"), None, None),
        (change(["units", 0, "into"], "opt"), "manifest.inconsistent", ""),
        (change(["units", 1, "files", 0, "path"], "web/zzz"), "manifest.inconsistent", ""),
        (change(["units", 0, "files", 0, "size"], 999_999), "manifest.inconsistent", ""),
        (change(["archive", "size"], 1024), "manifest.inconsistent", ""),
        (change(["scripts", "activate", "mode"], "0644"), "manifest.inconsistent", ""),
        (change(["scripts", "activate", "path"], "scripts/other"), "manifest.inconsistent", ""),
        (change(["documents", "runbook", "path"], "documents/x"), "manifest.inconsistent", ""),
        (lambda manifest: swap(manifest["units"]), "manifest.inconsistent", ""),
        (change(["units", 0, "files", 0, "path"], "web/index.html"), "archive.duplicate_member", ""),
    ],
)
def test_load_manifest__anything_that_does_not_fit__is_refused(manifest, spoil, code, at):
    spoil(manifest)
    if code is None:
        assert load_manifest(canonical_json(manifest))
    else:
        assert refused(manifest) == (code, at)
