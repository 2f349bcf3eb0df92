from django.db import models

from rightaway.records.base import Record
from rightaway.records.people.models import User


class SavedView(Record):
    """
    A list as somebody likes to see it: the page and what it is asked for.

    `shared_with` is a role: whoever holds it in any scope finds the view too. Empty is for its owner only.
    """

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    page = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    query = models.JSONField()
    shared_with = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "page", "name"], name="view_name_once")]
        indexes = [models.Index(fields=["page", "shared_with"])]

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """The view that a person's page begins with; their own or one shared with them."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    page = models.SlugField(max_length=40)
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="defaults")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "page"], name="one_default_view_per_page")]

    def __str__(self) -> str:
        return f"{self.view} for {self.person}"
