from django.db import models

from rightaway.domain.debts import DebtOrigin, DebtState
from rightaway.domain.sign_offs import SignOffDecision
from rightaway.records.base import Record, choices, one_of
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release, Waiver


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


class SignOff(models.Model):
    """What one stakeholder says to the result; apart from how satisfied they are. A rejection wants an answer."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="sign_offs")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=30, choices=choices(SignOffDecision))
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["release", "person"], name="one_sign_off_per_person"),
            one_of("decision", SignOffDecision, "sign_off_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.decision}"


class Debt(Record):
    """What a release still owes, by a waiver that was granted or an action of its review; it outlives the release."""

    number = models.CharField(max_length=20, unique=True)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="debts")
    origin = models.CharField(max_length=20, choices=choices(DebtOrigin))
    waiver = models.OneToOneField(Waiver, on_delete=models.PROTECT, null=True, related_name="debt")
    owed = models.TextField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=choices(DebtState), default=DebtState.OPEN)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settlement = models.TextField(blank=True)

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [models.Index(fields=["state", "due_at"], name="debt_open")]
        constraints = [one_of("state", DebtState, "debt_state"), one_of("origin", DebtOrigin, "debt_origin")]

    def __str__(self) -> str:
        return f"{self.number} {self.owed:.80}"
