from django.db import models

from rightaway.domain.subjects import SubjectKind
from rightaway.records.base import Record, choices, one_of
from rightaway.records.people.models import User


class Comment(Record):
    """
    What a person said about a record, as Markdown.

    The record is named by kind and number, as in the audit log: any kind can be talked about, and nothing
    points from a record to what is said about it.
    """

    subject_kind = models.CharField(max_length=20, choices=choices(SubjectKind))
    subject_key = models.CharField(max_length=80)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField()
    mentioned = models.ManyToManyField(User, related_name="+", blank=True)
    edited_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["subject_kind", "subject_key", "id"])]
        constraints = [one_of("subject_kind", SubjectKind, "comment_subject_kind")]

    def __str__(self) -> str:
        return f"comment {self.pk} on {self.subject_key}"


class Wording(models.Model):
    """What a comment said before an edit."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="wordings")
    text = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.comment} as of {self.written_at}"


class Attachment(models.Model):
    """A file that came with a comment; its bytes are in the store of attachments under their digest."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["comment", "name"], name="attachment_name_once")]

    def __str__(self) -> str:
        return self.name


class Watch(models.Model):
    """A person's own word on watching a record: it counts over what would follow from their part in it."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="watches")
    subject_kind = models.CharField(max_length=20, choices=choices(SubjectKind))
    subject_key = models.CharField(max_length=80)
    is_on = models.BooleanField()
    since = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_key", "person"], name="watch_once_per_person"
            ),
            one_of("subject_kind", SubjectKind, "watch_subject_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {'watches' if self.is_on else 'does not watch'} {self.subject_key}"
