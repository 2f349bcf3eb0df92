"""Training of a release: who is taught how, what a plan may say, and what counts as trained."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.sentences import Word, said
from rightaway.domain.waivers import WAIVABLE

CONTROL = "training"
"""The control of a waiver, of all the training or of one audience."""
ATTRIBUTED_WITHIN = timedelta(days=30)
"""How long after a release a misuse of its service is put down to its training. Source: lifecycle design, 2.6."""

assert CONTROL in WAIVABLE


class Audience(StrEnum):
    """The kinds of people who are taught. Source: lifecycle design, 2.6."""

    USERS = "users"
    SERVICE_DESK = "service_desk"
    SUPPORT = "support"
    OPERATIONS = "operations"


SUPPORT_STAFF = frozenset({Audience.SERVICE_DESK, Audience.SUPPORT, Audience.OPERATIONS})
"""Who answers for the service when it is used: all of them are trained, not only most."""


class Mode(StrEnum):
    CLASS = "class"
    WORKSHOP = "workshop"
    COMPUTER_BASED = "computer_based"


_EARLIER_WORDS = {
    "classroom": Mode.CLASS,
    **dict.fromkeys(("online", "self_paced", "video"), Mode.COMPUTER_BASED),
}


class Source(StrEnum):
    """Where it is known from who came."""

    SIGN_IN_SHEET = "sign_in_sheet"
    LEARNING_SYSTEM = "learning_system"
    TRAINER = "trainer"
    SELF_REPORTED = "self_reported"


@dataclass(frozen=True, slots=True)
class Count:
    """How many came, when nobody is named; `passed` is None where there was no quiz."""

    invited: int
    attended: int
    passed: int | None = None


def mode(word: str) -> Mode:
    """
    Read a mode, or a word that was used for one before.

    Raises:
        Invalid: `training.mode`.
    """
    if word in set(Mode):
        return Mode(word)
    if word in _EARLIER_WORDS:
        return _EARLIER_WORDS[word]
    raise Invalid(
        "training.mode",
        said("'{mode}' is no way to be taught.", mode=Word(word)),
        at="mode",
        hint=", ".join(Mode),
    )


def audience_kind(word: str) -> Audience:
    """
    Read a kind of audience.

    Raises:
        Invalid: `training.kind`.
    """
    if word not in set(Audience):
        raise Invalid(
            "training.kind",
            said("'{kind}' is no kind of audience.", kind=Word(word)),
            at="kind",
            hint=", ".join(Audience),
        )
    return Audience(word)


def check_count(count: Count, pass_mark: int | None) -> None:
    """
    Accept how many came.

    Raises:
        Invalid: more came than were invited, or more passed than came; or a quiz has no result, or a result no quiz.
    """
    if not 0 <= count.attended <= count.invited:
        raise Invalid(
            "training.attendance",
            said(
                "{attended} of {invited} cannot have attended.",
                attended=count.attended,
                invited=count.invited,
            ),
            at="attended",
        )
    if count.passed is None:
        if pass_mark is not None and count.attended:
            raise Invalid(
                "training.quiz_result",
                said("There is a quiz with a pass mark: say how many passed it."),
                at="passed",
            )
    elif pass_mark is None or count.passed > count.attended:
        raise Invalid(
            "training.quiz_result",
            said("{passed} cannot have passed.", passed=count.passed),
            at="passed",
            hint=said("Who passed has attended, and a quiz has a pass mark in the plan."),
        )


def check_session(starts_at: datetime, ends_at: datetime) -> None:
    """
    Accept when a session is.

    Raises:
        Invalid: `training.session_times`.
    """
    if ends_at <= starts_at:
        raise Invalid("training.session_times", said("It would be over before it begins."), at="ends_at")


def check_held(starts_at: datetime, now: datetime) -> None:
    """
    Accept attendance of a session.

    Raises:
        Refused: `training.session_ahead`.
    """
    if starts_at > now:
        raise Refused(
            "training.session_ahead",
            said("Nobody can have come to a session that has not begun."),
            hint=said("Record who came once it has begun."),
        )


def check_score(score: int | None, pass_mark: int | None) -> None:
    """
    Accept the result of one person's quiz, in percent.

    Raises:
        Invalid: `training.quiz_result`.
    """
    if score is None:
        return
    if pass_mark is None:
        raise Invalid("training.quiz_result", said("This training has no quiz."), at="score")
    if not 0 <= score <= 100:  # noqa: PLR2004 -- percent
        raise Invalid("training.quiz_result", said("A score is from 0 to 100 percent."), at="score")


def has_passed(*, attended: bool, score: int | None, pass_mark: int | None) -> bool:
    """Say whether somebody counts as trained: they came, and reached the pass mark where there is one."""
    return attended and (pass_mark is None or (score is not None and score >= pass_mark))


def check_waiver_decider(user_id: int, *, author: int) -> None:
    """
    Keep who made the release from deciding that its people need not be trained.

    Raises:
        Forbidden: `sod.author_waiver`.
    """
    if user_id == author:
        raise Forbidden(
            "sod.author_waiver",
            said("Whoever registered the release does not decide that its training is left out."),
            hint=said("Ask the training manager, or the service owner."),
        )


def check_removal(*, is_planned: bool, waived: bool) -> None:
    """
    Let training be removed only while nothing is planned yet, or with a waiver; added it is freely.

    Raises:
        Refused: `training.removal_needs_waiver`.
    """
    if is_planned and not waived:
        raise Refused(
            "training.removal_needs_waiver",
            said("Training that was asked for is not taken away without a waiver."),
            at="training_required",
            hint=said("Ask for a waiver of the training; the training manager decides."),
        )


def gap_of(detected_at: datetime, deployed: Collection[tuple[int, datetime]]) -> int | None:
    """Give the id of the newest release within whose thirty days it happened; None when there is none."""
    near = [(moment, key) for key, moment in deployed if moment <= detected_at <= moment + ATTRIBUTED_WITHIN]
    return max(near)[1] if near else None
