"""Drafts of workflows: written, tried on a past release, put into force by a second person."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import ANYWHERE, Request, missing, require
from rightaway.api.answers import Out, Page, PageFilter, each, page, tagged
from rightaway.api.approvals import DifferenceOut
from rightaway.api.releases import find
from rightaway.api.requests import Asked, Said, Sent, Word, expected_version
from rightaway.api.workflows import VIEW, WorkflowOut, readable, version_out
from rightaway.domain.guards import Evaluation, Unmet
from rightaway.domain.workflow_trials import PhaseTrial, WayTrial
from rightaway.intake import fields as of
from rightaway.intake.limits import YAML_BYTES
from rightaway.intake.schema import FileModel
from rightaway.queries import workflows as ask
from rightaway.services import workflow_drafts

router = Router()
Source = Annotated[str, Field(max_length=YAML_BYTES)]


class DraftFilter(PageFilter):
    key: Word = ""
    state: Word = ""


class DraftRow(Out):
    number: str
    key: str
    state: str
    note: str
    version: int
    updated_at: datetime


class ProblemOut(Out):
    """`place` is `line:column` in the text, `at` what it is about."""

    code: str
    message: str
    hint: str
    place: str
    at: str


class DraftOut(Out):
    """One draft; `current_digest` is what is activated, `changes` the difference to the version in force."""

    number: str
    version: int
    key: str
    state: str
    note: str
    authors: Annotated[list[str], each("username")]
    source: str
    problems: list[ProblemOut] = []
    current_digest: str = ""
    against: int | None = None
    changes: list[DifferenceOut] = []


class DraftIn(FileModel):
    """Begin from the version in force of `base`, or from another `version`; with `key` as a new workflow."""

    base: of.Key
    version: of.Count | None = None
    key: of.Key | None = None
    title: of.Title = ""
    note: Word = ""


class DraftEdit(FileModel):
    """What to change; what is left out stays. Who edits a draft cannot activate it."""

    source: Source | None = None
    note: Word | None = None


class AdditionIn(FileModel):
    """
    What to add: the fields are those of the template.

    A guard is {way, guard}; an approval names the `ways` out of one phase that wait for it.
    """

    addition: Literal["task", "approval", "guard", "checklist"]
    fields: dict[of.VariableName, Any]


class ActivationIn(FileModel):
    """`digest` is the `current_digest` that was looked at; without `effective_at` it is in force now."""

    digest: Word
    effective_at: of.Moment | None = None


class DiscardIn(FileModel):
    reason: Said = ""


class UnmetOut(Out):
    rule: str
    code: str
    message: str
    owner: str
    blocks: bool


class WayTrialOut(Out):
    """One way out under both workflows; `own` or `draft` is null where one does not have it."""

    event: str
    title: str
    own: list[UnmetOut] | None
    draft: list[UnmetOut] | None
    differs: bool


class PhaseTrialOut(Out):
    phase: str
    is_there: bool
    ways: list[WayTrialOut]


@router.get("/workflow-drafts", response=Page[DraftRow])
def list_drafts(request: Request, asked: Asked[DraftFilter]) -> dict[str, Any]:
    """List drafts of workflows, newest first."""
    require(request.auth, VIEW, ANYWHERE)
    rows = ask.drafts(key=asked.key, state=asked.state).prefetch_related(None)
    return page(rows, asked, "-id", DraftRow)


@router.post("/workflow-drafts", response={201: DraftOut})
def begin(request: Request, response: HttpResponse, sent: Sent[DraftIn]) -> Any:
    """Begin a draft; it has no effect until a second person activates it."""
    row = workflow_drafts.begin(
        actor=request.auth,
        base=sent.base,
        version=sent.version,
        key=sent.key or "",
        title=sent.title,
        note=sent.note,
    )
    return _shown(response, row.number)


@router.get("/workflow-drafts/{draft}", response=DraftOut)
def show(request: Request, response: HttpResponse, draft: str) -> Any:
    """Show a draft with everything that is wrong with it, and what it changes."""
    readable(request, ask.draft(draft), f"workflow draft {draft:.20}")
    return _shown(response, draft)


@router.patch("/workflow-drafts/{draft}", response=DraftOut)
def edit(request: Request, response: HttpResponse, draft: str, sent: Sent[DraftEdit]) -> Any:
    """Keep what was written, right or wrong: the problems are in the answer."""
    workflow_drafts.save(
        actor=request.auth,
        number=draft,
        source=sent.source,
        note=sent.note,
        expected_version=expected_version(request),
    )
    return _shown(response, draft)


@router.post("/workflow-drafts/{draft}/additions", response=DraftOut)
def extend(request: Request, response: HttpResponse, draft: str, sent: Sent[AdditionIn]) -> Any:
    """Add a task, an approval, a guard or a checklist item; the comments of the text stay."""
    workflow_drafts.extend(
        actor=request.auth,
        number=draft,
        addition=sent.addition,
        fields=sent.fields,
        expected_version=expected_version(request),
    )
    return _shown(response, draft)


@router.post("/workflow-drafts/{draft}/activation", response={201: WorkflowOut})
def activate(request: Request, draft: str, sent: Sent[ActivationIn]) -> Any:
    """Make a version of it, in force now or from a moment on. Nobody activates what they wrote."""
    row = workflow_drafts.activate(
        actor=request.auth,
        number=draft,
        digest=sent.digest,
        effective_at=sent.effective_at,
        expected_version=expected_version(request),
    )
    return version_out(row)


@router.post("/workflow-drafts/{draft}/discard", response=DraftOut)
def discard(request: Request, response: HttpResponse, draft: str, sent: Sent[DiscardIn]) -> Any:
    """Put a draft away for good."""
    workflow_drafts.discard(
        actor=request.auth, number=draft, reason=sent.reason, expected_version=expected_version(request)
    )
    return _shown(response, draft)


@router.get("/releases/{release}/workflow-trial/{draft}", response=list[PhaseTrialOut])
def trial(request: Request, release: str, draft: str) -> Any:
    """Say what the draft would find missing in each phase the release went through; nothing is written."""
    row = find(request, release)
    held = ask.draft(draft)
    if held is None:
        raise missing(f"workflow draft {draft:.20}")
    return [_phase(one) for one in ask.tried(ask.sound(held), row)]


def _phase(one: PhaseTrial) -> PhaseTrialOut:
    return PhaseTrialOut(phase=one.phase.key, is_there=one.is_there, ways=[_way(way) for way in one.ways])


def _way(one: WayTrial) -> WayTrialOut:
    return WayTrialOut(
        event=one.event,
        title=one.title,
        own=_unmet(one.own),
        draft=_unmet(one.other),
        differs=one.differs,
    )


def _unmet(found: Evaluation | None) -> list[UnmetOut] | None:
    return None if found is None else list(_each(found.unmet))


def _each(unmet: Iterable[Unmet]) -> Iterable[UnmetOut]:
    for one in unmet:
        yield UnmetOut(
            rule=one.rule, code=one.code, message=str(one.message), owner=one.owner, blocks=one.blocks
        )


def _shown(response: HttpResponse, number: str) -> DraftOut:
    row = ask.draft(number)
    if row is None:
        raise missing(f"workflow draft {number:.20}")
    found = ask.look(row)
    return DraftOut.model_validate(tagged(response, row)).model_copy(
        update={
            "problems": [ProblemOut.model_validate(one) for one in found.reading.problems],
            "current_digest": found.digest,
            "against": found.against.version if found.against else None,
            "changes": [DifferenceOut.model_validate(one) for one in found.changes],
        }
    )
