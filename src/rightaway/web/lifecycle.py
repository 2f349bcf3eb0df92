"""What moves a release on: ways out of its phase, and tasks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import Forbidden, NotFound
from rightaway.domain.guards import Evaluation
from rightaway.domain.workflows import Mode, may_take
from rightaway.queries import releases, templates
from rightaway.services import lifecycle
from rightaway.services import releases as release_commands
from rightaway.web import frames
from rightaway.web.forms.lifecycle import TaskForm, WayForm
from rightaway.web.pages import act, bound, command
from rightaway.web.statuses import within
from rightaway.web.viewers import Viewer


@act
def way(request: HttpRequest, viewer: Viewer, number: str, event: str) -> HttpResponse:
    row = frames.found(viewer, number)
    stands = _way(row, event)
    taken = stands.transition
    if not may_take(taken, viewer.roles(row.service.key)):
        roles = ", ".join(actor.replace("_", " ") for actor in taken.actors)
        raise Forbidden("permission.denied", f"{taken.title} is for: {roles}.", hint="Ask one of them.")
    form = WayForm(**bound(request), way=taken, initial={"version": row.version})

    def run(given: dict[str, Any]) -> None:
        lifecycle.fire(
            actor=viewer.actor,
            number=number,
            event=event,
            reason=given["reason"],
            fields=form.answers(),
            expected_version=given["version"],
        )

    missing = [
        f"{one.message} {one.remedy} ({one.owner.replace('_', ' ')})" for one in stands.unmet if one.blocks
    ]
    return command(
        request,
        form,
        run,
        title=f"{_(taken.title)}: {number}",
        button=taken.title,
        back=reverse("release", args=[number]),
        done=_("{number}: {taken} is done.").format(number=number, taken=within(_(taken.title))),
        text=_consequence(row, taken),
        warning="\n".join(["This is still missing:", *missing]) if missing else "",
        tone="danger" if taken.target in {"abandoned", "back_out"} else "primary",
        crumbs=frames.crumbs(number),
    )


def _way(row: Any, event: str) -> Evaluation:
    for one in releases.standing(row).ways:
        if one.transition.event == event and one.transition.mode is Mode.MANUAL:
            return one
    raise NotFound(
        "not_found",
        f"{row.number} is in phase {row.phase.replace('_', ' ')}, which has no way {event.replace('_', ' ')}.",
        hint="Look at the page of the release: it may have moved on.",
    )


def _consequence(row: Any, taken: Any) -> str:
    template = templates.of(row)
    titles = {phase.key: phase.title for phase in template.phases}
    source, target = _(titles[taken.source]), _(titles[taken.target])
    sentences = [_("The release goes from {source} to {target}.").format(source=source, target=target)]
    if taken.target in template.terminal:
        sentences.append(_("This is final."))
    if taken.voids:
        names = ", ".join(within(_(template.approval(key).title)) for key in taken.voids)
        sentences.append(_("These approvals lose their force: {names}.").format(names=names))
    if "back_out_deployments" in taken.after:
        sentences.append(_("Rightaway begins at once to undo what was deployed to production."))
    return " ".join(sentences)


@act
def task(request: HttpRequest, viewer: Viewer, number: str, key: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("task.complete", row.service.key)
    held = next((one for one in releases.tasks(row) if one.key == key), None)
    if held is None:
        raise NotFound(
            "not_found", f"{number} has no task {key!r} now.", hint="Look at the page of the release."
        )
    return command(
        request,
        TaskForm(**bound(request)),
        lambda given: release_commands.finish_task(
            actor=viewer.actor, number=number, key=key, state=given["state"], note=given["note"]
        ),
        title=held.title,
        button=_("Save"),
        back=f"{reverse('release', args=[number])}#tasks",
        done=_("The task “{title}” is updated.").format(title=held.title),
        text=held.instructions,
        crumbs=frames.crumbs(number),
    )
