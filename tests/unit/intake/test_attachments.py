"""Attached files: what they are by their bytes, and what they may be called."""

import pytest

from rightaway.domain.errors import Invalid, TooLarge
from rightaway.intake.attachments import ATTACHMENT_BYTES, attached

PNG = b"\x89PNG\r\n\x1a\n...."


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x1f\x8b\x08", "application/gzip"),
        ("Grüße\n".encode(), "text/plain"),
        (b"<html><script>alert(1)</script>", "text/plain"),
    ],
)
def test_attached__known_bytes__their_type(data: bytes, media_type: str):
    assert attached("x", data).media_type == media_type


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02",
        b"MZ\x90\x00",
        b"\xca\xfe\xba\xbe",
        b"text with \x00",
        b"half \x1b[2J",
        "Grüße".encode("latin-1"),
        b"RIFF\x00\x00\x00\x00WAVE",
        b" " + PNG,
    ],
)
def test_attached__other_bytes__refused_whatever_the_name(data: bytes):
    with pytest.raises(Invalid) as refusal:
        attached("picture.png", data)
    assert refusal.value.code == "attachment.type"


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("log.txt", b"x", "log.txt"),
        ("shot.PNG", PNG, "shot.png"),
        ("run.html", b"<script>", "run.html.txt"),
        ("evil.svg", b"<svg onload=alert(1)>", "evil.svg.txt"),
        ("setup.exe", PNG, "setup.exe.png"),
        ("../../etc/passwd", b"x", "passwd.txt"),
        ("C:\\Users\\me\\notes.md", b"x", "notes.md"),
        ("a\r\nSet-Cookie: b", b"x", "a_Set-Cookie_ b.txt"),
        ("fdp\u202egnp.txt", b"x", "fdp_gnp.txt"),
        ('quo"te.txt', b"x", "quo_te.txt"),
        ("..", b"x", "file.txt"),
        (".txt", b"x", "txt.txt"),
        ("报告.pdf", b"%PDF-", "报告.pdf"),
    ],
)
def test_attached__name__cleaned_and_true_to_the_type(name: str, data: bytes, expected: str):
    assert attached(name, data).name == expected


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + ".txt"])
def test_attached__long_name__cut_with_its_ending(name: str):
    found = attached(name, b"x").name
    assert (len(found), found[-4:]) == (120, ".txt")


def test_attached__empty__refused():
    with pytest.raises(Invalid) as refusal:
        attached("x", b"")
    assert refusal.value.code == "attachment.empty"


def test_attached__one_byte_too_many__refused():
    with pytest.raises(TooLarge):
        attached("x", b"x" * (ATTACHMENT_BYTES + 1))
    assert attached("x", b"x" * ATTACHMENT_BYTES)
