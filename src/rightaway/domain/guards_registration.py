"""Guards on what is recorded about a release before it is planned, and on leaving any phase."""

from datetime import datetime

from rightaway.domain.facts_planning import ChangeFacts
from rightaway.domain.guards_policy import type_allowed
from rightaway.domain.priorities import RISK_QUESTIONS
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import Sentence, Title, Word, said, wordlist
from rightaway.domain.unmet import Unmet, missing

VALUE_STATEMENT_LENGTH = 40
SUPERSEDED = "superseded"
ABANDON_REASONS = (
    "not_needed",
    SUPERSEDED,
    "no_funding",
    "rejected_by_approver",
    "risk_too_high",
    "duplicate",
    "other",
)
DONE_TASKS = frozenset({"done", "skipped", "cancelled"})
PROVEN = said("Bring its evidence, which ends it, or skip it with a reason.")
_FINISH = said("Finish it, or skip it with a reason.")
_REMEDY = {
    "approval": said("Have the approval given that it names, or skip it with a reason."),
    "decision": said("Choose one of its outcomes, or skip it with a reason."),
    "checkpoint": said("Have those vote whom it names, or skip it with a reason."),
}

_MINIMAL = {
    "title": said("a title"),
    "description": said("a description"),
    "release_type": said("a release type"),
    "initiated_by": said("who initiated it"),
    "service": said("a service"),
}
_REGISTERED = {
    "release_kind": said("a release kind"),
    "reason": said("a reason"),
    "justification": said("a justification"),
    "release_model": said("a release model"),
    "release_coordinator": said("a release coordinator"),
    "owning_group": said("an owning group"),
    "category": said("a category"),
    "requested_end": said("a requested end"),
}


def minimal_fields(facts: ReleaseFacts, _now: datetime) -> tuple[Unmet, ...]:
    return _unset("G01", _MINIMAL, facts)


def registered_fields(facts: ReleaseFacts, _now: datetime) -> tuple[Unmet, ...]:
    scales = [name for name in ("impact", "urgency") if getattr(facts.assessment, name) is None]
    return (
        *_unset("G02", _MINIMAL | _REGISTERED, facts),
        *(missing("G02", name, said("the {scale}, 1 to 4", scale=Word(name))) for name in scales),
        *type_allowed(facts, "G02"),
    )


def _unset(rule: str, fields: dict[str, Sentence], facts: ReleaseFacts) -> tuple[Unmet, ...]:
    return tuple(
        missing(rule, name, what)
        for name, what in fields.items()
        if getattr(facts.registration, name) is None or not str(getattr(facts.registration, name)).strip()
    )


def assessment_done(facts: ReleaseFacts, _now: datetime) -> tuple[Unmet, ...]:
    held = facts.assessment
    found = []
    if held.impact_assessment is None:
        found.append(missing("G03", "impact_assessment", said("the impact assessment, 1 to 4")))
    if len(held.value_statement.strip()) < VALUE_STATEMENT_LENGTH:
        found.append(
            Unmet(
                "G03",
                "G03.value_statement_short",
                said("The value statement has {count} characters.", count=len(held.value_statement.strip())),
                "release_manager",
                said(
                    "Say in at least {least} characters what the release is worth to whom.",
                    least=VALUE_STATEMENT_LENGTH,
                ),
                {"length": len(held.value_statement.strip()), "least": VALUE_STATEMENT_LENGTH},
            )
        )
    if not held.assessed_by or held.assessed_at is None:
        found.append(missing("G03", "assessor", said("who assessed it, and when")))
    open_questions = [key for key in RISK_QUESTIONS if key not in held.risk_answers]
    if open_questions:
        found.append(
            Unmet(
                "G03",
                "G03.risk_unanswered",
                said("{count} risk questions have no answer.", count=len(open_questions)),
                "release_manager",
                said(
                    "Answer: {questions}",
                    questions=[RISK_QUESTIONS[key] for key in open_questions],
                ),
                {"questions": open_questions},
            )
        )
    return tuple(found)


def scope_valid(facts: ReleaseFacts, _now: datetime) -> tuple[Unmet, ...]:
    scope = facts.scope
    found = [_held_elsewhere(change) for change in scope.changes if change.other_release]
    reserved = facts.plan.planned_start is not None and facts.plan.planned_end is not None
    if not scope.changes and not (facts.registration.origin == "planned" and reserved):
        found.append(
            missing("G04", "changes", said("a change, or a reserved window when it was planned ahead"))
        )
    if not scope.cis and not scope.ci_groups:
        found.append(missing("G04", "affected_cis", said("an affected configuration item or group")))
    if _unrelated(scope.changes):
        found.append(
            Unmet(
                "G04",
                "G04.changes_unrelated",
                said("The changes share neither a service nor a window."),
                "release_manager",
                said("Check that they belong together: unrelated changes are easier to undo apart."),
                {"changes": [change.number for change in scope.changes]},
                blocks=False,
            )
        )
    return tuple(found)


def _held_elsewhere(change: ChangeFacts) -> Unmet:
    return Unmet(
        "G04",
        "G04.change_in_other_release",
        said(
            "{number} is also in {other_release}, which is open.",
            number=change.number,
            other_release=change.other_release,
        ),
        "change_manager",
        said("Take {number} out of one of the two releases.", number=change.number),
        {"change": change.number, "release": change.other_release},
    )


def _unrelated(changes: tuple[ChangeFacts, ...]) -> bool:
    one_service = len({change.service for change in changes}) == 1
    starts = [change.planned_start for change in changes if change.planned_start]
    ends = [change.planned_end for change in changes if change.planned_end]
    one_window = len(starts) == len(ends) == len(changes) and max(starts) < min(ends) if changes else True
    return not one_service and not one_window


def tasks_closed(facts: ReleaseFacts, _now: datetime) -> tuple[Unmet, ...]:
    """Every task that the exit of the phase waits for is done or skipped; the rule is ours, for every phase."""
    return tuple(
        Unmet(
            "G05",
            "G05.task_open",
            said("The task '{title}' is {state}.", title=Title(task.title), state=Word(task.state)),
            task.assignee or "release_manager",
            PROVEN if task.has_proof else _REMEDY.get(task.kind, _FINISH),
            {"task": task.number, "category": task.category, "state": task.state},
        )
        for task in facts.tasks
        if task.phase == facts.phase and task.mandatory and task.blocks_exit and task.state not in DONE_TASKS
    )


def abandonment_explained(facts: ReleaseFacts, _now: datetime) -> tuple[Unmet, ...]:
    found = []
    if facts.abandonment.reason not in ABANDON_REASONS:
        found.append(
            Unmet(
                "G90",
                "G90.reason_missing",
                said("The reason for abandoning is missing or unknown."),
                "release_manager",
                said("Give one of: {choices}.", choices=wordlist(ABANDON_REASONS)),
                {"given": facts.abandonment.reason, "reasons": list(ABANDON_REASONS)},
            )
        )
    if facts.abandonment.reason == SUPERSEDED and not facts.relations.successors:
        found.append(
            Unmet(
                "G90",
                "G90.successor_missing",
                said("Nothing says which release takes its place."),
                "release_manager",
                said("Relate the release that supersedes it, or give another reason."),
                {"given": SUPERSEDED},
            )
        )
    if not facts.abandonment.comment.strip():
        found.append(missing("G90", "comment", said("a comment on why it is abandoned")))
    return tuple(found)
