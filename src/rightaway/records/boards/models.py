from django.db import models

from rightaway.domain.boards import BoardKind
from rightaway.domain.meetings import ItemOutcome, MeetingState
from rightaway.records.approvals.models import Approval
from rightaway.records.base import Record, choices, one_of
from rightaway.records.changes.models import Change
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.people.models import User


class Board(Record):
    """
    People who decide together. What is in force was agreed on by two of those who may define boards.

    `definition` is that, as JSON; the seats and the columns are made of it. `proposed` is a new definition that
    waits for its second person, empty when none does.
    """

    key = models.SlugField(max_length=30, unique=True)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=choices(BoardKind))
    chair = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="chaired_boards")
    quorum = models.PositiveSmallIntegerField(default=1)
    is_async = models.BooleanField(default=True)
    is_active = models.BooleanField(default=False)
    definition = models.JSONField(default=dict)
    proposed = models.JSONField(default=dict)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["key"]
        constraints = [
            one_of("kind", BoardKind, "board_kind"),
            models.CheckConstraint(
                condition=models.Q(is_active=False) | models.Q(chair__isnull=False),
                name="active_board_is_agreed",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Seat(models.Model):
    """One member's place; the alternate acts in it while the member is away."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="seats")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="board_seats")
    alternate = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="alternate_seats")
    away_from = models.DateTimeField(null=True)
    away_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["board", "person"], name="one_seat_per_person")]

    def __str__(self) -> str:
        return f"{self.person} on {self.board}"


class Meeting(Record):
    """One meeting of a board; `minutes` is written once, when the chair approves them, and composed before."""

    number = models.CharField(max_length=20, unique=True)
    board = models.ForeignKey(Board, on_delete=models.PROTECT, related_name="meetings")
    state = models.CharField(max_length=20, choices=choices(MeetingState), default=MeetingState.PLANNED)
    scheduled_at = models.DateTimeField()
    is_scheduled = models.BooleanField(default=False)
    place = models.CharField(max_length=200, blank=True)
    published_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    remarks = models.TextField(blank=True)
    state_reason = models.CharField(max_length=300, blank=True)
    minutes = models.TextField(blank=True)
    minutes_digest = models.CharField(max_length=64, blank=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-scheduled_at", "-id"]
        constraints = [
            one_of("state", MeetingState, "meeting_state"),
            models.UniqueConstraint(
                fields=["board"], condition=models.Q(state="running"), name="one_running_meeting_per_board"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | ~models.Q(minutes_digest=""),
                name="approved_minutes_are_kept",
            ),
        ]
        indexes = [models.Index(fields=["state", "scheduled_at"])]

    def __str__(self) -> str:
        return f"{self.number} {self.board.title}"[:200]

    @property
    def title(self) -> str:
        return self.board.title


class Attendance(models.Model):
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="attends_once")]

    def __str__(self) -> str:
        return f"{self.person} in {self.meeting.number}"


class Item(models.Model):
    """
    A change, or an approval of a release, on an agenda.

    `seen_version` is the version of the change or release when it was last before the board, or put on the agenda.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    change = models.ForeignKey(Change, on_delete=models.CASCADE, null=True, related_name="agenda_items")
    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, null=True, related_name="agenda_items")
    position = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=20, choices=choices(ItemOutcome), default=ItemOutcome.OPEN)
    reason = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True)
    seen_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            one_of("outcome", ItemOutcome, "item_outcome"),
            models.CheckConstraint(
                condition=models.Q(change__isnull=True) ^ models.Q(approval__isnull=True),
                name="item_of_one_thing",
            ),
            models.UniqueConstraint(fields=["meeting", "change"], name="change_once_on_agenda"),
            models.UniqueConstraint(fields=["meeting", "approval"], name="approval_once_on_agenda"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def subject(self) -> str:
        """Name what is before the board: a change by its number, an approval by release and kind."""
        if self.change is not None:
            return self.change.number
        assert self.approval is not None
        return f"{self.approval.release.number}/{self.approval.kind}"


class Action(models.Model):
    """What somebody took on in a meeting."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="actions")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, related_name="actions")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="board_actions")
    text = models.CharField(max_length=500)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_at", "id"]

    def __str__(self) -> str:
        return self.text[:80]


class Decision(models.Model):
    """
    What a board decided, written by the command that gave the deciding vote.

    `meeting` is the one that was running, None between meetings; `reported_in` is the one whose minutes tell of it.
    """

    board = models.ForeignKey(Board, on_delete=models.PROTECT, related_name="decisions")
    change = models.ForeignKey(Change, on_delete=models.CASCADE, null=True, related_name="board_decisions")
    approval = models.ForeignKey(
        Approval, on_delete=models.CASCADE, null=True, related_name="board_decisions"
    )
    service = models.ForeignKey(ConfigurationItem, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    outcome = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    votes = models.JSONField(default=list)
    at = models.DateTimeField()
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, related_name="decisions")
    reported_in = models.ForeignKey(Meeting, on_delete=models.PROTECT, null=True, related_name="reports")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["board", "-id"])]

    def __str__(self) -> str:
        return f"{self.subject}: {self.outcome}"
