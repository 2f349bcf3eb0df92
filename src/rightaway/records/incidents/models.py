from django.db import models

from rightaway.records.assurance.models import Training
from rightaway.records.base import Record, words_of
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.deployments.models import Deployment
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


class Incident(Record):
    """
    Something that went wrong with a service.

    One that is `misuse` came from not knowing how to use it: `taught_in` is the release whose training it is put
    down to, `answered_by` the training of a later release that teaches it.
    """

    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    severity = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=20, default="open")
    service = models.ForeignKey(ConfigurationItem, on_delete=models.PROTECT, related_name="incidents")
    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, null=True, blank=True, related_name="incidents"
    )
    link = models.CharField(max_length=30, blank=True)
    deployment = models.ForeignKey(
        Deployment, on_delete=models.PROTECT, null=True, blank=True, related_name="incidents"
    )
    reported_by = models.CharField(max_length=150)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    is_misuse = models.BooleanField(default=False)
    misunderstood = models.CharField(max_length=300, blank=True)
    taught_in = models.ForeignKey(
        Release, on_delete=models.PROTECT, null=True, blank=True, related_name="training_gaps"
    )
    answered_by = models.ForeignKey(
        Training, on_delete=models.SET_NULL, null=True, blank=True, related_name="answers"
    )
    detected_at = models.DateTimeField()
    restored_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    resolution = models.TextField(blank=True)
    disposition = models.CharField(max_length=20, blank=True)
    disposition_reason = models.TextField(blank=True)
    kept_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["state", "-id"]),
            models.Index(fields=["service"], condition=models.Q(is_misuse=True), name="incident_misuse"),
            words_of("title", "incident_words"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(severity__range=(1, 4)), name="incident_severity_from_1_to_4"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Problem(Record):
    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=20, default="open")
    root_cause = models.TextField(blank=True)
    root_cause_category = models.CharField(max_length=40, blank=True)
    disposition = models.CharField(max_length=20, blank=True)
    disposition_reason = models.TextField(blank=True)
    kept_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, null=True, blank=True, related_name="problems"
    )
    incidents = models.ManyToManyField(Incident, related_name="problems", blank=True)
    opened_by = models.CharField(max_length=150)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [words_of("title", "problem_words")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class KnownError(Record):
    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    root_cause = models.TextField()
    workaround = models.TextField()
    state = models.CharField(max_length=20, default="open")
    service = models.ForeignKey(ConfigurationItem, on_delete=models.PROTECT, related_name="known_errors")
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, null=True, blank=True)
    closed_at = models.DateTimeField(null=True)
    resolution = models.TextField(blank=True)

    class Meta:
        indexes = [words_of("title", "known_error_words")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class ReleasedError(models.Model):
    """What a release does to a known error: fixes it or brings it."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="known_errors")
    known_error = models.ForeignKey(KnownError, on_delete=models.PROTECT, related_name="releases")
    effect = models.CharField(max_length=20)
    disposition = models.CharField(max_length=20, blank=True)
    disposition_reason = models.TextField(blank=True)
    kept_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "known_error"], name="known_error_once")]

    def __str__(self) -> str:
        return f"{self.release.number} {self.effect} {self.known_error.number}"


class Interaction(Record):
    """A contact of a user with the service desk."""

    number = models.CharField(max_length=20, unique=True)
    contact = models.CharField(max_length=120)
    channel = models.CharField(max_length=20)
    summary = models.TextField()
    state = models.CharField(max_length=20, default="open")
    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, null=True, blank=True, related_name="interactions"
    )
    closed_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    disposition = models.CharField(max_length=20, blank=True)
    disposition_reason = models.TextField(blank=True)
    kept_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.number} {self.summary:.60}"
