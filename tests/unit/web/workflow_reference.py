"""docs/reference/workflow-template.md, made from the program: `python -m tests.unit.web.workflow_reference`."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from rightaway.domain.approval_rules import Rule
from rightaway.domain.approval_sources import OF_RELEASE
from rightaway.domain.approvals import PARTS
from rightaway.domain.conditions import CONDITIONS
from rightaway.domain.rules import GUARDS, PERMIT_GUARDS, PROOFS
from rightaway.domain.values import DependencyType, EvidenceType, TaskKind
from rightaway.domain.workflow_approvals import _KNOWN as OF_APPROVAL
from rightaway.domain.workflow_checks import ENDS
from rightaway.domain.workflow_effects import AFTER, EFFECTS
from rightaway.domain.workflow_tasks import _KNOWN as OF_TASK
from rightaway.domain.workflow_templates import _FIELDS as OF_WORKFLOW
from rightaway.domain.workflow_versions import SHIPPED
from rightaway.domain.workflows import ACTORS, OWNERS, Mode

FILE = Path(__file__).parents[3] / "docs" / "reference" / "workflow-template.md"

WORKFLOW = {
    "key": "What it is called by programs; a draft keeps the key it was begun with.",
    "version": "A number of yours. The version that counts is given when a draft is activated.",
    "extends": f"The shipped workflow whose prohibitions it keeps: {', '.join(SHIPPED)}.",
    "title": "What it is called by people.",
    "phases": "`key` and `title` of each, in the order in which they are shown; the first is where a release begins.",
    "terminal": f"The phases where it ends; called {' and '.join(ENDS)}.",
    "transitions": "The ways between phases.",
    "approvals": "Who has to agree to what.",
    "checklist": "What the checklist shows, and what it keeps shut.",
    "tasks": "What a release gets to do in each phase.",
    "forbidden": "Pairs `from`, `to` that no extension may connect; `*` is every phase.",
    "permit_guards": "What must hold before every wave. G31 always; G06 where no approval `deployment` is asked for.",
    "launch": "The phases from which something may be deployed to production.",
    "launch_lower": "The phases from which something may be deployed to other environments.",
    "training": "When a release goes through training: `impact_assessment` and `urgency` are the lowest values"
    " of both scales that need it, 2 when left out; with `always` every release needs it.",
}
TRANSITION = {
    "id": "Stable name, such as T04.",
    "from": "The phase it leaves.",
    "to": "The phase it enters.",
    "event": "The verb that names it; once among the ways out of its phase.",
    "mode": f"One of {', '.join(Mode)}: pressed by a person, or taken when all holds, after an approval or without.",
    "title": "The words of the button.",
    "approval": "The approval that opens it.",
    "standing": "Approvals given earlier that must still be valid.",
    "guards": "Guards that must all be open.",
    "when": "The condition that chooses it; `not ` in front turns it round.",
    "voids": "Approvals that lose their force when it is taken.",
    "actors": f"Who may take it: {', '.join(sorted(ACTORS))}.",
    "reason_required": "`true` when a person has to say why.",
    "effects": "What happens to the release along with it.",
    "after": "What it sets going once the release is stored.",
}
APPROVAL = {
    "key": "What it is called by programs.",
    "title": "What it is called by people.",
    "phase": "Where it is asked for.",
    "rule": f"One of {', '.join(Rule)}.",
    "bound": f"The parts it is given for; when one changes it is void: {', '.join(PARTS)}.",
    "ttl_days": "How long it is valid; 14 when left out.",
    "due_days": "Until when an answer is expected; 3 when left out.",
    "step_up": "`true` when a vote needs a fresh proof of who somebody is.",
    "when": "The expression under which it is needed; always when left out.",
    "cases": "Other sources or numbers under an expression.",
    "roles": "Roles that give it.",
    "users": "Accounts that give it.",
    "groups": "Groups that give it.",
    "boards": "Change advisory boards that give it, each with as many votes as its quorum in the rule `all`.",
    "people": f"People of the release that give it: {', '.join(OF_RELEASE)}.",
    "levels": "The sources of each level, for the rule `sequence`.",
    "quorum": "How many votes, for the rule `quorum`.",
    "percent": "What share of those asked, for the rule `percent`.",
}
TASK = {
    "key": "What it is called by programs.",
    "phase": "The phase in which a release gets it.",
    "category": "What kind of work it is.",
    "title": "What it is called by people.",
    "owner": f"Who does it: {', '.join(OWNERS)}.",
    "mandatory": "`false` when the phase can be left without it (guard G05 asks); `true` when left out.",
    "kind": f"One of {', '.join(TaskKind)}; what each does is in the [reference of tasks](tasks.md).",
    "instructions": "How it is done.",
    "blocks_exit": "`false` when the phase can be left while it is open, mandatory or not; `true` when left out.",
    "proof": "Guards and proofs that end it when they all hold; without any, a person ends it.",
    "approval": "The approval that ends a task of the kind `approval`.",
    "outcomes": "`key`, `title` and `skips` (keys of tasks) of each outcome of a `decision`.",
    "voters": "`roles` and `people` who vote on a `checkpoint`.",
    "quorum": "How many votes for going on a `checkpoint` needs; 1 when left out.",
    "after": f"What it waits for: the key of a task, or `task`, `type` ({', '.join(DependencyType)}) and `lag_min`.",
    "duration_min": "How long it takes, in minutes.",
    "needs_review": "`true` when another person looks at it before it is done.",
    "evidence": f"What who ends it has to name: {', '.join(EvidenceType)}.",
    "cost": "What it is planned to cost.",
    "effort_min": "How much work it is planned to take, in minutes.",
}
CHECKLIST = {
    "key": "What it is called by programs.",
    "title": "What it is called by people.",
    "owner": "Who brings the evidence, as for tasks.",
    "approval": "The approval that satisfies it.",
    "proof": "The guards and proofs that satisfy it.",
    "blocks": "The ways and permit guards that wait for it, as the page shows them.",
}
HEAD = """# Workflow templates

Every field, guard, condition, effect and proof that a workflow may name. Made from the program; how to write, try and
activate one is in the [guide](../guides/workflows.md). Texts are YAML as in [release files](errors-intake.md).
"""


def rendered() -> str:
    from rightaway.web.vocabulary_rules import RULES

    assert set(OF_WORKFLOW) == set(WORKFLOW)
    assert set(OF_APPROVAL) == set(APPROVAL)
    assert set(OF_TASK) == set(TASK)
    conditions = {name: f"{one.is_so}." for name, one in CONDITIONS.items()}
    return "\n".join(
        [
            HEAD,
            _table("The workflow", "field", WORKFLOW),
            _table("A way: `transitions`", "field", TRANSITION),
            _table("An approval: `approvals`", "field", APPROVAL),
            _table("A task: `tasks`", "field", TASK),
            _table("An item of the checklist: `checklist`", "field", CHECKLIST),
            _table("Guards", "guard", _ruled(GUARDS, RULES)),
            _table("Permit guards", "guard", _ruled(PERMIT_GUARDS, RULES)),
            _table("Proofs, besides the guards", "proof", _ruled(set(PROOFS) - set(GUARDS), RULES)),
            _table("Conditions", "condition", conditions),
            _table("Effects", "effect", {name: f"{text}." for name, text in EFFECTS.items()}),
            _table("Effects afterwards", "effect", {name: f"{text}." for name, text in AFTER.items()}),
        ]
    )


def _ruled(names: Iterable[str], rules: Mapping[str, object]) -> dict[str, str]:
    return {name: f"{rules[name]}." for name in sorted(names)}


def _table(title: str, what: str, rows: Mapping[str, str]) -> str:
    lines = [f"| `{name}` | {text} |" for name, text in rows.items()]
    return "\n".join([f"## {title}\n", f"| {what} | meaning |", "| --- | --- |", *lines, ""])


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("RIGHTAWAY_DATABASE_URL", "postgresql:///none")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rightaway.config.settings")
    django.setup()
    FILE.write_text(rendered())
