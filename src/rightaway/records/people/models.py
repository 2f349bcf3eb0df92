from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from rightaway.domain.preferences import Density, Language, Theme
from rightaway.domain.values import PersonKind
from rightaway.records.base import Record, choices, one_of


class User(AbstractUser):
    """A person or a service account; a service account always has a human owner."""

    name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20, choices=choices(PersonKind), default=PersonKind.PERSON)
    owner = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="accounts"
    )

    class Meta:
        constraints = [
            one_of("kind", PersonKind, "user_kind"),
            models.CheckConstraint(
                condition=Q(kind=PersonKind.PERSON) | Q(owner__isnull=False), name="service_account_has_owner"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username


class RoleBinding(models.Model):
    """A role held in a scope: the key of a service, or `*` for all."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=40)
    scope = models.CharField(max_length=80, default="*")
    granted_at = models.DateTimeField(auto_now_add=True)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role", "scope"], name="role_once_per_scope")]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.scope}"


class Group(Record):
    """People who give approvals together, such as a board; being in it gives no other right."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    members = models.ManyToManyField(User, related_name="approver_groups", blank=True)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.name


class Preferences(models.Model):
    """How an account wants to see the pages; empty means as the browser says."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="preferences")
    theme = models.CharField(max_length=10, choices=choices(Theme), default=Theme.SYSTEM)
    density = models.CharField(max_length=12, choices=choices(Density), default=Density.COMFORTABLE)
    language = models.CharField(max_length=5, blank=True)
    time_zone = models.CharField(max_length=60, blank=True)
    shortcuts = models.BooleanField(default=True)

    class Meta:
        constraints = [
            one_of("theme", Theme, "preferences_theme"),
            one_of("density", Density, "preferences_density"),
            models.CheckConstraint(
                condition=Q(language="") | Q(language__in=[one.value for one in Language]),
                name="preferences_language",
            ),
        ]

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"
