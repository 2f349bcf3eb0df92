"""Waivers of a release: asked for, granted or refused by the owner of the control, withdrawn."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from rightaway.domain import trainings
from rightaway.domain import waivers as rules
from rightaway.domain.errors import Forbidden, NotFound
from rightaway.domain.sentences import said
from rightaway.queries import facts_built, policies, templates
from rightaway.services import waivers as commands
from rightaway.web import choices, frames
from rightaway.web.forms.base import CommandForm, ReasonForm
from rightaway.web.forms.lifecycle import GrantForm, WaiverForm
from rightaway.web.pages import act, bound, command
from rightaway.web.viewers import Viewer

TAB, ANCHOR = "evidence", "#waivers"


@dataclass(frozen=True, slots=True)
class Shown:
    """A waiver with where it stands, and what the viewer may do with it."""

    row: Any
    title: str
    state: str
    may_decide: bool
    may_withdraw: bool


def of_release(viewer: Viewer, row: Any) -> list[Shown]:
    now, titles = timezone.now(), _titles(row)
    rows = row.waivers.select_related(*facts_built.WAIVER_PEOPLE, "debt").order_by("id")
    return [_shown(viewer, row, one, titles, now) for one in rows]


def _shown(viewer: Viewer, row: Any, one: Any, titles: dict[str, str], now: Any) -> Shown:
    state = rules.state(facts_built.waiver(one), now)
    is_over = row.phase in templates.of(row).terminal
    mine = viewer.user.pk in {one.requested_by_id, row.initiated_by_id}
    waits = state is rules.WaiverState.REQUESTED
    return Shown(
        row=one,
        title=f"{titles.get(one.control, one.control)}{': ' if one.part else ''}{one.part}",
        state=state,
        may_decide=waits
        and not is_over
        and one.requested_by_id != viewer.user.pk
        and _decides(viewer, row, one),
        may_withdraw=(waits or state is rules.WaiverState.GRANTED)
        and not is_over
        and viewer.may("release.edit", row.service.key, own=mine),
    )


def _decides(viewer: Viewer, row: Any, one: Any) -> bool:
    try:
        rules.check_decider(viewer.roles(row.service.key), templates.owner_of(row, one.control))
        if one.control == trainings.CONTROL:
            trainings.check_waiver_decider(viewer.user.pk, author=row.initiated_by_id)
    except Forbidden:
        return False
    return True


def _titles(row: Any) -> dict[str, str]:
    held = {rule.key: _(rule.title) for rule in templates.of(row).checklist}
    return {**held, trainings.CONTROL: _("Training of those who use and support the service")}


def _title(row: Any, one: Any) -> str:
    title = _titles(row).get(one.control, one.control)
    return f"{title}: {one.part}" if one.part else title


def _held(viewer: Viewer, number: str, waiver_id: int) -> tuple[Any, Any]:
    row = frames.found(viewer, number)
    held = row.waivers.select_related("requested_by").filter(pk=waiver_id).first()
    if held is None:
        raise NotFound(
            "not_found", said("{number} has no waiver {waiver_id}.", number=number, waiver_id=waiver_id)
        )
    return row, held


@act
def ask(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("release.edit", row.service.key, own=row.initiated_by_id == viewer.user.pk)
    controls = [(key, title) for key, title in _titles(row).items() if key in rules.WAIVABLE]
    days = policies.of_service(row.service, timezone.now()).longest_waiver_days
    return command(
        request,
        WaiverForm(
            **bound(request),
            controls=controls,
            audiences=list(row.training.order_by("audience").values_list("audience", flat=True)),
            longest_days=days,
            initial={name: request.GET.get(name, "") for name in ("control", "part")},
        ),
        lambda given: commands.ask(actor=viewer.actor, number=number, **given),
        title=_("Ask for a waiver"),
        button=_("Ask"),
        done=_("The waiver is asked for. It counts once another person has granted it."),
        **frames.inside(row, TAB, ANCHOR),
    )


def _decision(viewer: Viewer, number: str, waiver_id: int) -> tuple[Any, Any, str]:
    row, held = _held(viewer, number, waiver_id)
    rules.check_decider(viewer.roles(row.service.key), templates.owner_of(row, held.control))
    return row, held, _title(row, held)


@act
def grant(request: HttpRequest, viewer: Viewer, number: str, waiver_id: int) -> HttpResponse:
    row, held, title = _decision(viewer, number, waiver_id)
    initial = {"owner": held.requested_by.username, "due_at": held.expires_at}
    return command(
        request,
        GrantForm(**bound(request), people=choices.persons(), initial=initial),
        lambda given: commands.grant(actor=viewer.actor, number=number, waiver_id=waiver_id, **given),
        title=_("Grant the waiver of: {titles}").format(titles=title),
        button=_("Grant"),
        done=_("The waiver is granted, and what it leaves is in the ledger of debts."),
        text="\n\n".join(filter(None, (held.reason, held.restore_plan, held.owed))),
        **frames.inside(row, TAB, ANCHOR),
    )


@act
def refuse(request: HttpRequest, viewer: Viewer, number: str, waiver_id: int) -> HttpResponse:
    row, held, title = _decision(viewer, number, waiver_id)
    return command(
        request,
        ReasonForm(**bound(request)),
        lambda given: commands.refuse(actor=viewer.actor, number=number, waiver_id=waiver_id, **given),
        title=_("Refuse the waiver of: {titles}").format(titles=title),
        button=_("Refuse"),
        done=_("The waiver is refused."),
        text=held.reason,
        tone="danger",
        **frames.inside(row, TAB, ANCHOR),
    )


@act
def withdraw(request: HttpRequest, viewer: Viewer, number: str, waiver_id: int) -> HttpResponse:
    row, held = _held(viewer, number, waiver_id)
    mine = viewer.user.pk in {held.requested_by_id, row.initiated_by_id}
    viewer.require("release.edit", row.service.key, own=mine)
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: commands.withdraw(actor=viewer.actor, number=number, waiver_id=waiver_id),
        title=_("Withdraw the waiver of: {titles}").format(titles=_title(row, held)),
        button=_("Withdraw"),
        done=_("The waiver is withdrawn."),
        text=held.reason,
        **frames.inside(row, TAB, ANCHOR),
    )
