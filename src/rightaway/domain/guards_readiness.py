"""Guards on what surrounds a deployment: the people told and the data saved."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rightaway.domain.facts_evidence import BackupFacts, NoticeFacts
from rightaway.domain.notices import Obstacle, lead
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import Sentence, said
from rightaway.domain.unmet import Unmet, missing
from rightaway.domain.waivers import waiver


def notice_lead(facts: ReleaseFacts) -> timedelta:
    """How long before the planned start the notices must have arrived."""
    return lead(facts.registration.release_type, facts.policy.notice_lead_s)


def notices_scheduled(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    if waiver(facts, "communication_plan", now):
        return ()
    if not facts.notices:
        return _no_notice(facts, "G30")
    return tuple(
        missing("G30", "notice_time", said("the time of the notice to {audience}", audience=notice.audience))
        for notice in facts.notices
        if notice.scheduled_at is None and notice.delivered_at is None
    )


def notices_delivered(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    if waiver(facts, "communication_plan", now):
        return ()
    if not facts.notices:
        return _no_notice(facts, "communication_plan")
    return tuple(unmet for notice in facts.notices for unmet in _notice(facts, notice, now))


def _no_notice(facts: ReleaseFacts, rule: str) -> tuple[Unmet, ...]:
    """Ask for the stakeholders first where none is named: a notice to nobody would be refused."""
    if facts.has_stakeholders:
        return (missing(rule, "notices", said("a notice to the stakeholders")),)
    return (missing(rule, "stakeholders", said("stakeholders, who could be told")),)


def _notice(facts: ReleaseFacts, notice: NoticeFacts, now: datetime) -> Iterator[Unmet]:
    if notice.delivered_at is None or notice.delivered_at > now:
        yield _undelivered(notice)
        return
    start, before = facts.plan.planned_start, notice_lead(facts)
    if start is not None and notice.delivered_at + before > start:
        yield _unmet(
            notice,
            "notice_late",
            said(
                "The notice to {audience} came less than {lead} before the start.",
                audience=notice.audience,
                lead=before,
            ),
            said(
                "Move the planned start to {moment} or later.",
                moment=notice.delivered_at + before,
            ),
            failed=True,
            before=before,
        )
    if notice.acknowledged * 100 < notice.acknowledge_pct * notice.recipients:
        yield _unmet(
            notice,
            "notice_unacknowledged",
            said(
                "{acknowledged} of {recipients} acknowledged the notice to {audience}; {needed} % must.",
                acknowledged=notice.acknowledged,
                recipients=notice.recipients,
                audience=notice.audience,
                needed=notice.acknowledge_pct,
            ),
            said("Remind those who have not."),
        )


def _undelivered(notice: NoticeFacts) -> Unmet:
    if notice.obstacle == Obstacle.AUDIENCE_EMPTY:
        return _unmet(
            notice,
            "audience_empty",
            said("The notice to {audience} would reach nobody.", audience=notice.audience),
            said("Name who belongs to it, then send it."),
        )
    if notice.undelivered:
        return _unmet(
            notice,
            "notice_on_its_way",
            said(
                "{count} of {recipients} do not have the notice to {audience} yet.",
                count=notice.undelivered,
                recipients=notice.recipients,
                audience=notice.audience,
            ),
            said("Look at what became of their mail, send it again, or have them acknowledge it."),
        )
    return _unmet(
        notice,
        "notice_undelivered",
        said("The notice to {audience} was not delivered.", audience=notice.audience),
        said("Send it, and plan the start so that they have the time they were promised."),
    )


def _unmet(
    notice: NoticeFacts,
    code: str,
    message: Sentence,
    remedy: Sentence,
    *,
    failed: bool = False,
    before: timedelta | None = None,
) -> Unmet:
    evidence = {"audience": notice.audience, "delivered_at": str(notice.delivered_at), "lead": str(before)}
    owner = "release_manager"
    return Unmet(
        "communication_plan", f"communication_plan.{code}", message, owner, remedy, evidence, failed=failed
    )


def backups_verified(facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    """Every stateful target of the next wave, or of the plan when no wave is named, has a fresh backup."""
    targets = facts.next_wave.stateful_targets if facts.next_wave else facts.stateful_targets
    if not targets or waiver(facts, "backups", now):
        return ()
    held = {target: _newest_backup(facts, target) for target in targets}
    found = [unmet for target, backup in held.items() for unmet in _backup(facts, target, backup, now)]
    if not found and not any(backup.restore_tested for backup in held.values() if backup):
        found.append(
            Unmet(
                "backups",
                "backups.restore_untested",
                said("None of the backups was read back."),
                "deployment_manager",
                said("Restore a sample of one of them and record the result."),
                {"targets": list(targets)},
            )
        )
    return tuple(found)


def _newest_backup(facts: ReleaseFacts, target: str) -> BackupFacts | None:
    held = [
        (backup.taken_at, backup) for backup in facts.backups if backup.target == target and backup.taken_at
    ]
    return max(held, key=lambda pair: pair[0])[1] if held else None


def _backup(facts: ReleaseFacts, target: str, backup: BackupFacts | None, now: datetime) -> tuple[Unmet, ...]:
    hours = facts.policy.backup_max_age_hours
    if backup is None or backup.taken_at is None:
        code, what = "missing", said("{target} has no backup.", target=target)
    elif not backup.succeeded:
        code, what = "failed", said("The newest backup of {target} failed.", target=target)
    elif backup.verified_at is None:
        code, what = "unverified", said("The backup of {target} is not verified.", target=target)
    elif now - backup.taken_at > timedelta(hours=hours):
        code, what = (
            "old",
            said("The backup of {target} is older than {hours} hours.", target=target, hours=hours),
        )
    else:
        return ()
    remedy = said("Take a backup of {target} and verify it.", target=target)
    evidence = {"target": target, "taken_at": str(backup.taken_at) if backup else None}
    return (
        Unmet(
            "backups",
            f"backups.{code}",
            what,
            "deployment_manager",
            remedy,
            evidence,
            failed=code == "failed",
        ),
    )
