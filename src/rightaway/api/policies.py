"""Release policies: what holds for a service, its versions, drafting one and confirming it."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, missing, seen, visible
from rightaway.api.answers import Key, MaybeAccount, Out, Page, PageFilter, each, page, tagged
from rightaway.api.requests import Asked, Said, Sent, Word, expected_version
from rightaway.domain.policies import Policy, as_json
from rightaway.intake import fields as of
from rightaway.intake.policies import ReleasePolicy
from rightaway.intake.schema import FileModel
from rightaway.queries import cmdb, policy_trials
from rightaway.queries import policies as ask
from rightaway.services import policies

router = Router()


class PolicyFilter(PageFilter):
    text: Word = ""
    state: Word = ""
    service: Word = ""


class PolicyRow(Out):
    number: str
    service: str = Field(validation_alias="service__key")
    state: str
    effective_at: datetime | None
    confirmed_by: str | None = Field(validation_alias="confirmed_by__username")
    note: str
    version: int


class PolicyChangeOut(Out):
    path: str
    kind: str
    before: Any
    after: Any


class PolicyOut(Out):
    """One version; `changes` is how it differs from the one before it, `digest` what a confirmation names."""

    number: str
    version: int
    service: Key
    state: str
    content: dict[str, Any]
    digest: str
    note: str
    authors: Annotated[list[str], each("username")]
    effective_at: datetime | None
    confirmed_by: MaybeAccount
    confirmed_at: datetime | None
    changes: list[PolicyChangeOut] = []


class HeldOut(Out):
    """What the releases of a service are held to now; without a number by the product's own figures."""

    service: str
    number: str
    content: dict[str, Any]


class PolicyTrialOut(Out):
    """What a draft would change for one open release: messages that would come, and that would go."""

    release: str
    phase: str
    more: list[str]
    less: list[str]


class PolicyIn(FileModel):
    """What is to differ, and what for; what is left out stays as it holds, or as the draft says."""

    content: ReleasePolicy
    note: Said = ""


class PolicyConfirmationIn(FileModel):
    """`digest` is that of the draft that was looked at; without `effective_at` it holds from now on."""

    digest: of.Digest
    effective_at: of.Moment | None = None


class DiscardingIn(FileModel):
    reason: Said = ""


def _found(request: Request, number: str) -> Any:
    row = ask.version(number)
    return seen(request.auth, row, f"policy {number:.20}", scope=row.service.key if row else "")


def _shown(response: HttpResponse, number: str) -> PolicyOut:
    row = ask.version(number)
    assert row is not None
    changes = [PolicyChangeOut.model_validate(one) for one in ask.changes(row)]
    return PolicyOut.model_validate(tagged(response, row)).model_copy(update={"changes": changes})


@router.get("/policies", response=Page[PolicyRow])
def list_policies(request: Request, asked: Asked[PolicyFilter]) -> dict[str, Any]:
    """List versions of release policies, newest first."""
    rows = ask.policies(text=asked.text, state=asked.state, service=asked.service).prefetch_related(None)
    return page(visible(request.auth, rows, scope="service__key"), asked, "-id", PolicyRow)


@router.get("/policies/{policy}", response=PolicyOut)
def show(request: Request, response: HttpResponse, policy: str) -> Any:
    """Show one version of a policy."""
    return _shown(response, _found(request, policy).number)


@router.get("/services/{service}/policy", response=HeldOut)
def show_held(request: Request, service: str) -> Any:
    """Show what the releases of a service are held to now."""
    item = cmdb.item(service)
    if item is None or item.ci_class != "service":
        raise missing(f"service {service:.40}")
    seen(request.auth, item, f"service {service:.40}", scope=item.key)
    held: Policy = ask.of_service(item, timezone.now())
    return {"service": item.key, "number": held.number, "content": as_json(held)}


@router.put("/services/{service}/policy/draft", response=PolicyOut)
def propose(request: Request, response: HttpResponse, service: str, sent: Sent[PolicyIn]) -> Any:
    """Draft the next version of a service's policy; it holds once a second person confirms it."""
    row = policies.propose(
        actor=request.auth,
        service=service,
        content=sent.content.model_dump(mode="json", exclude_unset=True),
        note=sent.note,
        expected_version=expected_version(request),
    )
    return _shown(response, row.number)


@router.post("/policies/{policy}/confirmation", response=PolicyOut)
def confirm(request: Request, response: HttpResponse, policy: str, sent: Sent[PolicyConfirmationIn]) -> Any:
    """Let a draft hold. Nobody confirms what they wrote."""
    _found(request, policy)
    policies.confirm(
        actor=request.auth,
        number=policy,
        digest=sent.digest,
        effective_at=sent.effective_at,
        expected_version=expected_version(request),
    )
    return _shown(response, policy)


@router.post("/policies/{policy}/discarding", response=PolicyOut)
def discard(request: Request, response: HttpResponse, policy: str, sent: Sent[DiscardingIn]) -> Any:
    """Put a draft away for good."""
    _found(request, policy)
    policies.discard(
        actor=request.auth, number=policy, reason=sent.reason, expected_version=expected_version(request)
    )
    return _shown(response, policy)


@router.get("/policies/{policy}/trial", response=list[PolicyTrialOut])
def show_trial(request: Request, policy: str) -> Any:
    """Try a version on the open releases of its service: what would be missing more, and what less."""
    found = policy_trials.trials(_found(request, policy), timezone.now())
    return [
        {
            "release": one.number,
            "phase": one.phase,
            "more": [str(unmet.message) for unmet in one.more],
            "less": [str(unmet.message) for unmet in one.less],
        }
        for one in found
    ]
