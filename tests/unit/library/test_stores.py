import errno
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from rightaway.domain.errors import NotFound, Refused, Unavailable
from rightaway.library import stores
from rightaway.library.packages import build_file
from rightaway.library.stores import Library


def place(library_root, digest):
    return library_root / "packages" / digest[:2] / digest


def spoil(file):
    """Flip one bit in the middle, as a disk or a person might."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(data)


@pytest.fixture
def root(tmp_path):
    return tmp_path / "library"


def test_admit__good_package__is_there_under_its_digest(library, built, admitted):
    assert admitted == built.digest
    assert library.contains(admitted)
    assert library.digests() == [admitted]
    assert library.manifest(admitted) == built.manifest
    assert library.archive(admitted).read_bytes() == built.archive_path.read_bytes()


def test_admit__what_is_kept__nobody_may_write(admitted, root):
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in place(root, admitted).iterdir()}
    assert modes == {"manifest.json": 0o444, "package.tar": 0o444}


def test_admit__twice__changes_nothing(library, built, admitted, root):
    before = place(root, admitted).stat().st_ino
    assert library.admit(built.manifest_path.read_bytes(), built.archive_path) == admitted
    assert place(root, admitted).stat().st_ino == before
    assert list((root / "incoming").iterdir()) == []


def test_admit__many_at_once__all_succeed_and_one_is_kept(library, built, root):
    manifest = built.manifest_path.read_bytes()
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _: Library(root).admit(manifest, built.archive_path), range(32)))
    assert digests == {built.digest}
    assert library.verify_all().sound == (built.digest,)
    assert list((root / "incoming").iterdir()) == []


def test_admit__where_a_damaged_one_lies__replaces_it(library, built, admitted, root):
    spoil(place(root, admitted) / "package.tar")
    library.admit(built.manifest_path.read_bytes(), built.archive_path)
    assert library.verify_all().sound == (admitted,)


def test_admit__archive_that_is_not_there__is_unavailable(library, built, tmp_path):
    with pytest.raises(Unavailable) as refused:
        library.admit(built.manifest_path.read_bytes(), tmp_path / "nope")
    assert refused.value.code == "library.storage"


def test_admit__full_disk__is_unavailable_and_leaves_nothing(library, built, root, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(stores.os, "fsync", full)
    with pytest.raises(Unavailable):
        library.admit(built.manifest_path.read_bytes(), built.archive_path)
    assert library.digests() == []
    assert list((root / "incoming").iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from rightaway.library import stores
from rightaway.library.packages import build_file

calls = 0
real = getattr(os, sys.argv[4])

def counted(*arguments, **more):
    global calls
    calls += 1
    if calls == int(sys.argv[5]):
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **more)

setattr(os, sys.argv[4], counted)
stores.Library(Path(sys.argv[1])).admit(Path(sys.argv[2]).read_bytes(), Path(sys.argv[3]))
"""


@pytest.mark.parametrize(
    ("call", "number"), [("fsync", 1), ("fsync", 2), ("fsync", 3), ("fsync", 4), ("rename", 1), ("fchmod", 2)]
)
def test_admit__killed_in_the_middle__shows_all_or_nothing_and_can_be_done_again(built, root, call, number):
    arguments = [root, built.manifest_path, built.archive_path, call, str(number)]
    ended = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False)
    assert ended.returncode == -signal.SIGKILL

    library = Library(root)
    visible = library.digests()
    assert visible in ([], [built.digest])
    assert library.verify_all().sound == tuple(visible)
    assert library.admit(built.manifest_path.read_bytes(), built.archive_path) == built.digest
    assert library.verify_all().sound == (built.digest,)


def test_admit__left_over_of_a_dead_process__is_swept_away_after_an_hour(library, built, root):
    old, fresh = root / "incoming/old", root / "incoming/fresh"
    for folder in (old, fresh):
        folder.mkdir()
        (folder / "package.tar").write_bytes(b"half")
    os.utime(old, (0, 0))
    library.admit(built.manifest_path.read_bytes(), built.archive_path)
    assert [folder.name for folder in (root / "incoming").iterdir()] == ["fresh"]


def test_script__of_the_package__has_its_bytes(library, admitted, base):
    assert library.script(admitted, "activate") == (base / "ops/activate.sh").read_bytes()


def test_document__of_the_package__has_its_bytes(library, admitted, base):
    assert library.document(admitted, "runbook") == (base / "RUNBOOK.MD").read_bytes()


def test_library__what_the_package_does_not_have__is_not_found(library, admitted):
    with pytest.raises(NotFound, match="no script 'deactivate'"):
        library.script(admitted, "deactivate")
    with pytest.raises(NotFound, match="no document 'test_plan'"):
        library.document(admitted, "test_plan")


@pytest.mark.parametrize("digest", ["ab" * 32, "", "..", "../../etc", "AB" * 32, "ab" * 31 + "a\n"])
def test_library__digest_it_does_not_have__is_not_found(library, admitted, digest):
    assert not library.contains(digest)
    for ask in (library.manifest, library.archive):
        with pytest.raises(NotFound) as refused:
            ask(digest)
        assert refused.value.code == "package.unknown"


@pytest.mark.parametrize("file", ["package.tar", "manifest.json"])
@pytest.mark.parametrize("harm", [spoil, lambda file: file.unlink(), lambda file: os.truncate(file, 700)])
def test_archive__anything_on_disk_changed__is_put_away_and_never_served(library, admitted, root, file, harm):
    harm(place(root, admitted) / file)
    with pytest.raises(Refused) as refused:
        library.archive(admitted)
    assert refused.value.code == "artefact.digest_mismatch"
    assert not library.contains(admitted)
    assert [each.name.split(".")[0] for each in (root / "quarantine").iterdir()] == [admitted]
    with pytest.raises(NotFound):
        library.archive(admitted)


def test_script__changed_on_disk__is_never_served(library, admitted, root):
    file = place(root, admitted) / "package.tar"
    data = file.read_bytes().replace(b"exec ln", b"exec rm")
    file.chmod(0o644)
    file.write_bytes(data)
    with pytest.raises(Refused):
        library.script(admitted, "activate")
    assert not library.contains(admitted)


def test_manifest__of_another_package_in_its_place__is_never_served(library, admitted, root):
    other = place(root, "ab" * 32)
    other.parent.mkdir()
    place(root, admitted).rename(other)
    with pytest.raises(Refused, match=admitted[:12]):
        library.manifest("ab" * 32)


@pytest.mark.parametrize("trouble", [errno.EMFILE, errno.EACCES])
def test_archive__trouble_that_is_not_of_the_package__does_not_put_it_away(
    library, admitted, monkeypatch, trouble
):
    def fail(*_, **__):
        raise OSError(trouble, "trouble")

    with monkeypatch.context() as patched:
        patched.setattr(stores.Path, "open", fail)
        with pytest.raises(Unavailable):
            library.archive(admitted)
    assert library.archive(admitted)


def test_verify_all__one_of_two_damaged__reports_both(library, admitted, built, base, root, tmp_path):
    (base / "src/index.html").write_text("<h1>New</h1>\n")
    second = build_file(base / "package.yaml", out=tmp_path / "second")
    library.admit(second.manifest_path.read_bytes(), second.archive_path)
    spoil(place(root, admitted) / "package.tar")

    report = library.verify_all()

    assert report.sound == (second.digest,)
    assert [damage.digest for damage in report.damaged] == [built.digest]
    assert library.digests() == [second.digest]
