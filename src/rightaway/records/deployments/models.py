from django.db import models

from rightaway.domain.deployment_states import (
    AttemptStatus,
    DeploymentStatus,
    HoldKind,
    Intent,
    TargetStatus,
    WaveStatus,
)
from rightaway.records.base import Record, choices, one_of
from rightaway.records.cmdb.models import Baseline, Environment, Target
from rightaway.records.packages.models import Package
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


class Plan(Record):
    """A frozen deployment plan: `body` is the compiled data, `digest` its digest. A change makes a new version."""

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="plans")
    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="plans")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveIntegerField()
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    back_out_digest = models.CharField(max_length=64)
    is_current = models.BooleanField(default=True)
    compiled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["release", "environment", "number"], name="plan_number_once"),
            models.UniqueConstraint(
                fields=["release", "environment"],
                condition=models.Q(is_current=True),
                name="one_current_plan_per_environment",
            ),
        ]

    def __str__(self) -> str:
        return f"Plan {self.number} of {self.release.number} for {self.environment.key}"


class Deployment(Record):
    """
    One execution of one plan against one environment.

    `wish` is what an operator last asked for (pause, abort, back_out); the engine reads it before each act.
    """

    number = models.CharField(max_length=20, unique=True)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="deployments")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="deployments")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="deployments")
    intent = models.CharField(max_length=20, choices=choices(Intent))
    status = models.CharField(
        max_length=20, choices=choices(DeploymentStatus), default=DeploymentStatus.QUEUED
    )
    wish = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    first_exposure_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    restored_at = models.DateTimeField(null=True)
    outcome_reason = models.TextField(blank=True)
    baseline_before = models.ForeignKey(Baseline, on_delete=models.PROTECT, null=True, related_name="+")
    baseline_after = models.ForeignKey(Baseline, on_delete=models.PROTECT, null=True, related_name="+")
    workflow_id = models.CharField(max_length=80, unique=True)
    takeovers = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            one_of("status", DeploymentStatus, "deployment_status"),
            one_of("intent", Intent, "deployment_intent"),
            models.UniqueConstraint(
                fields=["environment", "release"],
                condition=~models.Q(
                    status__in=[status.value for status in DeploymentStatus if status.complete]
                ),
                name="one_open_deployment_per_release_and_environment",
            ),
        ]
        indexes = [models.Index(fields=["status", "-id"])]

    def __str__(self) -> str:
        return f"{self.number} of {self.release.number} to {self.environment.key}"


class Wave(models.Model):
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="waves")
    ordinal = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    status = models.CharField(max_length=20, choices=choices(WaveStatus), default=WaveStatus.PENDING)
    started_at = models.DateTimeField(null=True)
    bake_started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            one_of("status", WaveStatus, "wave_status"),
            models.UniqueConstraint(fields=["deployment", "ordinal"], name="wave_ordinal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.deployment.number}"


class TargetRun(models.Model):
    """What one deployment does to one target. `before` and `observed` are what the target itself reported."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="target_runs")
    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="target_runs")
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="runs")
    position = models.PositiveIntegerField()
    status = models.CharField(max_length=20, choices=choices(TargetStatus), default=TargetStatus.PENDING)
    before = models.JSONField(null=True)
    observed = models.JSONField(null=True)
    is_touched = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            one_of("status", TargetStatus, "target_run_status"),
            models.UniqueConstraint(fields=["deployment", "target"], name="target_once_per_deployment"),
        ]

    def __str__(self) -> str:
        return f"{self.target.key} in {self.deployment.number}"


class Attempt(models.Model):
    """
    One try of one step on one target.

    The row is committed as `intent` before the first byte leaves; `operation_id` is the step's identity
    at the target, whose own ledger starts it at most once.
    """

    run = models.ForeignKey(TargetRun, on_delete=models.CASCADE, related_name="attempts")
    step_key = models.SlugField(max_length=60)
    direction = models.CharField(max_length=10)
    attempt_no = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField()
    operation_id = models.CharField(max_length=64, unique=True)
    effect = models.CharField(max_length=2)
    fence = models.BigIntegerField()
    status = models.CharField(max_length=20, choices=choices(AttemptStatus))
    worker = models.CharField(max_length=80)
    intended_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    exit_code = models.IntegerField(null=True)
    message = models.TextField(blank=True)
    resolution = models.CharField(max_length=20, blank=True)
    resolved_by = models.CharField(max_length=150, blank=True)
    log_bytes = models.BigIntegerField(default=0)
    log_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("status", AttemptStatus, "attempt_status"),
            models.UniqueConstraint(
                fields=["run", "direction", "step_key", "attempt_no"], name="attempt_number_once"
            ),
        ]
        indexes = [
            models.Index(fields=["status"], condition=models.Q(status="unknown"), name="attempt_unknown")
        ]

    def __str__(self) -> str:
        return f"{self.step_key} on {self.run.target.key}, try {self.attempt_no}"


class LogChunk(models.Model):
    """A piece of one attempt's output; `chain` is the digest over all pieces so far."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="log")
    attempt = models.ForeignKey(Attempt, on_delete=models.CASCADE, related_name="log")
    sequence = models.PositiveIntegerField()
    offset = models.BigIntegerField()
    at = models.DateTimeField()
    data = models.BinaryField()
    chain = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["attempt", "sequence"], name="log_chunk_once")]

    def __str__(self) -> str:
        return f"{self.attempt} +{self.offset}"


class CheckResult(models.Model):
    """One look of a health check: pass, fail, no_data or error, with what was seen."""

    run = models.ForeignKey(TargetRun, on_delete=models.CASCADE, related_name="checks")
    check_name = models.CharField(max_length=80)
    layer = models.CharField(max_length=10)
    result = models.CharField(max_length=10)
    evidence = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.check_name}: {self.result}"


class Hold(models.Model):
    """A named reason why a deployment waits."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="holds")
    kind = models.CharField(max_length=20, choices=choices(HoldKind))
    subject = models.CharField(max_length=120)
    reason = models.TextField()
    since = models.DateTimeField()
    placed_by = models.CharField(max_length=150)
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("kind", HoldKind, "hold_kind"),
            models.UniqueConstraint(
                fields=["deployment", "kind", "subject"],
                condition=models.Q(cleared_at__isnull=True),
                name="one_open_hold_per_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"


class Permit(models.Model):
    """Single-use authorisation to run one wave: this plan, these targets, this window."""

    wave = models.OneToOneField(Wave, on_delete=models.CASCADE, related_name="permit")
    plan_digest = models.CharField(max_length=64)
    targets = models.JSONField()
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    evidence = models.JSONField()
    voided_at = models.DateTimeField(null=True)
    voided_reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"permit for {self.wave}"


class OperatorCommand(models.Model):
    """What an operator asked for; the id makes a repeated request harmless."""

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="commands")
    command_id = models.UUIDField(unique=True)
    command = models.CharField(max_length=30)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.command} {self.deployment.number}"


class Installation(models.Model):
    """What is installed on a target now, as last observed."""

    target = models.OneToOneField(Target, on_delete=models.PROTECT, related_name="installation")
    package_digest = models.CharField(max_length=64, blank=True)
    package_version = models.CharField(max_length=40, blank=True)
    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, null=True, related_name="+")
    observed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.target.key}: {self.package_version}"


class Worker(models.Model):
    """A live engine process. Its row is its lease: when `beat_at` is old, others take its work over."""

    executor_id = models.CharField(max_length=80, primary_key=True)
    instance = models.UUIDField()
    engine_version = models.CharField(max_length=40)
    host = models.CharField(max_length=120)
    pid = models.IntegerField()
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.executor_id
