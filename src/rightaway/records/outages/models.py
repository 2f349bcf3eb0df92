from django.db import models

from rightaway.domain.outages import OutageKind, Times
from rightaway.records.base import Record, choices, one_of
from rightaway.records.changes.models import Change
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.deployments.models import Deployment
from rightaway.records.incidents.models import Incident
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


def _source(to: type[models.Model]) -> "models.ForeignKey[models.Model | None, models.Model | None]":
    return models.ForeignKey(to, on_delete=models.PROTECT, null=True, blank=True, related_name="outages")


class Outage(Record):
    """
    Items of a service that are meant to be down, or were.

    `deployment` posted the actual times of a planned outage; who corrects them leaves what was posted in `Correction`.
    """

    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=choices(OutageKind))
    reason = models.TextField(blank=True)
    service = models.ForeignKey(ConfigurationItem, on_delete=models.PROTECT, related_name="outages")
    items = models.ManyToManyField(ConfigurationItem, related_name="down_in", blank=True)
    planned_start = models.DateTimeField(null=True, blank=True)
    planned_end = models.DateTimeField(null=True, blank=True)
    actual_start = models.DateTimeField(null=True, blank=True)
    actual_end = models.DateTimeField(null=True, blank=True)
    release = _source(Release)
    change = _source(Change)
    incident = _source(Incident)
    deployment = _source(Deployment)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            one_of("kind", OutageKind, "outage_kind"),
            models.CheckConstraint(
                condition=models.Q(planned_end=None) | models.Q(planned_start__lt=models.F("planned_end")),
                name="outage_planned_times",
            ),
            models.CheckConstraint(
                condition=models.Q(actual_end=None) | models.Q(actual_start__lt=models.F("actual_end")),
                name="outage_actual_times",
            ),
        ]
        indexes = [
            models.Index(fields=["service", "-id"]),
            models.Index(fields=["planned_start", "planned_end"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def times(self) -> Times:
        return Times(self.planned_start, self.planned_end, self.actual_start, self.actual_end)


class Correction(models.Model):
    """What an outage said before somebody corrected it, and why."""

    outage = models.ForeignKey(Outage, on_delete=models.CASCADE, related_name="corrections")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    before = models.JSONField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.outage.number}: {self.reason}"
