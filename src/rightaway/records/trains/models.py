from datetime import datetime

from django.db import models

from rightaway.domain.trains import BEFORE, BoardingState, CutOff, DepartureState, Timetable, TrainState, Unit
from rightaway.records.base import Record, choices, one_of
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release


class Train(Record):
    """A cadence of departures; without a service it is for the releases of every one."""

    number = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    service = models.ForeignKey(
        ConfigurationItem, on_delete=models.PROTECT, related_name="trains", null=True, blank=True
    )
    state = models.CharField(max_length=20, choices=choices(TrainState), default=TrainState.ACTIVE)
    retired_because = models.TextField(blank=True)

    first_at = models.DateTimeField()
    zone = models.CharField(max_length=60)
    every = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=10, choices=choices(Unit))
    scope_freeze_h = models.PositiveSmallIntegerField()
    code_freeze_h = models.PositiveSmallIntegerField()
    package_due_h = models.PositiveSmallIntegerField()
    go_no_go_h = models.PositiveSmallIntegerField()
    window_h = models.PositiveSmallIntegerField()
    ahead = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            one_of("state", TrainState, "train_state"),
            one_of("unit", Unit, "train_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def timetable(self) -> Timetable:
        return Timetable(
            first=self.first_at,
            zone=self.zone,
            every=self.every,
            unit=Unit(self.unit),
            hours_before={one: getattr(self, f"{one}_h") for one in BEFORE},
            window_h=self.window_h,
        )


class Departure(Record):
    """One time that a train leaves; `timetabled_at` is when it would have left had nobody moved it."""

    train = models.ForeignKey(Train, on_delete=models.CASCADE, related_name="departures")
    sequence = models.PositiveIntegerField()
    timetabled_at = models.DateTimeField()
    ships_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    scope_freeze_at = models.DateTimeField()
    code_freeze_at = models.DateTimeField()
    package_due_at = models.DateTimeField()
    go_no_go_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=choices(DepartureState), default=DepartureState.PLANNED)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["ships_at", "id"]
        constraints = [
            one_of("state", DepartureState, "departure_state"),
            models.UniqueConstraint(fields=["train", "sequence"], name="departure_once"),
        ]
        indexes = [models.Index(fields=["state", "ships_at"])]

    def __str__(self) -> str:
        return f"{self.train.number}/{self.sequence}"

    @property
    def moments(self) -> dict[CutOff, datetime]:
        """The cut-offs in their order."""
        return {one: getattr(self, f"{one}_at") for one in BEFORE} | {CutOff.SHIP: self.ends_at}


class Boarding(models.Model):
    """
    A release on a departure: aboard, or how that ended.

    `cut_off` is the one it missed; `by` is empty for what Rightaway did by itself.
    """

    departure = models.ForeignKey(Departure, on_delete=models.CASCADE, related_name="boardings")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="boardings")
    state = models.CharField(max_length=20, choices=choices(BoardingState), default=BoardingState.ABOARD)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    cut_off = models.CharField(max_length=20, choices=choices(CutOff), blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            one_of("state", BoardingState, "boarding_state"),
            models.UniqueConstraint(
                fields=["release"], condition=models.Q(state="aboard"), name="boarding_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.release.number} {self.state} {self.departure}"
