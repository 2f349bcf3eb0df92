"""Everything that can be wrong with a workflow template as a whole."""

from collections import Counter
from collections.abc import Iterable, Mapping

from rightaway.domain import conditions, moves
from rightaway.domain.mappings import Reader
from rightaway.domain.rules import GUARDS, PERMIT_GUARDS, PROOFS
from rightaway.domain.workflow_approvals import check_approval
from rightaway.domain.workflow_effects import AFTER, EFFECTS
from rightaway.domain.workflow_tasks import check_tasks
from rightaway.domain.workflows import ACTORS, OWNERS, SYSTEM, Mode, Template, Transition

EVERY = "*"
ENDS = ("closed", "abandoned")
"""What an end is called: reports, lists and clocks know by it that a release is over."""
GATE, STANDARD = "G31", "G06"
GO = "deployment"
"""The approval that production stands on, when it does not stand on models of standard changes."""


def check(reader: Reader, template: Template) -> None:
    """Look at the template as a whole; places are those of the lists it was read from."""
    _check_unique(reader, template)
    _check_paths(reader, template)
    for index, way in enumerate(template.transitions):
        _check_transition(reader, template, way, f"/transitions/{index}")
    phases = {phase.key for phase in template.phases}
    for index, approval in enumerate(template.approvals):
        check_approval(reader, approval, phases, f"/approvals/{index}")
    _check_items(reader, template)
    _check_launch(reader, template, phases)


def check_kept(reader: Reader, template: Template, base: Template) -> None:
    """Object to an extension that drops a prohibition of the shipped workflow, as far as it has the phases."""
    phases = {phase.key for phase in template.phases} | {EVERY}
    for source, target in base.forbidden:
        if {source, target} <= phases and (source, target) not in template.forbidden:
            reader.problem(
                "forbidden_dropped",
                "/forbidden",
                f"{base.key} forbids the way from {source} to {target}, and this does not.",
                f"Put it back: {{from: {source}, to: {target!r}}}.",
            )


def _check_unique(reader: Reader, template: Template) -> None:
    lists: Mapping[str, Iterable[str]] = {
        "phases": [phase.key for phase in template.phases],
        "transitions": [way.id for way in template.transitions],
        "approvals": [approval.key for approval in template.approvals],
        "checklist": [item.key for item in template.checklist],
        "tasks": [task.key for task in template.tasks],
    }
    for name, keys in lists.items():
        for key, count in Counter(keys).items():
            if count > 1:
                reader.problem(
                    "duplicate", f"/{name}", f"{key!r} is there {count} times.", "Rename all but one."
                )


def _check_paths(reader: Reader, template: Template) -> None:
    phases = [phase.key for phase in template.phases]
    rows = [(way.source, way.event, way.target) for way in template.transitions]
    if not phases:
        reader.problem("no_phases", "/phases", "A workflow needs phases.")
        return
    if not template.terminal:
        reader.problem("no_terminal", "/terminal", "A workflow needs a phase where it ends.")
    for key in sorted(template.terminal - set(phases)):
        reader.problem("unknown_phase", "/terminal", f"There is no phase {key!r}.")
    for key in sorted(template.terminal - set(ENDS)):
        reader.problem(
            "unknown_end", "/terminal", f"An end cannot be called {key!r}.", f"Known: {', '.join(ENDS)}."
        )
    for source, event in moves.ambiguous(rows):
        reader.problem(
            "duplicate_event", "/transitions", f"{source} has more than one way out called {event!r}."
        )
    for source, event, _ in moves.leaving(rows, template.terminal):
        reader.problem("leaves_terminal", "/transitions", f"{source} is final, but {event!r} leaves it.")
    for key in moves.unreachable(rows, phases[0], phases):
        reader.problem("unreachable_phase", "/phases", f"No way leads to {key}.")
    for key in moves.stuck(rows, template.terminal, phases):
        reader.problem("stuck_phase", "/phases", f"No way leads from {key} to an end.")


def _check_transition(reader: Reader, template: Template, way: Transition, at: str) -> None:
    phases, approvals = {p.key for p in template.phases}, {a.key for a in template.approvals}
    reader.one_of(way.source, phases, f"{at}/from", "phase")
    reader.one_of(way.target, phases, f"{at}/to", "phase")
    reader.each_of(way.standing, approvals, f"{at}/standing", "approval")
    reader.each_of(way.voids, approvals, f"{at}/voids", "approval")
    reader.each_of(way.guards, GUARDS, f"{at}/guards", "guard")
    reader.each_of(way.actors, ACTORS, f"{at}/actors", "actor")
    reader.each_of(way.effects, EFFECTS, f"{at}/effects", "effect")
    reader.each_of(way.after, AFTER, f"{at}/after", "effect")
    if way.approval:
        reader.one_of(way.approval, approvals, f"{at}/approval", "approval")
    if way.when and not conditions.known(way.when):
        reader.one_of(way.when, conditions.CONDITIONS, f"{at}/when", "condition")
    if {(way.source, way.target), (way.source, EVERY), (EVERY, way.target)} & set(template.forbidden):
        reader.problem("forbidden", at, f"{way.source} may never lead to {way.target}.")
    _check_mode(reader, way, at)


def _check_mode(reader: Reader, way: Transition, at: str) -> None:
    if not way.actors:
        reader.problem("no_actor", f"{at}/actors", f"Nobody may take {way.id}.", "Name a role, or system.")
    if way.mode is Mode.ON_APPROVAL and not way.approval:
        reader.problem("no_approval", f"{at}/approval", f"{way.id} waits for an approval and names none.")
    if way.mode is not Mode.MANUAL and SYSTEM not in way.actors:
        reader.problem("not_automatic", f"{at}/actors", f"{way.id} runs by itself; system must be an actor.")


def _check_items(reader: Reader, template: Template) -> None:
    blockable = {way.id for way in template.transitions} | set(template.permit_guards)
    approvals = {approval.key for approval in template.approvals}
    for index, item in enumerate(template.checklist):
        at = f"/checklist/{index}"
        if not item.approval and not item.proof:
            reader.problem(
                "unproved", at, f"Nothing could satisfy {item.key}.", "Name an approval or a proof."
            )
        if item.approval:
            reader.one_of(item.approval, approvals, f"{at}/approval", "approval")
        reader.each_of(item.proof, PROOFS, f"{at}/proof", "proof")
        reader.each_of(item.blocks, blockable, f"{at}/blocks", "transition")
        reader.one_of(item.owner, OWNERS, f"{at}/owner", "role")
    check_tasks(reader, template)


def _check_launch(reader: Reader, template: Template, phases: set[str]) -> None:
    """Nothing reaches production without the gate before every wave, and somebody's authority behind it."""
    reader.each_of(template.permit_guards, PERMIT_GUARDS, "/permit_guards", "permit guard")
    for name, keys in (("launch", template.launch), ("launch_lower", template.launch_lower)):
        reader.each_of(keys, phases, f"/{name}", "phase")
    if not template.launch:
        return
    if GATE not in template.permit_guards:
        reader.problem(
            "no_gate", "/permit_guards", "Waves would begin without being judged.", f"Name {GATE}."
        )
    if not template.has_approval(GO) and STANDARD not in template.permit_guards:
        reader.problem(
            "no_authority",
            "/approvals",
            "Nobody would approve what is deployed to production.",
            f"Keep an approval called {GO}, or name {STANDARD} among the permit guards: standard changes only.",
        )
