from django.db import models

from rightaway.domain.notices import Moment, Obstacle, To
from rightaway.domain.trainings import Audience, Mode, Source
from rightaway.domain.values import DefectSeverity, TestLevel
from rightaway.records.base import Record, choices, one_of
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.packages.models import Package
from rightaway.records.people.models import Group, User
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
    """
    Training of one audience for one release: what is planned, and how many came when nobody is named.

    `passed` is None where there is no quiz; people named in `Attendee` count instead of the numbers.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="training")
    audience = models.CharField(max_length=80)
    audience_kind = models.CharField(max_length=20, choices=choices(Audience), default=Audience.USERS)
    mode = models.CharField(max_length=20, choices=choices(Mode))
    content = models.CharField(max_length=300, blank=True)
    article = models.CharField(max_length=20, blank=True)
    provider = models.CharField(max_length=120, blank=True)
    pass_mark = models.PositiveSmallIntegerField(null=True)
    cost_estimate = models.PositiveIntegerField(null=True)
    cost_actual = models.PositiveIntegerField(null=True)
    invited = models.PositiveIntegerField(default=0)
    attended = models.PositiveIntegerField(default=0)
    passed = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=20, choices=choices(Source), blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "audience"], name="training_once_per_audience"),
            models.CheckConstraint(
                condition=models.Q(attended__lte=models.F("invited")), name="no_more_attend_than_invited"
            ),
            models.CheckConstraint(
                condition=models.Q(passed=None) | models.Q(passed__lte=models.F("attended")),
                name="no_more_pass_than_attend",
            ),
            models.CheckConstraint(
                condition=models.Q(pass_mark=None) | models.Q(pass_mark__lte=100), name="training_pass_mark"
            ),
            one_of("audience_kind", Audience, "training_audience_kind"),
            one_of("mode", Mode, "training_mode"),
        ]

    def __str__(self) -> str:
        return f"{self.audience} for {self.release.number}"


class Session(Record):
    """One time at which an audience is taught; `seats` is None where nobody limits them."""

    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="sessions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField(max_length=120, blank=True)
    seats = models.PositiveIntegerField(null=True)
    cancelled_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_at__lt=models.F("ends_at")), name="training_session_times"
            )
        ]

    def __str__(self) -> str:
        return f"Session of {self.training.audience} on {self.starts_at:%F %R}"


class Attendee(models.Model):
    """
    One person of an audience, with an account or only by name, and whether they were taught.

    `score` is that of the quiz in percent; the newest attendance replaces the one before.
    """

    training = models.ForeignKey(Training, on_delete=models.CASCADE, related_name="attendees")
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120)
    session = models.ForeignKey(Session, on_delete=models.SET_NULL, null=True, related_name="attendees")
    has_attended = models.BooleanField(default=False)
    score = models.PositiveSmallIntegerField(null=True)
    source = models.CharField(max_length=20, choices=choices(Source), blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["training", "name"], name="attendee_once"),
            models.CheckConstraint(
                condition=models.Q(score=None) | models.Q(score__lte=100), name="attendee_score"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.training.audience}"


class Notice(Record):
    """
    A message of the communication plan to one audience.

    `due_at` is None where the lead time of the release, or what happens, says when it goes out; `sent_text` is
    the text as it was filled in. One `outside` is told by other means, and `sent_at` is when somebody said it was.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="notices")
    audience = models.CharField(max_length=80)
    to = models.CharField(max_length=20, choices=choices(To), default=To.OUTSIDE)
    part = models.CharField(max_length=20, blank=True)
    people = models.ManyToManyField(User, related_name="+", blank=True)
    groups = models.ManyToManyField(Group, related_name="+", blank=True)
    moment = models.CharField(max_length=20, choices=choices(Moment), default=Moment.AHEAD)
    text = models.TextField()
    acknowledge_pct = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sent_text = models.TextField(blank=True)
    obstacle = models.CharField(max_length=20, choices=choices(Obstacle), blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "audience", "moment"], name="notice_once_per_audience"
            ),
            one_of("to", To, "notice_to"),
            one_of("moment", Moment, "notice_moment"),
        ]
        indexes = [models.Index(fields=["release"], condition=models.Q(sent_at=None), name="notice_waiting")]

    def __str__(self) -> str:
        return f"Notice to {self.audience}"


class Recipient(models.Model):
    """Somebody a notice was sent to; what became of the mail stands with their notification of the same key."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="recipients")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["notice", "person"], name="recipient_once")]
        indexes = [
            models.Index(fields=["person"], condition=models.Q(acknowledged_at=None), name="recipient_open")
        ]

    def __str__(self) -> str:
        return f"{self.person} of {self.notice}"


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
