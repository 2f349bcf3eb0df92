from django.db import models

from rightaway.domain.values import (
    CheckpointVote,
    ClosureCode,
    DependencyType,
    EvidenceType,
    Origin,
    Outcome,
    PhaseStatus,
    ReleaseKind,
    ReleaseReason,
    ReleaseType,
    TaskCategory,
    TaskKind,
    TaskState,
)
from rightaway.records.base import Record, choices, one_of, words_of
from rightaway.records.cmdb.models import CIGroup, ConfigurationItem
from rightaway.records.people.models import User
from rightaway.records.workflows.models import WorkflowTemplate


def _person(related: str = "+") -> "models.ForeignKey[User | None, User | None]":
    return models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name=related)


def _scale() -> "models.PositiveSmallIntegerField[int | None, int | None]":
    return models.PositiveSmallIntegerField(null=True, blank=True)


class Release(Record):
    """Changes planned and deployed together, in one phase at a time. The phases are data of its workflow."""

    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField()
    workflow = models.ForeignKey(WorkflowTemplate, on_delete=models.PROTECT)
    phase = models.SlugField(max_length=40)
    phase_status = models.CharField(max_length=20, choices=choices(PhaseStatus), default=PhaseStatus.INITIAL)
    attempt = models.PositiveSmallIntegerField(default=1)

    service = models.ForeignKey(ConfigurationItem, on_delete=models.PROTECT, related_name="releases")
    release_type = models.CharField(max_length=20, choices=choices(ReleaseType))
    release_kind = models.CharField(max_length=20, choices=choices(ReleaseKind), blank=True)
    origin = models.CharField(max_length=20, choices=choices(Origin), default=Origin.CHANGE_REQUEST)
    reason = models.CharField(max_length=30, choices=choices(ReleaseReason), blank=True)
    category = models.CharField(max_length=80, blank=True)
    owning_group = models.CharField(max_length=80, blank=True)
    model = models.CharField(max_length=80, blank=True)
    risk_answers = models.JSONField(default=dict)
    justification = models.TextField(blank=True)
    value_statement = models.TextField(blank=True)
    do_nothing_impact = models.TextField(blank=True)

    initiated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="releases_initiated")
    coordinator = _person()
    manager = _person()
    service_owner = _person()
    deployment_manager = _person()
    els_lead = _person()

    impact = _scale()
    urgency = _scale()
    impact_assessment = _scale()
    priority = _scale()
    risk_level = _scale()
    training_required = models.BooleanField(default=False)
    assessed_by = _person()
    assessed_at = models.DateTimeField(null=True)

    affected_cis = models.ManyToManyField(ConfigurationItem, related_name="affecting_releases", blank=True)
    affected_groups = models.ManyToManyField(CIGroup, related_name="affecting_releases", blank=True)

    requested_end = models.DateTimeField(null=True)
    planned_start = models.DateTimeField(null=True)
    planned_end = models.DateTimeField(null=True)
    design = models.JSONField(null=True)
    cost_estimate = models.PositiveIntegerField(null=True)
    communication_plan = models.TextField(blank=True)
    els_starts_at = models.DateTimeField(null=True)
    els_ends_at = models.DateTimeField(null=True)
    els_exit_criteria = models.TextField(blank=True)
    on_call = models.CharField(max_length=120, blank=True)
    rollback_valid_until = models.DateTimeField(null=True)
    ratify_by = models.DateTimeField(null=True)
    paperwork_due_at = models.DateTimeField(null=True)

    outcome = models.CharField(max_length=30, choices=choices(Outcome), blank=True)
    closure_code = models.CharField(max_length=30, choices=choices(ClosureCode), blank=True)
    closure_comment = models.TextField(blank=True)
    no_lessons_reason = models.TextField(blank=True)
    back_out_reason = models.CharField(max_length=40, blank=True)
    back_out_decided_by = models.CharField(max_length=150, blank=True)
    back_out_evidence = models.JSONField(default=dict)
    abandon_reason = models.CharField(max_length=40, blank=True)
    abandon_comment = models.TextField(blank=True)
    problem_refusal_reason = models.TextField(blank=True)
    root_cause = models.TextField(blank=True)
    communication_approved_by = _person()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("phase_status", PhaseStatus, "release_phase_status"),
            one_of("release_type", ReleaseType, "release_type"),
        ]
        indexes = [
            models.Index(fields=["phase", "-id"]),
            models.Index(fields=["phase", "planned_start"]),
            models.Index(fields=["planned_start"]),
            models.Index(fields=["planned_end"]),
            models.Index(fields=["-updated_at"]),
            models.Index(fields=["service", "-id"]),
            models.Index(fields=["service", "phase"]),
            words_of("title", "release_words"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class PhaseVisit(models.Model):
    """One stay of a release in a phase; the history is the list of stays."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="visits")
    phase = models.SlugField(max_length=40)
    attempt = models.PositiveSmallIntegerField(default=1)
    transition = models.CharField(max_length=20, blank=True)
    event = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    entered_by = models.CharField(max_length=150)
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["entered_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["release"],
                condition=models.Q(left_at__isnull=True),
                name="one_open_visit_per_release",
            )
        ]

    def __str__(self) -> str:
        return f"{self.release.number} in {self.phase}"


class ReleaseHold(models.Model):
    """A time in which a release was held; open while nobody resumed it."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="holds")
    reason = models.TextField()
    until = models.DateTimeField()
    held_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    resumed_by = _person()
    resumed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["held_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["release"],
                condition=models.Q(resumed_at__isnull=True),
                name="one_open_hold_per_release",
            )
        ]

    def __str__(self) -> str:
        return f"{self.release.number} on hold since {self.held_at:%F %R}"


class Task(Record):
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="tasks")
    key = models.SlugField(max_length=60)
    phase = models.SlugField(max_length=40)
    attempt = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=20, choices=choices(TaskKind), default=TaskKind.MANUAL)
    category = models.CharField(max_length=40, choices=choices(TaskCategory))
    title = models.CharField(max_length=200)
    instructions = models.TextField(blank=True)
    runbook_step = models.CharField(max_length=80, blank=True)
    is_own = models.BooleanField(default=False)
    is_mandatory = models.BooleanField(default=True)
    blocks_exit = models.BooleanField(default=True)
    state = models.CharField(max_length=20, choices=choices(TaskState), default=TaskState.WAITING)
    owner_role = models.CharField(max_length=40)
    assignee = _person("tasks")
    note = models.TextField(blank=True)

    proof = models.JSONField(default=list)
    approval = models.SlugField(max_length=40, blank=True)
    outcomes = models.JSONField(default=list)
    outcome = models.SlugField(max_length=40, blank=True)
    skipped_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="skips")
    voter_roles = models.JSONField(default=list)
    voters = models.ManyToManyField(User, related_name="+", blank=True)
    quorum = models.PositiveSmallIntegerField(default=1)
    needs_review = models.BooleanField(default=False)
    reviewed_by = _person()
    evidence_required = models.CharField(
        max_length=20, choices=choices(EvidenceType), default=EvidenceType.NONE
    )
    evidence = models.TextField(blank=True)
    affected_cis = models.ManyToManyField(ConfigurationItem, related_name="+", blank=True)

    planned_start = models.DateTimeField(null=True)
    duration_min = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    free_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_by = _person()
    finished_at = models.DateTimeField(null=True)
    cost_planned = models.PositiveIntegerField(null=True)
    cost_actual = models.PositiveIntegerField(null=True)
    effort_planned_min = models.PositiveIntegerField(null=True)
    effort_actual_min = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("state", TaskState, "task_state"),
            one_of("kind", TaskKind, "task_kind"),
            models.UniqueConstraint(fields=["release", "attempt", "key"], name="task_once_per_attempt"),
        ]
        indexes = [
            models.Index(
                fields=["assignee", "owner_role"],
                condition=models.Q(
                    state__in=[
                        TaskState.WAITING.value,
                        TaskState.READY.value,
                        TaskState.ACTIVE.value,
                        TaskState.REVIEW.value,
                        TaskState.FAILED.value,
                    ]
                ),
                name="task_open",
            ),
            models.Index(
                fields=["remind_at"], condition=models.Q(remind_at__isnull=False), name="task_remind"
            ),
            models.Index(fields=["free_at"], condition=models.Q(free_at__isnull=False), name="task_free"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def number(self) -> str:
        """What the audit log calls it: keys are unique in a release only."""
        return f"{self.release.number}/{self.key}"


class TaskDependency(models.Model):
    """`task` comes after `after`; both belong to the same attempt of a release."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="after")
    after = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="before")
    type = models.CharField(
        max_length=20, choices=choices(DependencyType), default=DependencyType.FINISH_START
    )
    lag_min = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["task", "after"], name="task_dependency_once"),
            models.CheckConstraint(condition=~models.Q(task=models.F("after")), name="task_not_after_itself"),
            one_of("type", DependencyType, "task_dependency_type"),
        ]

    def __str__(self) -> str:
        return f"{self.task} after {self.after}"


class TaskVote(models.Model):
    """What one person says at a checkpoint; their newest word replaces the one before."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="votes")
    voter = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    vote = models.CharField(max_length=10, choices=choices(CheckpointVote))
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["task", "voter"], name="task_vote_once"),
            one_of("vote", CheckpointVote, "task_vote"),
        ]

    def __str__(self) -> str:
        return f"{self.voter}: {self.vote}"


class Waiver(models.Model):
    """
    The accepted absence of a control, granted by another person than the one who asked, until it expires.

    `part` is what of the control is waived, such as one audience of the training; empty for all of it.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="waivers")
    control = models.SlugField(max_length=40)
    part = models.CharField(max_length=80, blank=True)
    reason = models.TextField()
    restore_plan = models.TextField(blank=True)
    owed = models.TextField(blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_by = _person()
    decided_at = models.DateTimeField(null=True)
    refused_by = _person()
    refusal_reason = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Waiver of {self.control} for {self.release.number}"


class Contribution(models.Model):
    """Who authored which bound part of a release: the memory of separation of duties."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="contributions")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="contributions")
    part = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "person", "part"], name="contribution_once_per_part")
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.part} of {self.release.number}"


class Stakeholder(models.Model):
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="stakeholders")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stakes")
    part = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "person"], name="stakeholder_once")]

    def __str__(self) -> str:
        return f"{self.person} ({self.part})"


class Objective(models.Model):
    """What the release is for, in a measurable sentence, and what came of it."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="objectives")
    text = models.CharField(max_length=300)
    target = models.CharField(max_length=300, blank=True)
    result = models.CharField(max_length=10, blank=True)
    measured = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text


class RosterEntry(models.Model):
    """Who supports the service in its early life, from when to when."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="roster")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="roster_entry_has_length"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} for {self.release.number}"
