from django.db import models

from rightaway.domain.change_models import AttemptResult, ModelState
from rightaway.domain.changes import RfcClass
from rightaway.records.base import Record, choices, one_of, words_of
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


class ChangeModel(Record):
    """
    What standard changes are authorised by.

    `digest` is the content that two people authorised; `authors` are those who wrote it since they last did.
    """

    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="change_models")
    authors = models.ManyToManyField(User, related_name="+")
    services = models.ManyToManyField(ConfigurationItem, related_name="change_models")
    state = models.CharField(max_length=20, choices=choices(ModelState), default=ModelState.DRAFT)
    state_reason = models.CharField(max_length=300, blank=True)
    implementation_plan = models.TextField()
    test_plan = models.TextField()
    remediation_plan = models.TextField()
    ci_classes = models.JSONField(default=list)
    max_items = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64, blank=True)
    authorised_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    authorised_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", ModelState, "change_model_state"),
            models.CheckConstraint(
                condition=~models.Q(state="active") | ~models.Q(digest=""), name="active_model_is_bound"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Change(Record):
    """A request for change: authorised by itself, carried out by its release."""

    number = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=200)
    description = models.TextField()
    change_type = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    held_state = models.CharField(max_length=20, blank=True)
    model = models.ForeignKey(
        ChangeModel, on_delete=models.PROTECT, null=True, blank=True, related_name="changes"
    )
    round = models.PositiveSmallIntegerField(default=1)
    service = models.ForeignKey(ConfigurationItem, on_delete=models.PROTECT, related_name="changes")
    affected_cis = models.ManyToManyField(ConfigurationItem, related_name="affecting_changes", blank=True)
    requester = models.ForeignKey(User, on_delete=models.PROTECT, related_name="changes_requested")
    release = models.ForeignKey(
        Release, on_delete=models.PROTECT, null=True, blank=True, related_name="changes"
    )
    impact = models.PositiveSmallIntegerField(default=3)
    urgency = models.PositiveSmallIntegerField(default=3)
    priority = models.PositiveSmallIntegerField(default=3)
    risk_answers = models.JSONField(default=dict)
    risk_level = models.PositiveSmallIntegerField(null=True, blank=True)
    risk_reason = models.CharField(max_length=300, blank=True)
    rfc_class = models.CharField(max_length=20, choices=choices(RfcClass), default=RfcClass.MINOR)
    is_unauthorised = models.BooleanField(default=False)
    evidence = models.TextField(blank=True)
    planned_start = models.DateTimeField(null=True, blank=True)
    planned_end = models.DateTimeField(null=True, blank=True)
    implementation_plan = models.TextField(blank=True)
    test_plan = models.TextField(blank=True)
    remediation_plan = models.TextField(blank=True)
    disposition = models.CharField(max_length=200, blank=True)
    committed_at = models.DateTimeField(null=True, blank=True)
    authorised_at = models.DateTimeField(null=True, blank=True)
    implemented_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "-id"]),
            models.Index(
                fields=["service", "created_at"],
                condition=models.Q(is_unauthorised=True),
                name="change_unauthorised",
            ),
            words_of("title", "change_words"),
        ]
        constraints = [
            one_of("rfc_class", RfcClass, "change_rfc_class"),
            models.CheckConstraint(
                condition=models.Q(planned_start=None)
                | models.Q(planned_end=None)
                | models.Q(planned_start__lt=models.F("planned_end")),
                name="change_window",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Attempt(models.Model):
    """One try to carry a change out; `result` stays empty while it runs."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="attempts")
    model = models.ForeignKey(ChangeModel, on_delete=models.PROTECT, null=True, related_name="attempts")
    service = models.ForeignKey(ConfigurationItem, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    result = models.CharField(max_length=20, choices=choices(AttemptResult), blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(result__in=["", *AttemptResult]), name="attempt_result")
        ]
        indexes = [models.Index(fields=["service", "-began_at"])]

    def __str__(self) -> str:
        return f"{self.change.number} {self.result}"


class Authorisation(models.Model):
    """One decision of one person on one change, for the content it had then."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="authorisations")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40)
    decision = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    round = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "person", "digest", "round"],
                name="authorisation_once_per_content_and_round",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.decision}"
