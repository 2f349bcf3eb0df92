from django.db import models

from rightaway.records.base import Record
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


class Approval(Record):
    """
    One request for approval, bound to the content it was asked for.

    `manifest` is that content in full, `digest` its digest; when the content changes the row is voided
    with the difference and a new one is asked for. `asked_of` are those who could vote when it was asked for;
    `remind_at` is when they are reminded next. A `retrospective` one is given after the fact, in an emergency.
    """

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="approvals")
    kind = models.SlugField(max_length=40)
    state = models.CharField(max_length=20)
    manifest = models.JSONField()
    digest = models.CharField(max_length=64)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True, db_index=True)
    is_retrospective = models.BooleanField(default=False)
    asked_of = models.ManyToManyField(User, related_name="asked_approvals", blank=True)
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
    """The last word of a person; `sources` are what entitled them to it, or whom they stood in for."""

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="votes")
    voter = models.ForeignKey(User, on_delete=models.PROTECT, related_name="votes")
    role = models.CharField(max_length=40)
    decision = models.CharField(max_length=20)
    sources = models.JSONField(default=list)
    on_behalf_of = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    door = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["approval", "voter"], name="one_vote_per_person")]

    def __str__(self) -> str:
        return f"{self.voter}: {self.decision}"


class Question(models.Model):
    """What somebody wants to know before they vote; it blocks nobody."""

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="questions")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    asked_at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:80]


class Delegation(models.Model):
    """Somebody votes for somebody else from one moment to another: on everything, or on one approval."""

    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations")
    taker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegated")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    release = models.ForeignKey(Release, on_delete=models.CASCADE, null=True, related_name="delegations")
    kind = models.SlugField(max_length=40, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-ends_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_at__lt=models.F("ends_at")), name="delegation_has_time"
            ),
            models.CheckConstraint(
                condition=~models.Q(giver=models.F("taker")), name="delegation_to_another"
            ),
            models.CheckConstraint(
                condition=models.Q(release__isnull=True, kind="")
                | models.Q(release__isnull=False, kind__gt=""),
                name="delegation_of_all_or_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.taker} for {self.giver}"
