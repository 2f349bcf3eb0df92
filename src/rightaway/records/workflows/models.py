from django.db import models
from django.utils import timezone

from rightaway.domain.workflow_versions import DraftState
from rightaway.records.base import Record, choices, one_of
from rightaway.records.people.models import User


class WorkflowTemplate(models.Model):
    """
    One version of a workflow; its content never changes, and a release keeps the version it began with.

    `is_current` is the one in force, from `effective_at` until `ended_at`. One that came with the product has no
    `activated_by`.
    """

    key = models.SlugField(max_length=80)
    version = models.PositiveIntegerField()
    source = models.TextField()
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    is_current = models.BooleanField(default=True)
    effective_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    activated_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="workflow_version_once"),
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(is_current=True), name="one_current_workflow_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class WorkflowDraft(Record):
    """
    A workflow as somebody writes it, before a second person puts it into force.

    `source` may be wrong: it is kept so that no work is lost. `base` is the version it was begun from, `made` the
    one that came of it. A draft without authors was left by the product.
    """

    number = models.CharField(max_length=20, unique=True)
    key = models.SlugField(max_length=80)
    note = models.CharField(max_length=300, blank=True)
    source = models.TextField()
    base = models.ForeignKey(WorkflowTemplate, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=20, choices=choices(DraftState), default=DraftState.DRAFT)
    authors = models.ManyToManyField(User, related_name="+")
    made = models.OneToOneField(WorkflowTemplate, on_delete=models.PROTECT, null=True, related_name="draft")

    class Meta:
        constraints = [one_of("state", DraftState, "workflow_draft_state")]

    def __str__(self) -> str:
        return f"{self.number} {self.key}"
