from django.db import models

from rightaway.domain.mails import DigestEvery, MailKind, MailState
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.subjects import SubjectKind
from rightaway.records.base import Record, choices, one_of
from rightaway.records.people.models import User


class Mail(Record):
    """
    One message to one person: what it tells are its notifications, and its text is made when it is sent.

    `sending` is written before the server is spoken to; who finds it there later cannot know what became of it.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=10, choices=choices(MailKind))
    state = models.CharField(max_length=10, choices=choices(MailState), default=MailState.QUEUED)
    is_page = models.BooleanField(default=False)
    address = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    queued_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    began_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [one_of("kind", MailKind, "mail_kind"), one_of("state", MailState, "mail_state")]
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(state__in=["queued", "sending"]), name="mail_open"
            ),
            models.Index(fields=["person", "-sent_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person}"


class Notification(models.Model):
    """
    One thing that one person is told.

    `key` names the event: told twice for two reasons (mentioned, and watching), a person has one row.
    `mail` is the message that carries it; without one and `is_for_digest` it waits for the next digest.
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
    mail = models.ForeignKey(Mail, on_delete=models.SET_NULL, null=True, related_name="notifications")
    is_for_digest = models.BooleanField(default=False)

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
            models.Index(
                fields=["person"],
                condition=models.Q(is_for_digest=True, mail__isnull=True),
                name="notification_for_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_key} for {self.person}"


class MailPreferences(models.Model):
    """
    How a person wants to be told beside the inbox; who chose nothing has the defaults.

    `channels` holds a channel by group, only where it differs from the default; times are those of `time_zone`.
    """

    person = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="mail_preferences"
    )
    channels = models.JSONField(default=dict)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    time_zone = models.CharField(max_length=60, blank=True)
    digest_every = models.CharField(max_length=10, choices=choices(DigestEvery), default=DigestEvery.DAY)
    digest_at = models.TimeField(default="08:00")
    digest_weekday = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            one_of("digest_every", DigestEvery, "mail_digest_every"),
            models.CheckConstraint(condition=models.Q(digest_weekday__lte=6), name="mail_digest_weekday"),
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="mail_quiet_hours_have_two_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"mail preferences of {self.person_id}"


class RaisedAlert(models.Model):
    """
    One alert that was raised, once for its key.

    `steps` lists who was told when; `next_at` is when those after them are, unless somebody looks before or what
    it is about is over.
    """

    alert = models.CharField(max_length=4)
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=30, choices=choices(NotificationKind))
    subject_kind = models.CharField(max_length=20, choices=choices(SubjectKind))
    subject_key = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)
    steps = models.JSONField(default=list)
    raised_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["next_at"], condition=models.Q(next_at__isnull=False), name="alert_escalates"
            ),
            models.Index(fields=["alert", "-raised_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.alert} of {self.subject_key}"
