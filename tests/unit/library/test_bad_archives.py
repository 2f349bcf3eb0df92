"""Corpus D: archives that somebody made by hand, and what other tools make."""

import bz2
import gzip
import hashlib
import io
import json
import lzma
import zipfile
from pathlib import Path

import pytest

from rightaway.domain.errors import Invalid
from rightaway.library import archives
from rightaway.library.archives import Head, Member, header, read_archive
from rightaway.library.contents import script
from rightaway.library.manifests import load_manifest
from rightaway.library.stores import Library

CORPUS = Path(__file__).parents[2] / "bad_input"
RECIPES = json.loads((CORPUS / "archives/expected.json").read_text())
SCRIPTS = json.loads((CORPUS / "scripts/expected.json").read_text())


def block(path, content, *, kind="0", mode=0o644, link="", uid=0, mtime=0):
    """Make one entry with whatever is asked for, which our own writer would refuse."""
    prefix, name = ("", path) if len(path) <= 100 else path.rsplit("/", 1)
    raw = bytearray(header(Head("x", mode, len(content))))
    raw[0:100] = name.encode().ljust(100, b"\0")
    raw[108:116] = b"%07o\0" % uid
    raw[136:148] = b"%011o\0" % mtime
    raw[156:157] = kind.encode()
    raw[157:257] = link.encode().ljust(100, b"\0")
    raw[345:500] = prefix.encode().ljust(155, b"\0")
    return summed(raw) + content + bytes(-len(content) % 512)


def summed(raw):
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw)
    return bytes(raw)


def cooked(recipe):
    parts = [
        block(
            each["path"],
            each["content"].encode(),
            kind=each.get("type", "0"),
            mode=each.get("mode", 0o644),
            link=each.get("link", ""),
            uid=each.get("uid", 0),
            mtime=each.get("mtime", 0),
        )
        for each in recipe
    ]
    return b"".join(parts) + bytes(1024)


def as_listed(recipe):
    """Give what an honest manifest would say of these files."""
    members = {}
    for each in recipe:
        content = each["content"].encode()
        sha256 = hashlib.sha256(content).hexdigest()
        members.setdefault(each["path"], Member(each["path"], 0o644, len(content), sha256))
    return sorted(members.values(), key=lambda member: member.path.encode())


def refused(data, members=()):
    copy = io.BytesIO()
    with pytest.raises(Invalid) as error:
        read_archive(io.BytesIO(data), members, copy)
    return error.value.code


def manifest_with(built, paths):
    """Give the bytes of the manifest with other files in its unit for the web."""
    manifest = json.loads(built.manifest_path.read_bytes())
    nothing = hashlib.sha256(b"").hexdigest()
    manifest["units"][1]["files"] = [
        {"path": path, "mode": "0644", "size": 0, "sha256": nothing} for path in sorted(set(paths))
    ]
    return json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("name", RECIPES)
def test_read_archive__case_of_the_corpus__is_refused(name):
    recipe = json.loads((CORPUS / "archives" / name).read_text())
    if RECIPES[name]["code"] != "name.confusable":  # the manifest refuses those before any archive is read
        assert refused(cooked(recipe), as_listed(recipe)) == RECIPES[name]["code"]


@pytest.mark.parametrize("name", [name for name in RECIPES if name[:3] in {"D01", "D02", "D09", "D14"}])
def test_load_manifest__paths_of_the_corpus__are_refused(name, built):
    recipe = json.loads((CORPUS / "archives" / name).read_text())
    with pytest.raises(Invalid) as error:
        load_manifest(manifest_with(built, [each["path"] for each in recipe]))
    assert error.value.code == RECIPES[name]["code"]


@pytest.mark.parametrize("name", [name for name in RECIPES if name[:3] in {"D01", "D02", "D03", "D05"}])
def test_admit__archive_of_the_corpus_with_an_honest_manifest__leaves_nothing(name, built, library, tmp_path):
    recipe = json.loads((CORPUS / "archives" / name).read_text())
    bad = tmp_path / "bad.tar"
    bad.write_bytes(cooked(recipe))
    with pytest.raises(Invalid):
        library.admit(built.manifest_path.read_bytes(), bad)
    assert library.digests() == []
    assert list((tmp_path / "library/incoming").iterdir()) == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_script__case_of_the_corpus__is_refused(name):
    with pytest.raises(Invalid) as error:
        script(CORPUS / "scripts", "activate", name)
    assert (error.value.code, error.value.at) == (SCRIPTS[name]["code"], SCRIPTS[name]["at"])
    assert "AKIA" not in error.value.message + error.value.hint


def zipped(*, encrypted=False):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("app/x", "x" * 1000)
    data = bytearray(file.getvalue())
    data[6] |= encrypted  # the flag that says so
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(gzip.compress(bytes(2_000_000)), id="D06 zeros in a thousandth of the space"),
        pytest.param(gzip.compress(b"x")[:-4], id="D11 truncated gzip"),
        pytest.param(zipped(), id="D10 zip"),
        pytest.param(zipped(encrypted=True), id="D12 encrypted zip"),
        pytest.param(bz2.compress(bytes(1000)), id="bzip2"),
        pytest.param(lzma.compress(bytes(1000)), id="xz"),
        pytest.param(b"\x28\xb5\x2f\xfd" + bytes(1000), id="zstd"),
        pytest.param(b"PK\x05\x06" + bytes(18), id="empty zip"),
    ],
)
def test_read_archive__another_format__is_named_and_not_unpacked(data):
    assert refused(data) == "archive.format"


GOOD = Member("app/x", 0o644, 3, hashlib.sha256(b"abc").hexdigest())
GOOD_ARCHIVE = header(Head("app/x", 0o644, 3)) + b"abc" + bytes(509) + bytes(1024)


def test_read_archive__the_right_one__is_accepted_and_copied():
    copy = io.BytesIO()
    found = read_archive(io.BytesIO(GOOD_ARCHIVE), [GOOD], copy)
    assert copy.getvalue() == GOOD_ARCHIVE
    assert found == (hashlib.sha256(GOOD_ARCHIVE).hexdigest(), len(GOOD_ARCHIVE))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "archive.corrupt", id="empty"),
        pytest.param(GOOD_ARCHIVE[:-1], "archive.corrupt", id="D11 cut at the end"),
        pytest.param(GOOD_ARCHIVE[:700], "archive.corrupt", id="D11 cut in a file"),
        pytest.param(GOOD_ARCHIVE + b"x", "archive.corrupt", id="D11 trailing byte"),
        pytest.param(GOOD_ARCHIVE + bytes(9216), "archive.corrupt", id="padded like GNU tar"),
        pytest.param(GOOD_ARCHIVE + zipped(), "archive.corrupt", id="D11 polyglot"),
        pytest.param(GOOD_ARCHIVE[:515] + b"x" + GOOD_ARCHIVE[516:], "archive.corrupt", id="padding used"),
        pytest.param(b"8" * 512, "archive.corrupt", id="not octal"),
        pytest.param(b"text\n" * 300, "archive.corrupt", id="no archive"),
        pytest.param(bytes(1024), "archive.inconsistent", id="no member"),
        pytest.param(
            GOOD_ARCHIVE.replace(b"abc", b"abd"), "artefact.digest_mismatch", id="D13 other content"
        ),
        pytest.param(block("app/x", b"abcd") + bytes(1024), "archive.inconsistent", id="other size"),
        pytest.param(block("app/y", b"abc") + bytes(1024), "archive.inconsistent", id="other name"),
        pytest.param(block("app/x", b"abc") * 2 + bytes(1024), "archive.duplicate_member", id="D08 again"),
        pytest.param(block("app/x\xff", b"").replace(b"\xc3\xbf", b"\xff\xff"), "archive.corrupt", id="sum"),
    ],
)
def test_read_archive__anything_but_the_one_right_sequence__is_refused(data, code):
    assert refused(data, [GOOD]) == code


def test_read_archive__name_that_is_not_utf8__is_refused():
    raw = bytearray(header(Head("app/xy", 0o644, 0)))
    raw[4:6] = b"\xff\xfe"
    assert refused(summed(raw), [GOOD]) == "archive.name"


def test_read_archive__digest_mismatch__shows_the_first_12_of_both():
    with pytest.raises(Invalid) as error:
        read_archive(io.BytesIO(GOOD_ARCHIVE.replace(b"abc", b"abd")), [GOOD], io.BytesIO())
    assert error.value.evidence == {
        "expected": hashlib.sha256(b"abc").hexdigest()[:12],
        "found": hashlib.sha256(b"abd").hexdigest()[:12],
    }


def test_read_archive__more_members_than_allowed__stops_at_the_limit(monkeypatch):
    """D07, with a smaller limit: the reader must not first read a million of them."""
    monkeypatch.setattr(archives, "FILES", 3)
    members = [Member(f"app/{n}", 0o644, 0, hashlib.sha256(b"").hexdigest()) for n in range(9)]
    source = io.BytesIO(b"".join(header(Head(member.path, 0o644, 0)) for member in members))
    with pytest.raises(Invalid) as error:
        read_archive(source, members, io.BytesIO())
    assert (error.value.code, source.tell()) == ("archive.too_many", 4 * 512)


def test_read_archive__more_bytes_than_allowed__stops_at_the_limit(monkeypatch):
    monkeypatch.setattr(archives, "ARCHIVE_BYTES", 600)
    assert refused(GOOD_ARCHIVE, [GOOD]) == "input.too_large"


def test_read_archive__entry_of_huge_size__is_refused_by_its_head(monkeypatch):
    monkeypatch.setattr(archives, "FILE_BYTES", 2)
    assert refused(GOOD_ARCHIVE, [GOOD]) == "input.too_large"


def test_admit__other_digest_of_the_whole__is_refused(built, library):
    manifest = json.loads(built.manifest_path.read_bytes())
    manifest["archive"]["sha256"] = "ab" * 32
    data = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    with pytest.raises(Invalid) as error:
        library.admit(data, built.archive_path)
    assert error.value.code == "artefact.digest_mismatch"
    assert isinstance(library, Library)
    assert library.digests() == []
