"""The store of attachments: by content, whole or not at all, checked on the way out."""

import hashlib
from pathlib import Path

import pytest

from rightaway.domain.errors import NotFound, Refused, Unavailable
from rightaway.library.attachments import Attachments

DIGEST = hashlib.sha256(b"hello").hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> Attachments:
    return Attachments(tmp_path / "files")


def place(tmp_path: Path) -> Path:
    return tmp_path / "files" / DIGEST[:2] / DIGEST


def test_keep__twice__one_file_that_nobody_writes_to(store: Attachments, tmp_path: Path):
    assert store.keep(b"hello") == store.keep(b"hello") == DIGEST
    assert store.read(DIGEST) == b"hello"
    assert [path.name for path in place(tmp_path).parent.iterdir()] == [DIGEST]
    assert place(tmp_path).stat().st_mode & 0o777 == 0o444


def damage(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"hullo")


def test_read__one_byte_changed__refused_and_put_aside(store: Attachments, tmp_path: Path):
    store.keep(b"hello")
    damage(place(tmp_path))
    with pytest.raises(Refused) as refusal:
        store.read(DIGEST)
    assert refusal.value.code == "attachment.damaged"
    assert not place(tmp_path).exists()
    with pytest.raises(NotFound):
        store.read(DIGEST)


def test_keep__over_a_damaged_one__sound_again(store: Attachments, tmp_path: Path):
    store.keep(b"hello")
    damage(place(tmp_path))
    store.keep(b"hello")
    assert store.read(DIGEST) == b"hello"


@pytest.mark.parametrize("digest", ["", "..", "../../etc/passwd", "a" * 63, DIGEST.upper(), "a" * 64])
def test_read__no_digest_of_ours__not_found(store: Attachments, digest: str):
    with pytest.raises(NotFound):
        store.read(digest)


def test_keep__disk_that_refuses__unavailable_and_nothing_there(
    store: Attachments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Unavailable):
        store.keep(b"hello")
    assert list(place(tmp_path).parent.iterdir()) == []
