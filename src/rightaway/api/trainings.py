"""Training of a release: the plan of each audience, its sessions, who came, and what misuse teaches."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, missing
from rightaway.api.answers import MaybeNumber, Out
from rightaway.api.releases import find
from rightaway.api.requests import Sent, Word, name_of
from rightaway.domain.priorities import training_required
from rightaway.domain.trainings import Audience, Count, Mode, Source
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import templates
from rightaway.queries import trainings as ask
from rightaway.services import trainings

router = Router()
EDIT = trainings.EDIT
Money = Annotated[int, of.whole(0, 1_000_000_000)]
Percent = Annotated[int, of.whole(0, 100)]
Many = Annotated[int, of.whole(0, 1_000_000)]


class TrainingSessionOut(Out):
    id: int
    starts_at: datetime
    ends_at: datetime
    place: str
    seats: int | None
    cancelled_reason: str


class AttendeeOut(Out):
    name: str
    has_attended: bool
    score: int | None
    source: str
    session: int | None = Field(None, validation_alias="session_id")
    recorded_at: datetime | None


class AudienceOut(Out):
    """One audience; `trained` came, and passed where there is a quiz. `needs_pct` of `named` must be trained."""

    audience: str
    kind: str = Field(validation_alias="audience_kind")
    mode: str
    content: str
    article: str
    provider: str
    pass_mark: int | None
    cost_estimate: int | None
    cost_actual: int | None
    named: int = 0
    trained: int = 0
    is_by_name: bool = False
    source: str
    sessions: list[TrainingSessionOut] = []
    people: list[AttendeeOut] = []


class MisuseOut(Out):
    """An incident from not knowing how; `answered_by` is the audience that is taught it now."""

    number: str
    title: str
    misunderstood: str
    release: MaybeNumber = Field(validation_alias="taught_in")
    answered_by: str = ""


class TrainingPlanOut(Out):
    """The training plan; `gaps` are what earlier releases of the service left, `misuse` what this one did."""

    is_required: bool
    cost_estimate: int | None
    cost_actual: int | None
    audiences: list[AudienceOut]
    gaps: list[MisuseOut]
    misuse: list[MisuseOut]


class AudienceIn(FileModel):
    """What is left out stays; `answers` are incidents of misuse that this training teaches how to avoid."""

    kind: Audience = Audience.USERS
    mode: Mode = Mode.CLASS
    content: Word = ""
    article: Word = ""
    provider: Annotated[Word, Field(max_length=120)] = ""
    pass_mark: Annotated[int, of.whole(1, 100)] | None = None
    cost_estimate: Money | None = None
    cost_actual: Money | None = None
    answers: Annotated[tuple[of.Reference, ...], Field(max_length=200)] | None = None


class TrainingSessionIn(FileModel):
    starts_at: of.Moment
    ends_at: of.Moment
    place: Annotated[Word, Field(max_length=120)] = ""
    seats: Annotated[int, of.whole(1, 1_000_000)] | None = None


class CancellationIn(FileModel):
    reason: of.Line


class InvitedIn(FileModel):
    """Names of accounts, or people as they are called."""

    names: Annotated[tuple[of.Name, ...], Field(min_length=1, max_length=1000)]


class TrainingAttendanceIn(FileModel):
    name: of.Name
    source: Source
    has_attended: of.Flag = True
    session: Annotated[int, of.whole(1, 10**15 - 1)] | None = None
    score: Percent | None = None


class CountIn(FileModel):
    """How many, where nobody is named; `passed` where the plan has a pass mark."""

    invited: Many
    attended: Many = 0
    passed: Many | None = None
    source: Source


def _audience(row: Any) -> AudienceOut:
    held = ask.coverage(row)
    computed = {
        "named": held.named,
        "trained": held.trained,
        "is_by_name": held.is_by_name,
        "sessions": [TrainingSessionOut.model_validate(one) for one in row.sessions.all()],
        "people": [AttendeeOut.model_validate(one) for one in row.attendees.all()],
    }
    plain = {name: getattr(row, name) for name in _PLAIN}
    return AudienceOut.model_validate({**plain, **computed})


_PLAIN = (
    *("audience", "audience_kind", "mode", "content", "article", "provider", "pass_mark"),
    *("cost_estimate", "cost_actual", "source"),
)


def _misuse(row: Any) -> MisuseOut:
    fields = {name: getattr(row, name) for name in ("number", "title", "misunderstood", "taught_in")}
    return MisuseOut.model_validate(
        {**fields, "answered_by": row.answered_by.audience if row.answered_by else ""}
    )


def _shown(row: Any, audience: str) -> AudienceOut:
    found = ask.training(row, audience)
    if found is None:
        raise missing(f"training of {audience:.80} in {row.number}")
    return _audience(found)


@router.get("/releases/{release}/training-plan", response=TrainingPlanOut)
def show_plan(request: Request, release: str) -> Any:
    """Show the training plan of a release with how far each audience is."""
    row = find(request, release)
    rows = list(ask.of_release(row))
    estimate, actual = ask.cost(rows)
    required = training_required(
        impact_assessment=row.impact_assessment,
        urgency=row.urgency,
        added=row.training_required,
        rule=templates.of(row).training,
    )
    return TrainingPlanOut(
        is_required=required,
        cost_estimate=estimate,
        cost_actual=actual,
        audiences=[_audience(one) for one in rows],
        gaps=[_misuse(one) for one in ask.gaps(row)],
        misuse=[_misuse(one) for one in ask.misuse_after(row).select_related("taught_in", "answered_by")],
    )


@router.put("/releases/{release}/training/{audience}/plan", response=AudienceOut)
def plan_audience(request: Request, release: str, audience: str, sent: Sent[AudienceIn]) -> Any:
    """Plan the training of one audience, or change its plan."""
    row = find(request, release, EDIT)
    fields = sent.model_dump(exclude_unset=True, exclude={"answers"})
    name = name_of(audience)
    trainings.plan(actor=request.auth, number=release, audience=name, fields=fields, answers=sent.answers)
    return _shown(row, name)


@router.delete("/releases/{release}/training/{audience}/plan", response={204: None})
def drop_audience(request: Request, release: str, audience: str) -> None:
    """Take an audience out of the plan while nobody of it is being taught."""
    find(request, release, EDIT)
    trainings.drop(actor=request.auth, number=release, audience=audience)


@router.post("/releases/{release}/training/{audience}/sessions", response={201: TrainingSessionOut})
def add_session(request: Request, release: str, audience: str, sent: Sent[TrainingSessionIn]) -> Any:
    """Plan a session of an audience."""
    find(request, release, EDIT)
    return trainings.add_session(actor=request.auth, number=release, audience=audience, **sent.model_dump())


@router.post("/releases/{release}/training-sessions/{int:session}/cancellation", response=TrainingSessionOut)
def cancel_session(request: Request, release: str, session: int, sent: Sent[CancellationIn]) -> Any:
    """Call a session off, saying why."""
    find(request, release, EDIT)
    return trainings.cancel_session(actor=request.auth, number=release, session=session, reason=sent.reason)


@router.post("/releases/{release}/training/{audience}/people", response=AudienceOut)
def invite(request: Request, release: str, audience: str, sent: Sent[InvitedIn]) -> Any:
    """Name people of an audience; from then on they count, and no number."""
    row = find(request, release, EDIT)
    trainings.invite(actor=request.auth, number=release, audience=audience, names=sent.names)
    return _shown(row, audience)


@router.delete("/releases/{release}/training/{audience}/people/{attendee}", response={204: None})
def uninvite(request: Request, release: str, audience: str, attendee: str) -> None:
    """Take somebody off the list who was never meant to be taught."""
    find(request, release, EDIT)
    trainings.uninvite(actor=request.auth, number=release, audience=audience, name=attendee)


@router.put("/releases/{release}/training/{audience}/attendance", response=AudienceOut)
def attend(request: Request, release: str, audience: str, sent: Sent[TrainingAttendanceIn]) -> Any:
    """Record whether one person came, and what their quiz says."""
    row = find(request, release, EDIT)
    trainings.attend(actor=request.auth, number=release, audience=audience, **sent.model_dump())
    return _shown(row, audience)


@router.put("/releases/{release}/training/{audience}/count", response=AudienceOut)
def count(request: Request, release: str, audience: str, sent: Sent[CountIn]) -> Any:
    """Record how many of an audience came and passed, where nobody is named."""
    row = find(request, release, EDIT)
    held = Count(sent.invited, sent.attended, sent.passed)
    trainings.count(actor=request.auth, number=release, audience=audience, count=held, source=sent.source)
    return _shown(row, audience)
