"""What moves a release on: the ways out of its phase."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import Forbidden, NotFound
from rightaway.domain.guards import Evaluation
from rightaway.domain.sentences import Title, Word, said, wordlist
from rightaway.domain.workflows import Mode, may_take
from rightaway.queries import releases, templates
from rightaway.services import lifecycle
from rightaway.web import frames
from rightaway.web.forms.lifecycle import WayForm
from rightaway.web.pages import act, bound, command
from rightaway.web.sentences import translated
from rightaway.web.statuses import within, words
from rightaway.web.viewers import Viewer


@act
def way(request: HttpRequest, viewer: Viewer, number: str, event: str) -> HttpResponse:
    row = frames.found(viewer, number)
    stands = _way(row, event)
    taken = stands.transition
    if not may_take(taken, viewer.roles(row.service.key)):
        roles = wordlist(taken.actors)
        raise Forbidden(
            "permission.denied",
            said("{title} is for: {roles}.", title=Title(taken.title), roles=roles),
            hint=said("Ask one of them."),
        )
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
        f"{translated(one.message)} {translated(one.remedy)} ({within(words(one.owner))})"
        for one in stands.unmet
        if one.blocks
    ]
    return command(
        request,
        form,
        run,
        title=f"{_(taken.title)}: {number}",
        button=_(taken.title),
        back=reverse("release", args=[number]),
        done=_("{number}: {taken} is done.").format(number=number, taken=within(_(taken.title))),
        text=_consequence(row, taken),
        warning="\n".join([_("This is still missing:"), *missing]) if missing else "",
        tone="danger" if taken.target in {"abandoned", "back_out"} else "primary",
        crumbs=frames.crumbs(number),
    )


def _way(row: Any, event: str) -> Evaluation:
    for one in releases.standing(row).ways:
        if one.transition.event == event and one.transition.mode is Mode.MANUAL:
            return one
    raise NotFound(
        "not_found",
        said(
            "{number} is in phase {phase}, which has no way {event}.",
            number=row.number,
            phase=Word(row.phase.replace("_", " ")),
            event=Word(event.replace("_", " ")),
        ),
        hint=said("Look at the page of the release: it may have moved on."),
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
