from django.db import models


class WorkflowTemplate(models.Model):
    """One version of a workflow; a release keeps the version it began with."""

    key = models.SlugField(max_length=80)
    version = models.PositiveIntegerField()
    source = models.TextField()
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    is_current = models.BooleanField(default=True)
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
