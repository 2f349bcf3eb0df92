"""Notices of a release: who is told what, by when, and what counts as told."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.mails import MailState
from rightaway.domain.sentences import NOTHING, Sentence, Word, said

LEAD = {"major": timedelta(days=5), "minor": timedelta(days=2), "emergency": timedelta()}
"""How long before the planned start people are told. Source: lifecycle design, 1.8."""
LONGEST = 4000
REMIND_AFTER = timedelta(days=1)
"""Who has not acknowledged after this long is reminded, once."""


class To(StrEnum):
    """Whom a notice is for; `outside` is told by other means than Rightaway, and somebody says when it was."""

    OUTSIDE = "outside"
    STAKEHOLDERS = "stakeholders"
    USERS = "users"
    SERVICE_DESK = "service_desk"
    NAMED = "named"


class Moment(StrEnum):
    """`ahead` is due before the start, the others when it happens. Source: alert A13 of the lifecycle design."""

    AHEAD = "ahead"
    START = "start"
    EXTENDED = "extended"
    END = "end"


class Obstacle(StrEnum):
    """Why a notice that was due did not go out."""

    AUDIENCE_EMPTY = "audience_empty"
    FACTS_MISSING = "facts_missing"


class Delivery(StrEnum):
    """`inbox` has it there and wants no mail; the others are what became of the mail."""

    ACKNOWLEDGED = "acknowledged"
    DELIVERED = "delivered"
    WAITING = "waiting"
    FAILED = "failed"
    UNKNOWN = "unknown"


WORDS = ("release", "title", "service", "manager", "start", "end", "down_from", "down_until", "down_minutes")
"""What may stand in braces in a text, and is filled in when it is sent."""

TEXTS: Mapping[Moment, Sentence] = {
    Moment.AHEAD: said(
        "{service} changes with {release} ({title}), planned from {start} to {end}. "
        "It is down from {down_from} to {down_until} ({down_minutes} minutes). Questions: {manager}.",
        **{name: f"{{{name}}}" for name in WORDS},
    ),
    Moment.START: said(
        "{service} is down from now until {down_until}, for {release} ({title}).",
        **{name: f"{{{name}}}" for name in WORDS},
    ),
    Moment.EXTENDED: said(
        "{service} stays down longer than planned ({down_until}), for {release} ({title}). Questions: {manager}.",
        **{name: f"{{{name}}}" for name in WORDS},
    ),
    Moment.END: said(
        "{service} is back, {release} ({title}) is in use.", **{name: f"{{{name}}}" for name in WORDS}
    ),
}

WITHOUT_OUTAGE = said(
    "{service} changes with {release} ({title}), planned from {start} to {end}. Questions: {manager}.",
    **{name: f"{{{name}}}" for name in WORDS},
)


def usual(moment: str, *, is_down: bool) -> str:
    """Give the text of a notice for which nobody wrote one; `is_down` when the release plans an outage."""
    if moment == Moment.AHEAD and not is_down:
        return str(WITHOUT_OUTAGE)
    return str(TEXTS[Moment(moment)]) if moment in set(Moment) else "-"


_BRACES = re.compile(r"\{([a-z_]+)\}")
HELD_BY = {
    To.STAKEHOLDERS: said("Name the stakeholders on the page Scope of the release."),
    To.USERS: said("Let people watch the service, or give them the role of a stakeholder in it."),
    To.SERVICE_DESK: said("Define the group service-desk, and name who is in it."),
    To.NAMED: said("Name at least one person or group that has members."),
}
SERVICE_DESK_GROUP = "service-desk"


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one recipient's notice; times are None while it has not happened."""

    told_at: datetime
    acknowledged_at: datetime | None = None
    has_mail: bool = False
    mail_state: str = ""
    mail_sent_at: datetime | None = None

    @property
    def delivery(self) -> Delivery:
        if self.acknowledged_at is not None:
            return Delivery.ACKNOWLEDGED
        if not self.has_mail or self.mail_state in {MailState.SENT, MailState.DROPPED}:
            return Delivery.DELIVERED
        if self.mail_state in {MailState.FAILED, MailState.UNKNOWN}:
            return Delivery(self.mail_state)
        return Delivery.WAITING

    @property
    def delivered_at(self) -> datetime | None:
        """Give when they had it: by mail where one is sent, else in their inbox, or when they said so if earlier."""
        by_mail = self.mail_sent_at if self.has_mail and self.mail_state == MailState.SENT else self.told_at
        arrived = by_mail if self.delivery in {Delivery.DELIVERED, Delivery.ACKNOWLEDGED} else None
        if self.acknowledged_at is None or arrived is None:
            return arrived
        return min(arrived, self.acknowledged_at)


@dataclass(frozen=True, slots=True)
class Reach:
    """What became of a notice with all its recipients."""

    recipients: int
    undelivered: int
    acknowledged: int
    delivered_at: datetime | None


def reach(told: Iterable[Told]) -> Reach:
    rows = list(told)
    times = [one.delivered_at for one in rows]
    arrived = [moment for moment in times if moment is not None]
    undelivered = len(rows) - len(arrived)
    return Reach(
        recipients=len(rows),
        undelivered=undelivered,
        acknowledged=sum(one.acknowledged_at is not None for one in rows),
        delivered_at=max(arrived) if arrived and not undelivered else None,
    )


def lead(release_type: str, policy_s: int | None) -> timedelta:
    """Give how long before the planned start people are told: as the policy says, else by the type of the release."""
    return timedelta(seconds=policy_s) if policy_s is not None else LEAD.get(release_type, LEAD["major"])


def due_at(due: datetime | None, moment: str, start: datetime | None, before: timedelta) -> datetime | None:
    """Give when a notice has to go out: when somebody said, else by the lead time; None when events decide."""
    if moment != Moment.AHEAD or due is not None:
        return due
    return start - before if start is not None else None


def check(to: str, moment: str, text: str, acknowledge_pct: int) -> None:
    """
    Accept a notice.

    Raises:
        Invalid: `notice.to`, `notice.moment`, `notice.text` or `notice.acknowledge`.
    """
    if to not in set(To):
        raise Invalid("notice.to", said("'{to}' is no audience.", to=Word(to)), at="to", hint=", ".join(To))
    if moment not in set(Moment):
        raise Invalid(
            "notice.moment",
            said("'{moment}' is no moment of a notice.", moment=Word(moment)),
            at="moment",
            hint=", ".join(Moment),
        )
    if not text.strip() or len(text) > LONGEST:
        raise Invalid(
            "notice.text",
            said("A notice says something, in at most {count} characters.", count=LONGEST),
            at="text",
        )
    unknown = next((name for name in words_in(text) if name not in WORDS), None)
    if unknown is not None:
        raise Invalid(
            "notice.text",
            said("Nothing is known that could be filled in for {word}.", word=f"{{{unknown}}}"),
            at="text",
            hint=said("Known words: {words}.", words=", ".join(f"{{{one}}}" for one in WORDS)),
        )
    if not 0 <= acknowledge_pct <= 100:  # noqa: PLR2004 -- percent
        raise Invalid("notice.acknowledge", said("A share is from 0 to 100 percent."), at="acknowledge_pct")
    if to == To.OUTSIDE and acknowledge_pct:
        raise Invalid(
            "notice.acknowledge",
            said("Who is told outside of Rightaway cannot acknowledge it here."),
            at="acknowledge_pct",
        )


def words_in(text: str) -> list[str]:
    return list(dict.fromkeys(_BRACES.findall(text)))


def filled(text: str, facts: Mapping[str, str]) -> str:
    """
    Fill in what the release knows.

    Raises:
        Refused: `notice.facts_missing`, with what is not recorded yet.
    """
    lacking = [name for name in words_in(text) if not facts.get(name)]
    if lacking:
        raise Refused(
            "notice.facts_missing",
            said("The release does not say yet: {words}.", words=[Word(name) for name in lacking]),
            at="text",
            hint=said("Record its planned start, end and outage, or write the text without it."),
            evidence={"words": lacking},
        )
    return _BRACES.sub(lambda found: facts[found[1]], text)


def check_reachable(to: str, people: int) -> None:
    """
    Refuse a notice that nobody would get.

    Raises:
        Refused: `notice.audience_empty`, with where the people are named.
    """
    if people == 0:
        raise Refused(
            "notice.audience_empty",
            said("Nobody would get this notice: there are no {to}.", to=Word(to)),
            at="to",
            hint=HELD_BY.get(To(to), NOTHING),
            evidence={"to": to},
        )


def moment_come(
    moment: str,
    *,
    started: datetime | None,
    ended: datetime | None,
    planned_end: datetime | None,
    now: datetime,
) -> bool:
    """Say whether what a notice of an outage is about has happened."""
    match moment:
        case Moment.START:
            return started is not None
        case Moment.EXTENDED:
            over = ended or now
            return started is not None and planned_end is not None and over > planned_end
        case Moment.END:
            return ended is not None
    return False
