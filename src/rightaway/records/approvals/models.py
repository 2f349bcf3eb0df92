from django.db import models

from rightaway.records.base import Record
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


class Approval(Record):
    """
    One request for approval, bound to the content it was asked for.

    `manifest` is that content in full, `digest` its digest; when the content changes the row is voided
    with the difference and a new one is asked for.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="approvals")
    kind = models.SlugField(max_length=40)
    state = models.CharField(max_length=20)
    manifest = models.JSONField()
    digest = models.CharField(max_length=64)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    voided_by = models.CharField(max_length=150, blank=True)
    difference = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "kind"],
                condition=models.Q(state__in=["pending", "approved", "denied"]),
                name="one_standing_approval_per_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.release.number}"


class Vote(models.Model):
    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="votes")
    voter = models.ForeignKey(User, on_delete=models.PROTECT, related_name="votes")
    role = models.CharField(max_length=40)
    decision = models.CharField(max_length=20)
    reason = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    door = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["approval", "voter"], name="one_vote_per_person")]

    def __str__(self) -> str:
        return f"{self.voter}: {self.decision}"
