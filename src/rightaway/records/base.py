"""What every governed record has."""

import uuid
from enum import StrEnum

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models

WORDS = "simple"  # as written, in any language: numbers and names have no stem


class Record(models.Model):
    """A row with a stable public id, a version for optimistic locking and its times."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


def one_of(field: str, values: type[StrEnum], name: str) -> models.CheckConstraint:
    """Let the database refuse a value that the code does not know."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": [value.value for value in values]}), name=name
    )


def choices(values: type[StrEnum]) -> list[tuple[str, str]]:
    return [(value.value, value.value.replace("_", " ")) for value in values]


def words_of(field: str, name: str) -> GinIndex:
    """Index the words of a field for the search, which asks with the same expression."""
    return GinIndex(SearchVector(field, config=WORDS), name=name)
