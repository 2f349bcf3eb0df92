from django.db import models

from rightaway.domain.bundles import BundleState
from rightaway.records.base import Record, choices, one_of
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


class Bundle(Record):
    """Releases that are followed together; what each waits for is its own."""

    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    purpose = models.TextField(blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="bundles")
    state = models.CharField(max_length=20, choices=choices(BundleState), default=BundleState.OPEN)
    closed_because = models.TextField(blank=True)
    releases = models.ManyToManyField(Release, related_name="bundles", blank=True)

    class Meta:
        constraints = [one_of("state", BundleState, "bundle_state")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
