"""Bytes to text, and text that may be shown: what is invisible, unprintable or looks like a secret."""

import re
import unicodedata

from rightaway.domain.errors import Invalid, TooLarge
from rightaway.intake.limits import MIB, QUOTED_CHARACTERS

_BYTE_ORDER_MARK = "\ufeff"
# C0 but tab and line ends, DEL, C1, the two Unicode line separators, and the two non-characters.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# They change the order in which a line is shown, or carry hidden text. Source: CVE-2021-42574.
_DECEPTIVE = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")

# Source: the published token formats of AWS, GitHub, GitLab, Slack, Stripe and Google; PEM from RFC 7468.
_SECRET = re.compile(
    r"""
      \b(?:AKIA|ASIA)[0-9A-Z]{16}\b
    | -----BEGIN[ ](?:[A-Z0-9]+[ ])*PRIVATE[ ]KEY-----
    | \bgh[pousr]_[A-Za-z0-9]{36}
    | \bgithub_pat_[A-Za-z0-9_]{22}
    | \bglpat-[A-Za-z0-9_-]{20}
    | \bxox[abeprs]-[A-Za-z0-9-]{10}
    | \b[sr]k_live_[A-Za-z0-9]{16}
    | \bAIza[A-Za-z0-9_-]{35}
    | \b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,200}:[^\s/@$]{3,200}@
    """,
    re.VERBOSE,
)


def decoded(data: bytes | str, *, limit: int) -> str:
    """
    Read UTF-8, with or without a byte order mark, in which every character can be shown.

    Raises:
        TooLarge: more than `limit` bytes.
        Invalid: not UTF-8, or an unprintable character; `at` is its place.
    """
    text = utf8(data, limit=limit)
    if bad := unprintable(text):
        raise Invalid(bad[0], bad[1], hint=bad[2], at=place_in(text, bad[3]))
    return text


def utf8(data: bytes | str, *, limit: int) -> str:
    """As `decoded`, with all characters."""
    size = len(data) if isinstance(data, bytes) else len(data.encode(errors="surrogatepass"))
    if size > limit:
        raise TooLarge(
            "input.too_large",
            f"{_size(limit)} is the limit, this has {_size(size)}.",
            hint="Split it, or leave out what does not belong to it.",
            evidence={"limit": limit, "size": size},
        )
    if isinstance(data, bytes):
        try:
            data = data.decode()
        except UnicodeDecodeError as error:
            raise Invalid(
                "text.encoding",
                f"Byte {error.start} is not UTF-8.",
                hint="Save the file as UTF-8.",
                at=f"byte {error.start}",
            ) from None
    return data.removeprefix(_BYTE_ORDER_MARK)


def unprintable(text: str) -> tuple[str, str, str, int] | None:
    """Find the first character that may not stand in any text: code, message, hint and index, or None."""
    if found := _CONTROL.search(text):
        return (
            "text.control_character",
            f"The character {_name(found[0])} cannot be shown.",
            "Remove it; in text only tabs and line ends are allowed.",
            found.start(),
        )
    if found := _SURROGATE.search(text):
        return (
            "text.surrogate",
            f"{_name(found[0])} is half of a character.",
            "Write the whole character, or both halves of its escape.",
            found.start(),
        )
    return None


def visible(text: str, *, one_line: bool) -> str:
    """
    Accept text that a person sees as it is.

    Names and other single lines may hold no invisible character at all; longer text may hold joiners,
    which some scripts need, but nothing that changes the order of what is shown.
    """
    if bad := unprintable(text):
        raise Invalid(bad[0], bad[1], hint=bad[2])
    hidden = _DECEPTIVE.search(text)
    character = hidden[0] if hidden else ""
    if one_line and not character:
        character = next((c for c in text if unicodedata.category(c) == "Cf"), "")
    if character:
        raise Invalid(
            "text.invisible",
            f"The character {_name(character)} cannot be seen and would mislead a reader.",
            hint="Type the text again instead of pasting it.",
        )
    if one_line and any(c in text for c in "\n\r\t"):
        raise Invalid("text.one_line", "This is a single line, without tabs or line ends.")
    return text


def looks_secret(text: str) -> bool:
    """Say whether the text holds something in the known shape of a password, token or private key."""
    return _SECRET.search(text) is not None


def quoted(value: object) -> str:
    """Show what was given: at most 80 characters, unprintable ones as escapes, secrets not at all."""
    text = value if isinstance(value, str) else str(value)
    return f"'{shown(text)}'"


def shown(text: str) -> str:
    """As `quoted`, without the quotes."""
    if looks_secret(text):
        return "(not shown: it looks like a secret)"
    cut = text if len(text) <= QUOTED_CHARACTERS else text[: QUOTED_CHARACTERS - 1] + "…"
    return "".join(c if c.isprintable() else _escape(c) for c in cut)


def escaped(text: str) -> str:
    """Keep the lines of a text and write what cannot be shown, or would mislead, as escapes."""
    text = _CONTROL.sub(lambda found: _escape(found[0]), text)
    return _DECEPTIVE.sub(lambda found: _escape(found[0]), text)


def place_in(text: str, index: int) -> str:
    """Give `line:column` of a character, both counted from 1."""
    return f"{text.count(chr(10), 0, index) + 1}:{index - text.rfind(chr(10), 0, index)}"


def _name(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004


def _size(count: int) -> str:
    return f"{count / MIB:.1f} MiB".replace(".0 MiB", " MiB") if count >= MIB else f"{count} bytes"
