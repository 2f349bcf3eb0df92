from django.db import models

from rightaway.domain.notifications import NotificationKind
from rightaway.domain.subjects import SubjectKind
from rightaway.records.base import choices, one_of
from rightaway.records.people.models import User


class Notification(models.Model):
    """
    One thing that one person is told.

    `key` names the event: told twice for two reasons (mentioned, and watching), a person has one row.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=30, choices=choices(NotificationKind))
    key = models.CharField(max_length=120)
    subject_kind = models.CharField(max_length=20, choices=choices(SubjectKind))
    subject_key = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    by = models.CharField(max_length=150)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="notification_once"),
            one_of("kind", NotificationKind, "notification_kind"),
            one_of("subject_kind", SubjectKind, "notification_subject_kind"),
        ]
        indexes = [
            models.Index(fields=["person", "-id"]),
            models.Index(
                fields=["person"], condition=models.Q(read_at__isnull=True), name="notification_unread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_key} for {self.person}"
