from django.db import models

from rightaway.domain.relations import RelationKind
from rightaway.records.base import choices, one_of
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


class Relation(models.Model):
    """What one release, the source, is to another, the target."""

    kind = models.CharField(max_length=20, choices=choices(RelationKind))
    source = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="relations")
    target = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="related_by")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("kind", RelationKind, "release_relation_kind"),
            models.UniqueConstraint(fields=["kind", "source", "target"], name="release_relation_once"),
            models.UniqueConstraint(
                fields=["source"],
                condition=models.Q(kind=RelationKind.PART_OF),
                name="release_relation_one_parent",
            ),
            models.CheckConstraint(
                condition=~models.Q(source=models.F("target")), name="release_relation_to_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source.number} {self.kind} {self.target.number}"
