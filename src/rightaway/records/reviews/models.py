from django.db import models

from rightaway.records.base import Record
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


class EarlyLife(Record):
    """Early life support of a release: the watched period after deployment, ended by criteria that are computed."""

    release = models.OneToOneField(Release, on_delete=models.CASCADE, related_name="early_life")
    state = models.CharField(max_length=20)
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    extensions = models.PositiveSmallIntegerField(default=0)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    debt = models.TextField(blank=True)
    service_level_met = models.BooleanField(null=True)
    waived_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"Early life of {self.release.number}"


class Review(Record):
    """The post-implementation review."""

    release = models.OneToOneField(Release, on_delete=models.CASCADE, related_name="review")
    went_well = models.TextField(blank=True)
    to_change = models.TextField(blank=True)
    deviations = models.TextField(blank=True)
    completed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    completed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Review of {self.release.number}"


class Satisfaction(models.Model):
    """How satisfied one person is with the result, 1 (not at all) to 5 (fully)."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="satisfaction")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    rating = models.PositiveSmallIntegerField()
    comment = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "person"], name="one_rating_per_person"),
            models.CheckConstraint(condition=models.Q(rating__range=(1, 5)), name="rating_from_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.rating}"
