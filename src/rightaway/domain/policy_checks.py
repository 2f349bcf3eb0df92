"""Reads what somebody wrote of a release policy, and says what of it cannot be, with the place."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any, NoReturn
from zoneinfo import available_timezones

from rightaway.domain.approval_sources import is_source
from rightaway.domain.errors import Invalid
from rightaway.domain.policies import (
    BY_TYPE,
    CONTENT,
    FIGURES,
    FLAGS,
    NAMED,
    WORDS,
    Policy,
    policy,
)
from rightaway.domain.policy_parts import Freeze, VersionScheme
from rightaway.domain.sentences import Sentence, Word, said
from rightaway.domain.values import ReleaseType

DAYS = 7
MOST: Mapping[str, int] = {"windows": 20, "freezes": 50, "extra_approvers": 50, "rollback_criteria": 20}
"""How many lines each list has at most."""
LONGEST_LINE = 300
LONGEST_TITLE = 80


def checked(content: Mapping[str, Any]) -> Policy:
    """
    Read what somebody wrote.

    Raises:
        Invalid: an unknown name, or a value out of its bounds; with the place.
    """
    for name in content:
        if name not in CONTENT:
            raise Invalid(
                "policy.field_unknown",
                said("A release policy has no '{name}'.", name=name),
                at=name,
                hint=", ".join(CONTENT),
            )
    for name, bounds in FIGURES.items():
        if name in content and not (content[name] is None and name in BY_TYPE):
            _check_figure(name, content[name], *bounds)
    for name, words in WORDS.items():
        _check_words(name, content.get(name, ()), words)
    for name, (known, least, most) in NAMED.items():
        held = content.get(name, {})
        _check_words(name, held, known)
        for value in held.values():
            _check_figure(name, value, least, most)
    for name in FLAGS:
        if not isinstance(content.get(name, True), bool):
            raise Invalid("policy.flag", said("Say true or false."), at=name)
    _check_words("version_scheme", [content.get("version_scheme", VersionScheme.ANY)], tuple(VersionScheme))
    _check_lists(content)
    return policy(content)


def _check_figure(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(
            "policy.figure",
            said("This is a whole number from {least} to {most}.", least=least, most=most),
            at=name,
        )


def _check_words(name: str, given: Iterable[object], known: Collection[str]) -> None:
    for one in given:
        if one not in known:
            raise Invalid(
                "policy.word",
                said("There is no '{word}'.", word=Word(str(one)[:80])),
                at=name,
                hint=", ".join(known),
            )


def _check_lists(content: Mapping[str, Any]) -> None:
    for name, most in MOST.items():
        if len(content.get(name, ())) > most:
            raise Invalid("policy.too_many", said("There may be {most} at most.", most=most), at=name)
    for one in content.get("windows", ()):
        _check_window(one)
    for one in content.get("freezes", ()):
        _check_freeze(one)
    for one in content.get("extra_approvers", ()):
        _check_extra(one)
    _check_criteria(content.get("rollback_criteria", ()))


def _check_window(one: Mapping[str, Any]) -> None:
    if set(one) - {"weekdays", "opens", "closes", "zone"} or not one.get("weekdays"):
        raise Invalid(
            "policy.window",
            said("A window has weekdays, and when it opens and closes."),
            at="windows",
            hint=said("Such as weekdays 5 and 6, opens 22:00, closes 04:00, zone Europe/Berlin."),
        )
    if not set(one["weekdays"]) <= set(range(DAYS)):
        raise Invalid("policy.weekday", said("Weekdays run from 0, Monday, to 6, Sunday."), at="windows")
    _check_zone(one, "windows")
    for name in ("opens", "closes"):
        try:
            time.fromisoformat(str(one.get(name, "")))
        except ValueError:
            raise Invalid(
                "policy.clock",
                said("'{text}' is no time of day.", text=str(one.get(name, ""))[:20]),
                at="windows",
                hint=said("Such as 22:00."),
            ) from None


def _check_zone(one: Mapping[str, Any], at: str) -> None:
    if one.get("zone", "UTC") not in available_timezones():
        raise Invalid(
            "policy.zone", said("There is no time zone '{zone}'.", zone=str(one["zone"])[:60]), at=at
        )


def _check_freeze(one: Mapping[str, Any]) -> None:
    known = set(Freeze.__dataclass_fields__)
    title = str(one.get("title", "")).strip()
    is_soft = one.get("is_soft", False)
    if set(one) - known or not title or len(title) > LONGEST_TITLE or not isinstance(is_soft, bool):
        _refuse_freeze(said("A freeze has a title, and when it starts and ends."))
    _check_zone(one, "freezes")
    _check_words("freezes", one.get("except_types", ()), tuple(ReleaseType))
    moments = [_moment(one.get(name)) for name in ("starts", "ends")]
    if moments[0] >= moments[1]:
        _refuse_freeze(said("The freeze “{title}” ends before it starts.", title=title))


def _moment(text: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None:
        _refuse_freeze(said("'{text}' is no moment by the clock of a place.", text=str(text)[:40]))
    return found


def _refuse_freeze(message: Sentence) -> NoReturn:
    raise Invalid(
        "policy.freeze",
        message,
        at="freezes",
        hint=said("Such as starts 2026-12-18T18:00, ends 2027-01-04T06:00, zone Europe/Berlin."),
    )


def _check_extra(one: Mapping[str, Any]) -> None:
    sources = one.get("sources", ())
    if set(one) - {"approval", "sources", "types"} or not one.get("approval") or not sources:
        raise Invalid(
            "policy.extra_approvers",
            said("This has an approval, and who gives it besides."),
            at="extra_approvers",
            hint=said("Such as approval deployment, sources group:security, types major."),
        )
    for source in sources:
        if not is_source(str(source)):
            raise Invalid(
                "policy.source",
                said("'{source}' says nobody who could approve.", source=str(source)[:80]),
                at="extra_approvers",
                hint=said("A role, or user:, group: or board: with a name."),
            )
    _check_words("extra_approvers", one.get("types", ()), tuple(ReleaseType))


def _check_criteria(given: Sequence[object]) -> None:
    for one in given:
        is_line = isinstance(one, str) and one.strip() == one and one and "\n" not in one
        if not is_line or len(str(one)) > LONGEST_LINE:
            raise Invalid(
                "policy.criterion",
                said("A criterion is one line of {most} characters at most.", most=LONGEST_LINE),
                at="rollback_criteria",
            )
