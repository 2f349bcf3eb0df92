"""How a release moves: the ways out of its phase with what each lacks, waivers, history."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request
from rightaway.api.answers import Account, MaybeAccount, Out
from rightaway.api.releases import ReleaseOut, find, shown
from rightaway.api.requests import Said, Sent, Word, expected_version
from rightaway.domain.guards import Evaluation
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import releases as ask
from rightaway.services import lifecycle, releases

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


class ItemOut(Out):
    key: str
    title: str
    owner: str
    state: str
    unmet: tuple[UnmetOut, ...]
    evidence: tuple[str, ...]
    blocks: tuple[str, ...]


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
    reason: str
    restore_plan: str
    requested_by: Account
    granted_by: MaybeAccount
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
    control: of.VariableName
    reason: of.Text
    expires_at: of.Moment
    restore_plan: Said = ""


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


@router.get("/releases/{release}/waivers", response=list[WaiverOut])
def list_waivers(request: Request, release: str) -> Any:
    """List the waivers asked for; one counts only after another person granted it, until it expires."""
    return list(find(request, release).waivers.select_related("requested_by", "granted_by").order_by("id"))


@router.post("/releases/{release}/waivers", response={201: WaiverOut})
def waive(request: Request, release: str, sent: Sent[WaiverIn]) -> Any:
    """Ask that a control be waived for this release."""
    find(request, release, "release.edit")
    return releases.waive(actor=request.auth, number=release, **sent.model_dump())


@router.post("/releases/{release}/waivers/{int:waiver}/grant", response=WaiverOut)
def grant_waiver(request: Request, release: str, waiver: int) -> Any:
    """Grant a waiver that somebody else asked for."""
    find(request, release)
    return releases.grant_waiver(actor=request.auth, number=release, waiver_id=waiver)
