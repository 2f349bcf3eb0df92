"""Facts about what was proved before a deployment: package, tests, rehearsal, training, notices, backups."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class UnitFacts:
    name: str
    digest: str = ""
    provenance: str = ""
    ci: str = ""


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """`verified` means that the bytes in the library were read back and hashed to `digest`."""

    digest: str = ""
    status: str = ""
    verified: bool = False
    units: tuple[UnitFacts, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True)
class TestRunFacts:
    """One run of one suite; `final` means that no further run on this package is expected."""

    __test__ = False  # pytest: not a test class

    level: str
    package_digest: str
    passed: int = 0
    failed: int = 0
    ran_at: datetime | None = None
    final: bool = False
    reference: str = ""


@dataclass(frozen=True, slots=True)
class DefectFacts:
    number: str
    severity: str
    open: bool = True


@dataclass(frozen=True, slots=True)
class RehearsalFacts:
    """A real run of the back-out plan in a lower environment."""

    package_digest: str
    back_out_digest: str = ""
    ran_at: datetime | None = None
    succeeded: bool = False
    duration_s: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class WaiverFacts:
    """
    An accepted absence of a control; `control` is the key of the checklist item.

    Args:
        part: What of the control is waived, such as one audience of the training; empty for all of it.
    """

    control: str
    requested_by: str = ""
    granted_by: str = ""
    reason: str = ""
    expires_at: datetime | None = None
    restore_plan: str = ""
    refused_by: str = ""
    withdrawn: bool = False
    part: str = ""


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """
    One audience; those of `trainings.SUPPORT_STAFF` must be there in full.

    Args:
        passed: How many of those who came reached the pass mark; None where there is no quiz.
        seats: Of all its sessions; None where nobody limits them.
        next_session_at: When the next session begins that is still to be held.
    """

    audience: str
    kind: str = "users"
    named: int = 0
    attended: int = 0
    passed: int | None = None
    seats: int | None = None
    next_session_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    number: str
    kind: str
    state: str = "draft"


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """
    One message that has to arrive before the release begins.

    Args:
        delivered_at: When the last of its recipients had it, in their inbox or by mail, or had acknowledged it.
        recipients: How many it was sent to; 0 for one that was told outside of Rightaway.
        undelivered: How many of them do not have it: mail waits, failed, or nobody knows what became of it.
        acknowledge_pct: The share of the recipients who have to acknowledge it.
        obstacle: Why it could not be sent when it was due, a word of `notices.Obstacle`.
    """

    audience: str
    scheduled_at: datetime | None = None
    delivered_at: datetime | None = None
    recipients: int = 0
    undelivered: int = 0
    acknowledged: int = 0
    acknowledge_pct: int = 0
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class BackupFacts:
    """The newest backup of one stateful target; `restore_tested` means that a sample was read back."""

    target: str
    taken_at: datetime | None = None
    verified_at: datetime | None = None
    succeeded: bool = True
    restore_tested: bool = False
