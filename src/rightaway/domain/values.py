"""Small words with a closed list of values, and the actor of a command."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PersonKind(StrEnum):
    PERSON = "person"
    SERVICE_ACCOUNT = "service_account"


class AccountState(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Actor:
    """
    Who acts, through which door.

    Args:
        user_id: None for Rightaway itself acting on a rule.
        name: The account's name, or the part of Rightaway that acts.
        door: web, api, cli, engine or system.
        owner_id: The human behind a service account.
        proved_at: When the person behind a token proved who they are; None on pages, which ask by themselves.
    """

    user_id: int | None
    name: str
    door: str = "system"
    kind: PersonKind = PersonKind.PERSON
    owner_id: int | None = None
    proved_at: datetime | None = None

    @property
    def is_system(self) -> bool:
        return self.user_id is None


SYSTEM = Actor(user_id=None, name="rightaway", door="system")
ENGINE = Actor(user_id=None, name="rightaway", door="engine")


class EnvironmentTier(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    STAGING = "staging"
    PRODUCTION = "production"


class CIStatus(StrEnum):
    """Source: the status list of lifecycle design 2.2."""

    PLANNED = "planned"
    ORDERED = "ordered"
    RECEIVED = "received"
    IN_STOCK = "in_stock"
    RESERVED = "reserved"
    STAGED = "staged"
    INSTALLED = "installed"
    IN_USE = "in_use"
    MAINTENANCE = "maintenance"
    RETIRING = "retiring"
    RETIRED = "retired"
    MISSING = "missing"


class RelationKind(StrEnum):
    DEPENDS_ON = "depends_on"
    RUNS_ON = "runs_on"
    CONNECTS_TO = "connects_to"
    MEMBER_OF = "member_of"
    CONTAINS = "contains"
    PROVIDES = "provides"
    USES = "uses"
    BACKS_UP = "backs_up"
    REPLICATES_TO = "replicates_to"


class ReleaseType(StrEnum):
    MAJOR = "major"
    MINOR = "minor"
    EMERGENCY = "emergency"


class ReleaseKind(StrEnum):
    SOFTWARE = "software"
    HARDWARE = "hardware"
    MIXED = "mixed"
    SERVICE = "service"
    DOCUMENTATION = "documentation"


class Origin(StrEnum):
    PLANNED = "planned"
    CHANGE_REQUEST = "change_request"
    INCIDENT = "incident"
    PROBLEM = "problem"
    SECURITY_ADVISORY = "security_advisory"
    CONTINUOUS = "continuous"


class ReleaseReason(StrEnum):
    INCIDENT_RESOLUTION = "incident_resolution"
    PROBLEM_RESOLUTION = "problem_resolution"
    BUSINESS_REQUIREMENT = "business_requirement"
    REGULATORY = "regulatory"
    SECURITY = "security"
    MAINTENANCE = "maintenance"
    END_OF_LIFE = "end_of_life"
    NEW_SERVICE = "new_service"
    RETIREMENT = "retirement"


class PhaseStatus(StrEnum):
    INITIAL = "initial"
    IN_PROGRESS = "in_progress"
    AWAITING_APPROVAL = "awaiting_approval"
    BLOCKED = "blocked"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


class Outcome(StrEnum):
    SUCCESS = "success"
    SUCCESS_WITH_ISSUES = "success_with_issues"
    PARTIAL = "partial"
    BACKED_OUT = "backed_out"
    PARTIALLY_BACKED_OUT = "partially_backed_out"
    FAILED_NOT_BACKED_OUT = "failed_not_backed_out"
    ABANDONED = "abandoned"


class ClosureCode(StrEnum):
    SUCCESSFUL = "successful"
    SUCCESSFUL_WITH_PROBLEMS = "successful_with_problems"
    FAILED_BACKED_OUT = "failed_backed_out"
    FAILED_NOT_BACKED_OUT = "failed_not_backed_out"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    PARTIALLY_IMPLEMENTED = "partially_implemented"


class TaskState(StrEnum):
    WAITING = "waiting"
    READY = "ready"
    ACTIVE = "active"
    REVIEW = "review"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class TaskKind(StrEnum):
    """How a task comes to its end."""

    MANUAL = "manual"
    APPROVAL = "approval"
    AUTOMATED = "automated"
    DECISION = "decision"
    CHECKPOINT = "checkpoint"


class TaskCategory(StrEnum):
    """Source: task categories of the lifecycle design, 1.7."""

    FUNDING = "funding"
    CONTRACTS_LICENCES = "contracts_licences"
    FINANCIAL_IMPACT = "financial_impact"
    IDENTIFY_AFFECTED_SYSTEMS = "identify_affected_systems"
    CREATE_RELEASE = "create_release"
    UPDATE_SYSTEM = "update_system"
    TRAINING_BUILD = "training_build"
    TRAINING_DELIVER = "training_deliver"
    KNOWLEDGE_TRANSFER = "knowledge_transfer"
    COMMUNICATION = "communication"
    BACKUP = "backup"
    ENVIRONMENT_BOOKING = "environment_booking"
    TEST_EXECUTION = "test_execution"
    ROLLBACK_REHEARSAL = "rollback_rehearsal"
    DEPLOY_MANUAL = "deploy_manual"
    CMDB_UPDATE = "cmdb_update"
    ELS_COVER = "els_cover"
    PIR_ACTION = "pir_action"
    REVIEW = "review"


class DependencyType(StrEnum):
    """Which moment of a task waits for which moment of the one before it."""

    FINISH_START = "finish_start"
    START_START = "start_start"
    FINISH_FINISH = "finish_finish"


class EvidenceType(StrEnum):
    """What has to be shown when a task ends."""

    NONE = "none"
    NOTE = "note"
    LINK = "link"
    RECORD = "record"


class CheckpointVote(StrEnum):
    GO = "go"
    HOLD = "hold"
    ABORT = "abort"


class PackageStatus(StrEnum):
    PENDING = "pending"
    TESTED = "tested"
    RELEASED = "released"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"


class TestLevel(StrEnum):
    """Source: levels of service validation and testing, lifecycle design 2.5."""

    __test__ = False  # pytest: not a test class

    UNIT = "unit"
    COMPONENT = "component"
    INTEGRATION = "integration"
    SYSTEM = "system"
    REGRESSION = "regression"
    PERFORMANCE = "performance"
    SECURITY = "security"
    SMOKE = "smoke"
    UAT = "uat"
    OPERATIONAL_READINESS = "operational_readiness"


class DefectSeverity(StrEnum):
    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    COSMETIC = "cosmetic"


class RecordState(StrEnum):
    """Where an incident, a problem, a known error or an interaction stands."""

    OPEN = "open"
    CLOSED = "closed"


class IncidentLink(StrEnum):
    """What an incident has to do with the release it is linked to."""

    CAUSED = "caused_by_release"
    RESOLVED = "resolved_by_release"
    IN_EARLY_LIFE = "occurred_during_els"


class ArticleKind(StrEnum):
    RUNBOOK = "runbook"
    ROLLBACK_RUNBOOK = "rollback_runbook"
    RELEASE_NOTES = "release_notes"
    SUPPORT_NOTES = "support_notes"
    WORKAROUND = "workaround"
    TRAINING_MATERIAL = "training_material"
    LESSON_LEARNT = "lesson_learnt"
    FAQ = "faq"


class ArticleState(StrEnum):
    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    EXPIRED = "expired"
