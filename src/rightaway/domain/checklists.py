"""The release checklist, computed from evidence: nobody ticks it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rightaway.domain.facts_evidence import WaiverFacts
from rightaway.domain.guards_approvals import approval_stands
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.rules import PROOFS
from rightaway.domain.sentences import said
from rightaway.domain.unmet import Unmet
from rightaway.domain.waivers import expired, waiver
from rightaway.domain.workflows import ChecklistRule, Template


class ItemState(StrEnum):
    PENDING = "pending"
    SATISFIED = "satisfied"
    FAILED = "failed"
    WAIVED = "waived"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Item:
    """
    One line of the checklist.

    `evidence` names what it was judged by, `blocks` what waits for it, `waived` the waiver it stands on.
    """

    key: str
    title: str
    owner: str
    state: ItemState
    unmet: tuple[Unmet, ...]
    evidence: tuple[str, ...]
    blocks: tuple[str, ...]
    waived: WaiverFacts | None = None


def checklist(template: Template, facts: ReleaseFacts, now: datetime) -> tuple[Item, ...]:
    """Compute every item of the template's checklist at a moment."""
    return tuple(_item(rule, facts, now) for rule in template.checklist)


def proven_tasks(template: Template, facts: ReleaseFacts, now: datetime) -> tuple[str, ...]:
    """Give the keys of the tasks of the phase whose proofs all hold, so that nobody has to tick them."""
    return tuple(key for key, lacking in unproved(template, facts, now).items() if not lacking)


def unproved(template: Template, facts: ReleaseFacts, now: datetime) -> dict[str, tuple[Unmet, ...]]:
    """Give what is still missing to prove each task of the phase that ends by its evidence."""
    proofs = {task.key: task.proof for task in template.tasks if task.phase == facts.phase and task.proof}
    proofs |= {task.number: task.proof for task in facts.tasks if task.phase == facts.phase and task.proof}
    found = {
        key: tuple(one for one in _unproved(proof, facts, now) if one.blocks) for key, proof in proofs.items()
    }
    return found | {
        task.number: approval_stands(facts, task.approval, "task", now)
        for task in facts.tasks
        if task.phase == facts.phase and task.approval
    }


def _item(rule: ChecklistRule, facts: ReleaseFacts, now: datetime) -> Item:
    unmet = _unproved(rule.proof, facts, now)
    if rule.approval:
        unmet = (*approval_stands(facts, rule.approval, rule.key, now), *unmet)
    state = _state(rule, facts, unmet, now)
    unmet = (*unmet, *_expired(rule, facts, now))
    evidence = tuple(reference for reference in _evidence(facts).get(rule.key, ()) if reference)
    held = waiver(facts, rule.key, now) if state is ItemState.WAIVED else None
    return Item(rule.key, rule.title, rule.owner, state, unmet, evidence, rule.blocks, held)


def met(template: Template, facts: ReleaseFacts, control: str, now: datetime) -> bool:
    """Say whether a control is met by its evidence, whatever was waived."""
    bare = facts.with_parts(waivers=())
    rules = (rule for rule in template.checklist if rule.key == control)
    return any(_item(rule, bare, now).state is ItemState.SATISFIED for rule in rules)


def _expired(rule: ChecklistRule, facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    """Say that a waiver is over: it counts as nothing, and the item stands as its evidence does."""
    over = expired(facts, rule.key, now)
    if over is None or over.expires_at is None:
        return ()
    return (
        Unmet(
            rule.key,
            "waiver.expired",
            said(
                "The waiver that {person} granted ended on {moment} and counts no more.",
                person=over.granted_by,
                moment=over.expires_at,
            ),
            rule.owner,
            said("Bring the evidence, or ask for another waiver."),
            {"control": rule.key, "expired_at": over.expires_at.isoformat()},
            blocks=False,
        ),
    )


def _unproved(proofs: tuple[str, ...], facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    return tuple(one for name in proofs for one in PROOFS[name](facts, now))


def _state(rule: ChecklistRule, facts: ReleaseFacts, unmet: tuple[Unmet, ...], now: datetime) -> ItemState:
    if rule.key == "backups" and not facts.stateful_targets:
        return ItemState.NOT_APPLICABLE
    if waiver(facts, rule.key, now):
        return ItemState.WAIVED
    if not unmet:
        return ItemState.SATISFIED
    return ItemState.FAILED if any(one.failed for one in unmet) else ItemState.PENDING


def _evidence(facts: ReleaseFacts) -> Mapping[str, tuple[str, ...]]:
    """What a reader can look up for each item: numbers, digests and times, never a bare tick."""
    back_out = facts.back_out_plan.digest
    return {
        "release_plan": (facts.approval("plan_design").approved_digest,),
        "release_package": (facts.package.digest,),
        "test_results": tuple(
            run.reference for run in facts.test_runs if run.package_digest == facts.package.digest
        ),
        "rollback_plan": (back_out, *(r.reference for r in facts.rehearsals)),
        "communication_plan": tuple(
            f"{n.audience} {n.delivered_at}" for n in facts.notices if n.delivered_at
        ),
        "backups": tuple(f"{b.target} {b.verified_at}" for b in facts.backups if b.verified_at),
        "sacm_update": tuple(
            f"{ci.name} {ci.observed or ci.expected}" for ci in facts.scope.cis if ci.expected
        ),
        "early_life_support": tuple(shift.person for shift in facts.early_life.roster),
    }
