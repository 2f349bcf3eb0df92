"""The same sources give the same package; any other bit gives another one, or none."""

import io
import os
import random
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rightaway.domain.errors import RightawayError
from rightaway.library.archives import (
    Head,
    Member,
    archive_size,
    header,
    offset_of,
    read_archive,
    write_member,
)
from rightaway.library.differences import Kind, compare
from rightaway.library.manifests import load_manifest
from rightaway.library.packages import build_file
from rightaway.library.paths import check_path
from rightaway.library.stores import Library

PACKAGE = """\
kind: package
name: shop
version: 2.4.0
units:
- {name: web, type: app, source: {path: src}}
scripts: {activate: go.sh}
"""
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

names = st.text("abcxyz.-_é", min_size=1, max_size=8).filter(lambda name: name.strip(".") and name[-1] != ".")
trees = st.dictionaries(
    st.lists(names, min_size=1, max_size=3).map("/".join),
    st.tuples(st.binary(max_size=1500), st.booleans()),
    min_size=1,
    max_size=8,
).filter(lambda tree: not any(one != two and two.startswith(one + "/") for one in tree for two in tree))


@contextmanager
def written(tree, *, seed=0, umask=0o022):
    """Put a tree on disk: order of writing, times and rights of others are as the seed says."""
    chance = random.Random(seed)
    before = os.umask(umask)
    base = Path(tempfile.mkdtemp())
    try:
        for path, (content, executable) in chance.sample(sorted(tree.items()), len(tree)):
            place = base / "src" / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            place.chmod((0o777 if executable else 0o666) & ~umask)
            os.utime(place, (chance.randrange(2**31), chance.randrange(2**31)))
        (base / "go.sh").write_text("#!/bin/sh\n")
        (base / "package.yaml").write_text(PACKAGE)
        yield base
    finally:
        os.umask(before)
        shutil.rmtree(base)


@FEW
@given(trees, st.integers(), st.sampled_from([0o000, 0o002, 0o022, 0o027, 0o077]))
def test_build__other_order_times_rights_and_folder__gives_the_same_bytes(tree, seed, umask):
    with written(tree) as first, written(tree, seed=seed, umask=umask) as second:
        one = build_file(first / "package.yaml", out=first / "out")
        two = build_file(second / "package.yaml", out=second / "out")
        assert one.digest == two.digest
        assert one.archive_path.read_bytes() == two.archive_path.read_bytes()
        assert one.manifest_path.read_bytes() == two.manifest_path.read_bytes()


@FEW
@given(trees)
def test_admit__any_build__is_accepted_and_given_back(tree):
    with written(tree) as base:
        built = build_file(base / "package.yaml", out=base / "out")
        library = Library(base / "library")
        digest = library.admit(built.manifest_path.read_bytes(), built.archive_path)
        assert digest == built.digest
        assert library.archive(digest).read_bytes() == built.archive_path.read_bytes()
        assert load_manifest(built.manifest_path.read_bytes()).as_bytes() == built.manifest_path.read_bytes()


@FEW
@given(trees, st.data())
def test_compare__two_trees__names_what_differs_both_ways(tree, data):
    other = {**tree, "new/file": (b"x", False)}
    other.pop(data.draw(st.sampled_from(sorted(tree))))
    with written(tree) as first, written(other) as second:
        one = build_file(first / "package.yaml", out=first / "out").manifest
        two = build_file(second / "package.yaml", out=second / "out").manifest
    there, back = compare(one, two), compare(two, one)
    assert {each.kind for each in there} == {Kind.ADDED, Kind.REMOVED}
    assert [(each.before, each.after) for each in there] == [(each.after, each.before) for each in back]
    assert compare(one, one) == []


@pytest.fixture(scope="module")
def built():
    with written({"index.html": (b"<h1>Shop</h1>", False), "bin/run": (b"x" * 600, True)}) as base:
        yield build_file(base / "package.yaml", out=base / "out")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_admit__one_flipped_bit_in_the_archive__is_refused(built, data):
    spoilt = flipped(built.archive_path.read_bytes(), data)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bad.tar").write_bytes(spoilt)
        library = Library(Path(folder) / "library")
        with pytest.raises(RightawayError):
            library.admit(built.manifest_path.read_bytes(), Path(folder) / "bad.tar")
        assert library.digests() == []


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_load_manifest__one_flipped_bit__is_refused_or_another_package(built, data):
    try:
        manifest = load_manifest(flipped(built.manifest_path.read_bytes(), data))
    except RightawayError:
        return
    assert manifest.digest != built.digest


def flipped(content, data):
    spoilt = bytearray(content)
    spoilt[data.draw(st.integers(0, len(spoilt) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    return bytes(spoilt)


def test_read_archive__every_single_bit__counts():
    out = io.BytesIO()
    member = write_member(out, Head("app/x", 0o644, 3), io.BytesIO(b"abc"))
    whole = out.getvalue() + bytes(1024)
    for index in range(len(whole)):
        spoilt = bytearray(whole)
        spoilt[index] ^= 1 << index % 8
        with pytest.raises(RightawayError):
            read_archive(io.BytesIO(spoilt), [member], io.BytesIO())


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=5), st.data())
def test_offset_of__any_member__is_where_its_content_begins(sizes, data):
    out = io.BytesIO()
    members = []
    for number, size in enumerate(sizes):
        head = Head(f"app/{number}", 0o644, size)
        members.append(write_member(out, head, io.BytesIO(bytes([number + 1]) * size)))
    whole = out.getvalue() + bytes(1024)
    chosen = data.draw(st.sampled_from(members))
    start = offset_of(members, chosen.path)
    assert set(whole[start : start + chosen.size]) <= {int(chosen.path.removeprefix("app/")) + 1}
    assert whole[start - 512 : start] == header(Head(chosen.path, 0o644, chosen.size))
    assert archive_size(sizes) == len(whole)


@given(st.binary(max_size=3000))
def test_read_archive__any_bytes__are_refused(data):
    with pytest.raises(RightawayError):
        read_archive(io.BytesIO(data), [Member("a", 0o644, 1, "ab" * 32)], io.BytesIO())


@given(st.binary(max_size=300))
def test_load_manifest__any_bytes__are_refused(data):
    with pytest.raises(RightawayError):
        load_manifest(data)


@given(st.text("ab/.\\:C \u0301\u202e\n\ud800N", max_size=12))
def test_check_path__any_path_it_accepts__stays_below_its_folder(path):
    try:
        check_path(path)
    except RightawayError:
        return
    assert os.path.normpath(path) == path
    assert not path.startswith(("/", ".."))
