from django.db import models

from rightaway.domain.imports import KEY_CHARACTERS, Kind, Mode, Outcome
from rightaway.records.base import Record, choices, one_of
from rightaway.records.changes.models import Change
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


class ImportRun(Record):
    """
    One import, with the mapping it was made with; its rows are the report.

    `finished_at` stays empty when it broke off: what its rows say has happened, the rest has not.
    """

    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=20, choices=choices(Kind))
    system = models.CharField(max_length=40)
    mapping_name = models.CharField(max_length=300)
    mapping = models.TextField()
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    mode = models.CharField(max_length=10, choices=choices(Mode))
    is_updating = models.BooleanField(default=False)
    service = models.CharField(max_length=80, blank=True)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="imports")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = [one_of("kind", Kind, "import_kind"), one_of("mode", Mode, "import_mode")]
        indexes = [models.Index(fields=["started_by", "-id"])]

    def __str__(self) -> str:
        return f"{self.number} {self.mapping_name}"


class ImportedRow(models.Model):
    """What became of one row; a refused one keeps its cells, to be mended."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    place = models.PositiveIntegerField()
    key = models.CharField(max_length=KEY_CHARACTERS, blank=True)
    outcome = models.CharField(max_length=20, choices=choices(Outcome))
    number = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=200, blank=True)
    service = models.CharField(max_length=80, blank=True)
    problems = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    changed = models.JSONField(default=list)
    source = models.JSONField(default=dict)

    class Meta:
        ordering = ["place"]
        constraints = [
            one_of("outcome", Outcome, "import_outcome"),
            models.UniqueConstraint(fields=["run", "place"], name="import_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run.number} row {self.place}: {self.outcome}"


class ExternalReference(models.Model):
    """
    Where a record came from: the system and the key there are its identity.

    Args:
        state: As the other system called it.
        is_history: It was over when it came in.
        requested_by: Who asked for it there, if that person has an account here: nobody decides on their own.
        values: What was imported last, to see what somebody edited here since.
    """

    kind = models.CharField(max_length=20, choices=choices(Kind))
    system = models.CharField(max_length=40)
    key = models.CharField(max_length=KEY_CHARACTERS)
    url = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=100, blank=True)
    is_history = models.BooleanField()
    release = models.OneToOneField(Release, on_delete=models.PROTECT, null=True, related_name="external")
    change = models.OneToOneField(Change, on_delete=models.PROTECT, null=True, related_name="external")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    values = models.JSONField(default=dict)
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="+")
    last_run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "system", "key"], name="external_reference_once"),
            models.CheckConstraint(
                condition=models.Q(release=None) ^ models.Q(change=None), name="external_reference_of_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} {self.key}"
