"""Mail to people: which channel a notification takes, when nobody is disturbed, and when a digest is due."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

from rightaway.domain.errors import Invalid
from rightaway.domain.notifications import Group
from rightaway.domain.sentences import said


class Channel(StrEnum):
    """The inbox has everything; this is what is sent besides."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    NEVER = "never"


class DigestEvery(StrEnum):
    DAY = "day"
    WEEK = "week"


class MailKind(StrEnum):
    NOTICE = "notice"
    DIGEST = "digest"
    SUMMARY = "summary"


class MailState(StrEnum):
    """`unknown`: it was handed to the server and nobody heard the answer; only a person sends it again."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


DEFAULTS: Mapping[Group, Channel] = {
    **dict.fromkeys(Group, Channel.DIGEST),
    **dict.fromkeys(
        (Group.APPROVALS, Group.DEADLINES, Group.TASKS, Group.NOTICES, Group.PAGES), Channel.AT_ONCE
    ),
}
BACK_OFF = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 240, 720))
"""How long after each failed attempt the next one is; after the last of them it has failed."""
MOST_PER_HOUR = 20
SILENT_AFTER = timedelta(minutes=10)
"""After this long without an answer nobody waits for one: its worker is gone."""
_DAY = timedelta(days=1)
LAST_WEEKDAY = 6


@dataclass(frozen=True, slots=True)
class Wishes:
    """
    What a person chose.

    Args:
        channels: By group; what is missing is as everybody has it.
        weekday: 0 is Monday; of a weekly digest.
    """

    channels: Mapping[str, str] = field(default_factory=dict)
    quiet_from: time | None = None
    quiet_until: time | None = None
    zone: str = "UTC"
    every: DigestEvery = DigestEvery.DAY
    at: time = time(8)
    weekday: int = 0

    def channel(self, group: Group) -> Channel:
        if group is Group.PAGES:
            return Channel.AT_ONCE
        return Channel(self.channels.get(group, DEFAULTS[group]))

    def undisturbed_until(self, now: datetime) -> datetime | None:
        """Give the end of the quiet hours that this moment is in; None outside of them."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        there = ZoneInfo(self.zone)
        today = now.astimezone(there).date()
        for day in (today - _DAY, today):
            begin = datetime.combine(day, self.quiet_from, there)
            ends_on = day if self.quiet_until > self.quiet_from else day + _DAY
            end = datetime.combine(ends_on, self.quiet_until, there)
            if begin <= now < end:
                return end.astimezone(now.tzinfo)
        return None

    def last_digest(self, now: datetime) -> datetime:
        """Give the newest moment of a digest that has come."""
        there = ZoneInfo(self.zone)
        day = now.astimezone(there).date()
        while True:
            moment = datetime.combine(day, self.at, there)
            if moment <= now and (self.every is DigestEvery.DAY or day.weekday() == self.weekday):
                return moment.astimezone(now.tzinfo)
            day -= _DAY


def check(wishes: Wishes) -> None:
    """
    Refuse what cannot be kept.

    Raises:
        Invalid: `mail.group`, `mail.channel`, `mail.page`, `mail.quiet_hours`, `mail.zone` or `mail.weekday`.
    """
    for group, channel in wishes.channels.items():
        if group not in set(Group):
            raise Invalid(
                "mail.group",
                said("There is no group of notifications '{group}'.", group=group),
                at="channels",
            )
        if channel not in set(Channel):
            raise Invalid(
                "mail.channel", said("There is no channel '{channel}'.", channel=channel), at="channels"
            )
        if group == Group.PAGES and channel != Channel.AT_ONCE:
            raise Invalid("mail.page", said("Pages cannot be switched off: they cannot wait."), at="channels")
    if (wishes.quiet_from is None) != (wishes.quiet_until is None):
        raise Invalid("mail.quiet_hours", said("Quiet hours have a beginning and an end."), at="quiet_until")
    if wishes.zone not in available_timezones():
        raise Invalid("mail.zone", said("There is no time zone {zone}.", zone=wishes.zone), at="time_zone")
    if not 0 <= wishes.weekday <= LAST_WEEKDAY:
        raise Invalid("mail.weekday", said("Weekdays are 0 (Monday) to 6."), at="digest_weekday")


def retry_at(attempts: int, now: datetime) -> datetime | None:
    """Give when to try again after so many attempts failed; None when it is given up."""
    return now + BACK_OFF[attempts - 1] if attempts <= len(BACK_OFF) else None
