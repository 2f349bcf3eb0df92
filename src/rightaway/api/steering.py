"""How a release moves: the ways out of its phase with what each lacks, waivers, history."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request
from rightaway.api.answers import Account, MaybeAccount, Out
from rightaway.api.releases import ReleaseOut, find, shown
from rightaway.api.requests import Said, Sent, Word, expected_version
from rightaway.domain.guards import Evaluation
from rightaway.domain.waivers import state
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import facts_built
from rightaway.queries import releases as ask
from rightaway.services import lifecycle, waivers

router = Router()


class UnmetOut(Out):
    """One thing that is missing: who can put it right, and how. `blocks` is false for a warning."""

    rule: str
    code: str
    message: str
    owner: str
    remedy: str
    evidence: dict[str, Any]
    blocks: bool
    failed: bool


class WayOut(Out):
    """One way out of the phase; `mode` says whether a person takes it or Rightaway does when it opens."""

    event: str
    title: str
    target: str
    mode: str
    actors: tuple[str, ...]
    approval: str
    reason_required: bool
    allowed: bool
    unmet: tuple[UnmetOut, ...]


class WaivedOut(Out):
    """The waiver that an item of the checklist stands on: who, why, until when."""

    requested_by: str
    granted_by: str
    reason: str
    expires_at: datetime | None


class ItemOut(Out):
    key: str
    title: str
    owner: str
    state: str
    unmet: tuple[UnmetOut, ...]
    evidence: tuple[str, ...]
    blocks: tuple[str, ...]
    waived: WaivedOut | None = None


class CriterionOut(Out):
    """One condition of the end of early life support; `met` is null when nothing measures it."""

    key: str
    met: bool | None
    text: str
    evidence: str


class StepOut(Out):
    """One phase of the workflow: done, now, todo or skipped."""

    phase: str
    title: str
    standing: str
    entered_at: datetime | None
    left_at: datetime | None


class StandingOut(Out):
    """Everything computed about a release at one moment."""

    at: datetime
    phase: str
    phase_status: str
    rail: list[StepOut]
    ways: list[WayOut]
    checklist: list[ItemOut]
    early_life: list[CriterionOut]


class VisitOut(Out):
    phase: str
    attempt: int
    event: str
    reason: str
    entered_by: str
    entered_at: datetime
    left_at: datetime | None


class WaiverOut(Out):
    id: int
    control: str
    part: str
    state: str = ""
    reason: str
    restore_plan: str
    owed: str
    requested_by: Account
    granted_by: MaybeAccount
    refused_by: MaybeAccount
    refusal_reason: str
    decided_at: datetime | None
    withdrawn_at: datetime | None
    expires_at: datetime


class ReleaseMoveIn(FileModel):
    """The event names the way; some ways need a reason, or say why the release is abandoned or backed out."""

    event: of.Word
    reason: Said = ""
    abandon_reason: Word | None = None
    abandon_comment: of.Text | None = None
    back_out_reason: Word | None = None
    back_out_evidence: Annotated[dict[of.VariableName, of.Line], Field(max_length=50)] | None = None
    closure_comment: of.Text | None = None


class WaiverIn(FileModel):
    """
    `owed` says what is to be done afterwards; the control itself when left out.

    `part` is one audience of the training; all of the control when left out.
    """

    control: of.VariableName
    reason: of.Text
    expires_at: of.Moment
    restore_plan: Said = ""
    owed: Said = ""
    part: Word = ""


class GrantIn(FileModel):
    """Who owes what the waiver leaves behind, and until when; who asked, and the end of the waiver when left out."""

    owner: of.Account | None = None
    due_at: of.Moment | None = None


class RefusalIn(FileModel):
    reason: of.Text


@router.get("/releases/{release}/standing", response=StandingOut)
def show_standing(request: Request, release: str) -> dict[str, Any]:
    """Show why the release does or does not move on, as of this second: every way out with all that it lacks."""
    row = find(request, release)
    now = ask.standing(row)
    return {
        "at": now.at,
        "phase": row.phase,
        "phase_status": row.phase_status,
        "rail": [_step(one) for one in ask.rail(row)],
        "ways": [_way(one) for one in now.ways],
        "checklist": now.checklist,
        "early_life": now.early_life,
    }


def _step(one: ask.PhaseStep) -> dict[str, Any]:
    times = {"entered_at": one.entered_at, "left_at": one.left_at}
    return {"phase": one.phase.key, "title": one.phase.title, "standing": one.standing, **times}


def _way(one: Evaluation) -> dict[str, Any]:
    way = one.transition
    return {
        "event": way.event,
        "title": way.title,
        "target": way.target,
        "mode": way.mode,
        "actors": way.actors,
        "approval": way.approval,
        "reason_required": way.reason_required,
        "allowed": one.allowed,
        "unmet": one.unmet,
    }


@router.post("/releases/{release}/moves", response=ReleaseOut)
def move(request: Request, response: HttpResponse, release: str, sent: Sent[ReleaseMoveIn]) -> Any:
    """Take a way out of the phase. Refused with the full list of what is missing, in `evidence.unmet`."""
    find(request, release)
    row = lifecycle.fire(
        actor=request.auth,
        number=release,
        event=sent.event,
        reason=sent.reason,
        fields=sent.model_dump(exclude_none=True, exclude={"event", "reason"}),
        expected_version=expected_version(request),
    )
    return shown(response, row)


@router.get("/releases/{release}/history", response=list[VisitOut])
def list_history(request: Request, release: str) -> Any:
    """List the stays of the release in its phases, newest first."""
    return list(ask.history(find(request, release)))


def _waiver(row: Any) -> WaiverOut:
    stands = state(facts_built.waiver(row), timezone.now())
    return WaiverOut.model_validate(row).model_copy(update={"state": stands})


@router.get("/releases/{release}/waivers", response=list[WaiverOut])
def list_waivers(request: Request, release: str) -> Any:
    """List the waivers asked for; one counts only after another person granted it, until it expires."""
    found = find(request, release).waivers.select_related(*facts_built.WAIVER_PEOPLE).order_by("id")
    return [_waiver(one) for one in found]


@router.post("/releases/{release}/waivers", response={201: WaiverOut})
def waive(request: Request, release: str, sent: Sent[WaiverIn]) -> Any:
    """Ask that a control be waived for this release."""
    find(request, release, "release.edit")
    return _waiver(waivers.ask(actor=request.auth, number=release, **sent.model_dump()))


@router.post("/releases/{release}/waivers/{int:waiver}/grant", response=WaiverOut)
def grant_waiver(request: Request, release: str, waiver: int, sent: Sent[GrantIn]) -> Any:
    """Grant a waiver that somebody else asked for, as the owner of the control; it leaves a debt."""
    find(request, release)
    return _waiver(waivers.grant(actor=request.auth, number=release, waiver_id=waiver, **sent.model_dump()))


@router.post("/releases/{release}/waivers/{int:waiver}/refusal", response=WaiverOut)
def refuse_waiver(request: Request, release: str, waiver: int, sent: Sent[RefusalIn]) -> Any:
    """Refuse a waiver, saying why."""
    find(request, release)
    return _waiver(waivers.refuse(actor=request.auth, number=release, waiver_id=waiver, reason=sent.reason))


@router.post("/releases/{release}/waivers/{int:waiver}/withdrawal", response=WaiverOut)
def withdraw_waiver(request: Request, release: str, waiver: int) -> Any:
    """Take a waiver back, before or after it was granted."""
    find(request, release, "release.edit")
    return _waiver(waivers.withdraw(actor=request.auth, number=release, waiver_id=waiver))
