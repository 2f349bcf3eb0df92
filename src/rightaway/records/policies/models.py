from django.db import models

from rightaway.domain.policies import PolicyState
from rightaway.records.base import Record, choices, one_of
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.people.models import User


class ReleasePolicy(Record):
    """
    One version of what the releases of a service are held to.

    A confirmed one never changes again; the one that holds at a moment is the newest whose day has come.
    """

    number = models.CharField(max_length=20, unique=True)
    service = models.ForeignKey(ConfigurationItem, on_delete=models.PROTECT, related_name="policies")
    state = models.CharField(max_length=20, choices=choices(PolicyState), default=PolicyState.DRAFT)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True)
    authors = models.ManyToManyField(User, related_name="+")
    effective_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            one_of("state", PolicyState, "release_policy_state"),
            models.UniqueConstraint(
                fields=["service"],
                condition=models.Q(state=PolicyState.DRAFT),
                name="one_draft_of_a_policy_per_service",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=PolicyState.CONFIRMED) | models.Q(effective_at__isnull=False),
                name="confirmed_policy_has_its_day",
            ),
        ]
        indexes = [models.Index(fields=["service", "-effective_at"])]

    def __str__(self) -> str:
        return self.number
