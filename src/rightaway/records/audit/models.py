from django.db import models


class AuditStream(models.Model):
    """
    The last number used in one stream of events (a release, a change, the system).

    The row is locked while an event is added, so that a stream has no gap; streams do not wait for each other.
    """

    name = models.CharField(max_length=80, primary_key=True)
    last_number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class AuditEvent(models.Model):
    """One act, decision or refusal. Rows are only ever added: the database refuses anything else."""

    stream = models.CharField(max_length=80)
    number = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=150)
    actor_id = models.BigIntegerField(null=True)
    door = models.CharField(max_length=10)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=30)
    object_id = models.CharField(max_length=80)
    outcome = models.CharField(max_length=10)
    facts = models.JSONField()
    key = models.CharField(max_length=120, null=True, unique=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "number"], name="audit_number_once")]
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"]),
            models.Index(fields=["action", "-id"]),
            models.Index(fields=["actor", "-id"]),
            # Counts what one person did of one kind, whose name is given by its beginning.
            models.Index(
                fields=["actor", "action"],
                opclasses=["text_ops", "text_pattern_ops"],
                name="audit_event_actor_action",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stream}#{self.number} {self.action}"


class AuditSeal(models.Model):
    """The chain over all events, in the order of their sealing: each link holds the digest of the one before."""

    sequence = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(AuditEvent, on_delete=models.PROTECT, related_name="seal")
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seal {self.sequence}"
