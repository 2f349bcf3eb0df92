"""Approvals bound to content: an edit voids those it touches, in its own transaction, and keeps the difference."""

from typing import Any

from django.utils import timezone

from rightaway.domain.approvals import ApprovalState, bound_digest
from rightaway.domain.differences import difference
from rightaway.domain.errors import Invalid
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import Actor
from rightaway.queries import bound_content, conversations, templates
from rightaway.records.approvals.models import Approval
from rightaway.records.releases.models import Contribution, Release
from rightaway.services import _audit, _notify

STANDING = (ApprovalState.PENDING, ApprovalState.APPROVED, ApprovalState.DENIED)


def contributed(*, actor: Actor, release: Release, part: str) -> None:
    """Remember that the actor authored a bound part: they, or the owner of the account, cannot approve it."""
    if actor.user_id is None:
        return
    Contribution.objects.update_or_create(
        release=release, person_id=actor.user_id, part=part, defaults={"at": timezone.now()}
    )


def recheck(*, actor: Actor, release: Release) -> list[Approval]:
    """Void every standing approval whose content is no longer what was approved; gives those voided."""
    template = templates.of(release)
    standing = list(release.approvals.filter(state__in=STANDING))
    if not standing:
        return []
    manifest = bound_content.manifest(release)
    voided = []
    for row in standing:
        requirement = template.approval(row.kind)
        try:
            current = bound_digest(requirement, manifest)
        except Invalid:
            current = ""
        if current != row.digest:
            now = {part: manifest.get(part) for part in requirement.bound}
            void(actor=actor, row=row, changes=[_json(one) for one in difference(row.manifest, now)])
            voided.append(row)
    return voided


def void(*, actor: Actor, row: Approval, changes: list[dict[str, Any]]) -> None:
    row.state, row.voided_at, row.voided_by = ApprovalState.VOID, timezone.now(), actor.name
    row.difference = changes
    row.version += 1
    row.save()
    facts = {
        "approval": row.kind,
        "digest": row.digest,
        "places": [change["path"] for change in changes][:50],
    }
    _audit.record(
        actor=actor,
        action="release.approval.voided",
        stream=row.release.number,
        subject=("release", row.release.number),
        facts=facts,
    )
    _tell(actor, row)


def _tell(actor: Actor, row: Approval) -> None:
    """Tell those whose approval it was, who asked for it, and who watches."""
    subject = _notify.found(SubjectKind.RELEASE, row.release.number)
    voted = row.votes.values_list("voter_id", flat=True)
    _notify.tell(
        actor=actor,
        kind=NotificationKind.APPROVAL_VOIDED,
        subject=subject,
        people={row.requested_by_id, *voted, *conversations.watchers(subject)},
        key=f"approval:{row.pk}:voided",
        facts={"approval": row.kind},
    )


def void_kinds(*, actor: Actor, release: Release, kinds: tuple[str, ...], reason: str) -> None:
    for row in release.approvals.filter(kind__in=kinds, state__in=STANDING):
        change = {"path": "phase", "kind": "changed", "before": None, "after": reason}
        void(actor=actor, row=row, changes=[change])


def _json(change: Any) -> dict[str, Any]:
    return {"path": change.path, "kind": change.kind, "before": change.before, "after": change.after}
