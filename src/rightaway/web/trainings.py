"""The training page of a release: audiences, sessions, who came, and what misuse after earlier releases teaches."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.facts_evidence import WaiverFacts
from rightaway.domain.guards_training import needed_pct
from rightaway.domain.policies import Policy
from rightaway.domain.priorities import training_required
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import said
from rightaway.domain.trainings import CONTROL, Count
from rightaway.domain.waivers import WaiverState, state
from rightaway.queries import facts_built, policies, templates
from rightaway.queries import trainings as ask
from rightaway.services import trainings as commands
from rightaway.web import frames
from rightaway.web.forms.base import CommandForm, ReasonForm
from rightaway.web.forms.trainings import AttendanceForm, AudienceForm, CountForm, InviteForm, SessionForm
from rightaway.web.pages import act, bound, command, page
from rightaway.web.viewers import Viewer

TAB = "release-training"
MOST = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """One audience with how far it is; `needed` is in percent."""

    row: Any
    coverage: ask.Coverage
    needed: int
    is_enough: bool
    is_waived: bool
    people: list[tuple[Any, bool]]
    more: int
    now: Any


@page
def training(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    rows, waived = list(ask.of_release(row)), _waived(row)
    estimate, actual = ask.cost(rows)
    policy = policies.of_service(row.service, timezone.now())
    context = {
        **frames.frame(viewer, row, TAB),
        "audiences": [_shown(one, waived, policy) for one in rows],
        "is_required": training_required(
            impact_assessment=row.impact_assessment,
            urgency=row.urgency,
            added=row.training_required,
            rule=templates.of(row).training,
        ),
        "is_waived": "" in waived,
        "cost_estimate": estimate,
        "cost_actual": actual,
        "gaps": list(ask.gaps(row)),
        "misuse": list(ask.misuse_after(row)),
        "may_train": _may(viewer, row),
        "now": timezone.now(),
    }
    return render(request, "releases/training.html", context)


def _may(viewer: Viewer, row: Any) -> bool:
    own = viewer.user.pk in {row.initiated_by_id, row.coordinator_id}
    return viewer.may(commands.EDIT, row.service.key, own=own) and row.phase not in {"closed", "abandoned"}


def _waived(row: Any) -> set[str]:
    """Give the audiences for which a waiver is in force, with an empty name for all of them."""
    now = timezone.now()
    held: list[WaiverFacts] = [one for one in facts_built.waivers(row) if one.control == CONTROL]
    return {one.part for one in held if state(one, now) is WaiverState.GRANTED}


def _shown(row: Any, waived: set[str], policy: Policy) -> Shown:
    held = ask.coverage(row)
    needed = needed_pct(ReleaseFacts(policy=policy), row.audience_kind)
    people = list(row.attendees.all())
    return Shown(
        row=row,
        coverage=held,
        needed=needed,
        is_enough=held.named > 0 and held.trained * 100 >= needed * held.named,
        is_waived=bool({"", row.audience} & waived),
        people=[(one, ask.has_passed(row, one)) for one in people[:MOST]],
        more=max(0, len(people) - MOST),
        now=timezone.now(),
    )


def _open(viewer: Viewer, number: str) -> Any:
    row = frames.found(viewer, number)
    own = viewer.user.pk in {row.initiated_by_id, row.coordinator_id}
    viewer.require(commands.EDIT, row.service.key, own=own)
    return row


def _held(viewer: Viewer, number: str, training_id: int) -> tuple[Any, Any]:
    row = _open(viewer, number)
    found = ask.of_release(row).filter(pk=training_id).first()
    if found is None:
        raise NotFound("not_found", said("{number} has no such training.", number=number))
    return row, found


def _form(
    request: HttpRequest,
    row: Any,
    form: CommandForm,
    run: Any,
    *,
    title: str,
    button: str,
    done: str,
    **more: Any,
) -> HttpResponse:
    return command(
        request, form, run, title=title, button=button, done=done, **frames.inside(row, TAB), **more
    )


def _gaps(row: Any) -> list[tuple[str, str]]:
    return [(one.number, f"{one.number} {one.misunderstood}") for one in ask.gaps(row)]


@act
def plan(request: HttpRequest, viewer: Viewer, number: str, training_id: int | None = None) -> HttpResponse:
    row, held = (_open(viewer, number), None) if training_id is None else _held(viewer, number, training_id)
    gaps = _gaps(row)
    initial = {}
    if held is not None:
        initial = {name: getattr(held, name) for name in commands.FIELDS if name != "kind"}
        initial |= {"kind": held.audience_kind, "answers": [one.number for one in held.answers.all()]}
    form = AudienceForm(**bound(request), initial=initial, gaps=gaps, is_new=held is None)

    def run(given: dict[str, Any]) -> None:
        audience = held.audience if held is not None else given.pop("audience")
        answers = given.pop("answers") if gaps else None
        commands.plan(actor=viewer.actor, number=number, audience=audience, fields=given, answers=answers)

    title = (
        _("Plan the training of {audience}").format(audience=held.audience) if held else _("Plan training")
    )
    return _form(request, row, form, run, title=title, button=_("Save"), done=_("The training is planned."))


@act
def drop(request: HttpRequest, viewer: Viewer, number: str, training_id: int) -> HttpResponse:
    row, held = _held(viewer, number, training_id)
    return _form(
        request,
        row,
        CommandForm(**bound(request)),
        lambda _given: commands.drop(actor=viewer.actor, number=number, audience=held.audience),
        title=_("Take {audience} out of the training").format(audience=held.audience),
        button=_("Take out"),
        done=_("The audience is taken out."),
        tone="danger",
    )


@act
def session(request: HttpRequest, viewer: Viewer, number: str, training_id: int) -> HttpResponse:
    row, held = _held(viewer, number, training_id)
    return _form(
        request,
        row,
        SessionForm(**bound(request)),
        lambda given: commands.add_session(
            actor=viewer.actor, number=number, audience=held.audience, **given
        ),
        title=_("Plan a session of {audience}").format(audience=held.audience),
        button=_("Plan"),
        done=_("The session is planned."),
    )


@act
def cancel(request: HttpRequest, viewer: Viewer, number: str, session_id: int) -> HttpResponse:
    row = _open(viewer, number)
    held = ask.session(row, session_id)
    if held is None:
        raise NotFound("not_found", said("{number} has no such session.", number=number))
    return _form(
        request,
        row,
        ReasonForm(**bound(request)),
        lambda given: commands.cancel_session(
            actor=viewer.actor, number=number, session=session_id, reason=given["reason"]
        ),
        title=_("Call off the session of {audience}").format(audience=held.training.audience),
        button=_("Call off"),
        done=_("The session is called off."),
        tone="danger",
    )


@act
def invite(request: HttpRequest, viewer: Viewer, number: str, training_id: int) -> HttpResponse:
    row, held = _held(viewer, number, training_id)
    return _form(
        request,
        row,
        InviteForm(**bound(request)),
        lambda given: commands.invite(
            actor=viewer.actor, number=number, audience=held.audience, names=given["names"]
        ),
        title=_("Name people of {audience}").format(audience=held.audience),
        button=_("Name them"),
        done=_("They are named."),
        text=_("From the first name on the list counts, and no number beside it."),
    )


@act
def attend(
    request: HttpRequest, viewer: Viewer, number: str, training_id: int, attendee_id: int
) -> HttpResponse:
    row, held = _held(viewer, number, training_id)
    person = next((one for one in held.attendees.all() if one.pk == attendee_id), None)
    if person is None:
        raise NotFound("not_found", said("{number} has nobody of that name.", number=number))
    sessions = [
        (str(one.pk), f"{date_format(timezone.localtime(one.starts_at), 'DATETIME_FORMAT')} {one.place}")
        for one in held.sessions.all()
        if not one.cancelled_reason
    ]
    initial = {"source": person.source, "session": person.session_id, "score": person.score}
    initial["has_attended"] = person.has_attended if person.recorded_at else True
    has_quiz = held.pass_mark is not None
    form = AttendanceForm(**bound(request), initial=initial, sessions=sessions, has_quiz=has_quiz)
    return _form(
        request,
        row,
        form,
        lambda given: commands.attend(
            actor=viewer.actor, number=number, audience=held.audience, name=person.name, **given
        ),
        title=_("Attendance of {name}").format(name=person.name),
        button=_("Record"),
        done=_("The attendance is recorded."),
    )


@act
def uninvite(
    request: HttpRequest, viewer: Viewer, number: str, training_id: int, attendee_id: int
) -> HttpResponse:
    row, held = _held(viewer, number, training_id)
    person = next((one for one in held.attendees.all() if one.pk == attendee_id), None)
    if person is None:
        raise NotFound("not_found", said("{number} has nobody of that name.", number=number))
    return _form(
        request,
        row,
        CommandForm(**bound(request)),
        lambda _given: commands.uninvite(
            actor=viewer.actor, number=number, audience=held.audience, name=person.name
        ),
        title=_("Take {name} off the list").format(name=person.name),
        button=_("Take off"),
        done=_("They are off the list."),
        tone="danger",
    )


@act
def count(request: HttpRequest, viewer: Viewer, number: str, training_id: int) -> HttpResponse:
    row, held = _held(viewer, number, training_id)
    initial = {
        "invited": held.invited,
        "attended": held.attended,
        "passed": held.passed,
        "source": held.source,
    }

    def run(given: dict[str, Any]) -> None:
        counted = Count(given["invited"], given["attended"], given.get("passed"))
        commands.count(
            actor=viewer.actor, number=number, audience=held.audience, count=counted, source=given["source"]
        )

    return _form(
        request,
        row,
        CountForm(**bound(request), initial=initial, has_quiz=held.pass_mark is not None),
        run,
        title=_("How many of {audience} came").format(audience=held.audience),
        button=_("Record"),
        done=_("The numbers are recorded."),
        text=_("For an audience of which nobody is named."),
    )
