from django.db import models

from rightaway.domain.values import CIStatus, EnvironmentTier, RelationKind
from rightaway.records.base import Record, choices, one_of, words_of
from rightaway.records.people.models import User


class Environment(Record):
    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    tier = models.CharField(max_length=20, choices=choices(EnvironmentTier))

    class Meta:
        constraints = [one_of("tier", EnvironmentTier, "environment_tier")]

    def __str__(self) -> str:
        return self.name


class ConfigurationItem(Record):
    """
    A managed thing.

    `expected` is what the approved package says it should be, `observed` what a driver last saw;
    both are flat JSON objects such as {"version": "2.4.0", "digest": "…"}.
    """

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    ci_class = models.SlugField(max_length=40)
    status = models.CharField(max_length=20, choices=choices(CIStatus), default=CIStatus.IN_USE)
    service = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="components"
    )
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, null=True, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True)
    criticality = models.PositiveSmallIntegerField(default=3)
    is_stateful = models.BooleanField(default=False)
    attributes = models.JSONField(default=dict)
    expected = models.JSONField(default=dict)
    expected_at = models.DateTimeField(null=True)
    expected_cause = models.CharField(max_length=80, blank=True)
    observed = models.JSONField(default=dict)
    observed_at = models.DateTimeField(null=True)
    observed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            one_of("status", CIStatus, "ci_status"),
            models.CheckConstraint(
                condition=models.Q(criticality__range=(1, 4)), name="ci_criticality_from_1_to_4"
            ),
        ]
        indexes = [
            models.Index(fields=["ci_class", "key"]),
            models.Index(fields=["service", "key"]),
            words_of("name", "item_words"),
        ]

    def __str__(self) -> str:
        return self.name


class CIGroup(Record):
    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    members = models.ManyToManyField(ConfigurationItem, related_name="groups")

    def __str__(self) -> str:
        return self.name


class CIRelation(models.Model):
    source = models.ForeignKey(ConfigurationItem, on_delete=models.CASCADE, related_name="relations_out")
    kind = models.CharField(max_length=20, choices=choices(RelationKind))
    target = models.ForeignKey(ConfigurationItem, on_delete=models.CASCADE, related_name="relations_in")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "kind", "target"], name="relation_once"),
            models.CheckConstraint(
                condition=~models.Q(source=models.F("target")), name="relation_not_to_itself"
            ),
            one_of("kind", RelationKind, "relation_kind"),
        ]
        indexes = [models.Index(fields=["source"], include=["target"], name="relation_downstream")]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.target}"


class Target(Record):
    """
    One place a step acts on.

    `fence` only ever rises; the target itself refuses work under a lower number than it has seen.
    """

    key = models.SlugField(max_length=80, unique=True)
    ci = models.ForeignKey(ConfigurationItem, on_delete=models.PROTECT, related_name="targets")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="targets")
    driver = models.SlugField(max_length=40)
    config = models.JSONField(default=dict)
    tags = models.JSONField(default=list)
    failure_domain = models.CharField(max_length=80, blank=True)
    fence = models.BigIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.key


class Baseline(models.Model):
    """A recorded state of some items, to compare with or to return to. `cause` names the record that took it."""

    cause = models.CharField(max_length=80)
    moment = models.CharField(max_length=20)
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cause", "moment"], name="baseline_once")]

    def __str__(self) -> str:
        return f"{self.moment} {self.cause}"


class BaselineEntry(models.Model):
    baseline = models.ForeignKey(Baseline, on_delete=models.CASCADE, related_name="entries")
    ci = models.ForeignKey(ConfigurationItem, on_delete=models.PROTECT, related_name="+")
    state = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["baseline", "ci"], name="baseline_entry_once")]

    def __str__(self) -> str:
        return f"{self.ci} in {self.baseline}"
