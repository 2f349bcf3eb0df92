from django.db import models

from rightaway.domain.values import DefectSeverity, TestLevel
from rightaway.records.base import Record, choices, one_of
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.packages.models import Package
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


class TestRun(Record):
    """The imported result of one test suite, bound to the package it tested."""

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="test_runs")
    suite = models.CharField(max_length=120)
    level = models.CharField(max_length=30, choices=choices(TestLevel))
    report_sha256 = models.CharField(max_length=64)
    total = models.PositiveIntegerField()
    passed = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    errors = models.PositiveIntegerField()
    skipped = models.PositiveIntegerField()
    ran_at = models.DateTimeField(null=True)
    is_final = models.BooleanField(default=False)
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            one_of("level", TestLevel, "test_level"),
            models.UniqueConstraint(fields=["package", "suite", "report_sha256"], name="test_report_once"),
        ]

    def __str__(self) -> str:
        return f"{self.suite}: {self.passed} of {self.total} passed"


class TestCase(models.Model):
    run = models.ForeignKey(TestRun, on_delete=models.CASCADE, related_name="cases")
    classname = models.CharField(max_length=300, blank=True)
    name = models.CharField(max_length=300)
    status = models.CharField(max_length=20)
    time_ms = models.PositiveIntegerField(null=True)
    message = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Defect(Record):
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="defects")
    title = models.CharField(max_length=200)
    severity = models.CharField(max_length=20, choices=choices(DefectSeverity))
    is_open = models.BooleanField(default=True)
    found_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    resolution = models.TextField(blank=True)

    class Meta:
        constraints = [one_of("severity", DefectSeverity, "defect_severity")]

    def __str__(self) -> str:
        return self.title


class Training(Record):
    """Training of one audience for one release, with attendance."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="training")
    audience = models.CharField(max_length=80)
    mode = models.CharField(max_length=20)
    invited = models.PositiveIntegerField()
    attended = models.PositiveIntegerField(default=0)
    audience_kind = models.CharField(max_length=20, default="users")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "audience"], name="training_once_per_audience"),
            models.CheckConstraint(
                condition=models.Q(attended__lte=models.F("invited")), name="no_more_attend_than_invited"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.audience} for {self.release.number}"


class Notice(Record):
    """A message of the communication plan to one audience."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="notices")
    audience = models.CharField(max_length=80)
    text = models.TextField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["release", "audience"], name="notice_once_per_audience")
        ]

    def __str__(self) -> str:
        return f"Notice to {self.audience}"


class Backup(models.Model):
    """A backup of a stateful item, and the proof that it can be restored."""

    ci = models.ForeignKey(ConfigurationItem, on_delete=models.PROTECT, related_name="backups")
    reference = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64, blank=True)
    taken_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-taken_at"]

    def __str__(self) -> str:
        return f"Backup of {self.ci}"
