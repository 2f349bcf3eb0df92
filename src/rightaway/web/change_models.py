"""Models of standard changes: the list, one model with how it went, writing and authorising one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.change_models import BY_A_PERSON
from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import Word, said
from rightaway.domain.subjects import SubjectKind
from rightaway.queries import change_models as ask
from rightaway.queries import changes
from rightaway.services import change_models as commands
from rightaway.web import choices, conversations
from rightaway.web.forms.change_models import AuthoriseModelForm, ModelFilter, ModelForm, StepForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.statuses import within, words
from rightaway.web.viewers import Viewer

EDIT, AUTHORISE, RETIRE = "change_model.edit", "change_model.authorise", "change_model.retire"
LATEST = 10


def _crumbs(number: str = "") -> list[tuple[str, str]]:
    found = [(_("Changes"), reverse("changes")), (_("Standard change models"), reverse("change-models"))]
    return [*found, (number, reverse("change-model", args=[number]))] if number else found


def _may(viewer: Viewer, action: str, row: Any) -> bool:
    return all(viewer.may(action, key) for key in ask.service_keys(row))


def _require(viewer: Viewer, action: str, row: Any) -> None:
    for key in ask.service_keys(row):
        viewer.require(action, key)


def _found(viewer: Viewer, number: str) -> Any:
    viewer.require("release.view", None)
    row = ask.model(number)
    if row is None:
        raise NotFound(
            "not_found",
            said("There is no change model {number}.", number=number),
            hint=said("Look at the list."),
        )
    return row


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.view", None)
    filters = ModelFilter(request.GET)
    context = {
        "rows": paged(request, ask.models(**filters.chosen())),
        "filters": filters,
        "may_define": viewer.may(EDIT, None),
        "crumbs": _crumbs()[:1],
    }
    return render(request, "changes/models.html", context)


@page
def model(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    events = ask.events(row)
    may_edit, may_retire = _may(viewer, EDIT, row), _may(viewer, RETIRE, row)
    wrote = viewer.user.pk in {one.pk for one in row.authors.all()}
    waits = "authorise" in events and _may(viewer, AUTHORISE, row)
    context = {
        "model": row,
        "went": ask.went(row),
        "steps": [
            (event, words(event))
            for event in events
            if event in BY_A_PERSON and (may_edit if event == "revise" else may_retire)
        ],
        "may_edit": may_edit and row.state != "retired",
        "may_authorise": waits and not wrote,
        "wrote": waits and wrote,
        "latest": viewer.narrowed(changes.changes(model=number), "service__key")[:LATEST],
        "talk": conversations.talk(viewer, SubjectKind.CHANGE_MODEL, row),
        "crumbs": _crumbs(),
    }
    return render(request, "changes/model.html", context)


def _form(request: HttpRequest, viewer: Viewer, initial: dict[str, Any]) -> ModelForm:
    return ModelForm(
        **bound(request),
        initial=initial,
        services=choices.services(viewer, EDIT),
        owners=choices.persons(),
        classes=choices.item_classes(),
    )


@act
def define(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(EDIT, None)
    form = _form(request, viewer, {"owner": viewer.user.username})

    def run(given: dict[str, Any]) -> str:
        row = commands.define(
            actor=viewer.actor, services=given["services"], owner=given["owner"], fields=form.fields_given()
        )
        return reverse("change-model", args=[row.number])

    return command(
        request,
        form,
        run,
        title=_("Define a standard change model"),
        button=_("Save as a draft"),
        back=reverse("change-models"),
        done=_("The model is a draft. It counts when somebody else authorises it."),
        text=_("Changes that fit the model need no authorisation of their own."),
        crumbs=_crumbs(),
    )


@act
def edit(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    _require(viewer, EDIT, row)
    initial = {name: getattr(row, name) for name in (*commands.WRITTEN, "version")}
    initial |= {"services": ask.service_keys(row), "owner": row.owner.username}
    form = _form(request, viewer, initial)
    return command(
        request,
        form,
        lambda given: commands.edit(
            actor=viewer.actor,
            number=number,
            services=given["services"],
            owner=given["owner"],
            fields=form.fields_given(),
            expected_version=given["version"],
        ),
        title=_("Edit {number}").format(number=number),
        button=_("Save"),
        back=reverse("change-model", args=[number]),
        done=_("Saved."),
        text=_("A model whose content changes is a draft again, until somebody else authorises it."),
        crumbs=_crumbs(number),
    )


@act
def authorise(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    _require(viewer, AUTHORISE, row)
    digest = ask.current_digest(row)
    return command(
        request,
        AuthoriseModelForm(**bound(request), initial={"version": row.version, "digest": digest}),
        lambda given: commands.authorise(
            actor=viewer.actor, number=number, digest=given["digest"], expected_version=given["version"]
        ),
        title=_("Authorise {number}").format(number=number),
        button=_("Authorise"),
        back=reverse("change-model", args=[number]),
        done=_("{number} is active.").format(number=number),
        text=_("From then on every change that fits it is authorised: {title}, for {services}.").format(
            title=row.title, services=", ".join(str(one) for one in row.services.all())
        ),
        crumbs=_crumbs(number),
    )


@act
def step(request: HttpRequest, viewer: Viewer, number: str, event: str) -> HttpResponse:
    row = _found(viewer, number)
    if event not in BY_A_PERSON or event not in ask.events(row):
        raise NotFound(
            "not_found",
            said(
                "{number} is {state}, which has no step {event}.",
                number=number,
                state=Word(row.state),
                event=Word(event.replace("_", " ")),
            ),
            hint=said("Look at the page of the model."),
        )
    _require(viewer, EDIT if event == "revise" else RETIRE, row)
    return command(
        request,
        StepForm(**bound(request), initial={"version": row.version}, needed=event != "revise"),
        lambda given: commands.move(
            actor=viewer.actor,
            number=number,
            event=event,
            reason=given["reason"],
            expected_version=given["version"],
        ),
        title=f"{words(event)}: {number}",
        button=words(event),
        back=reverse("change-model", args=[number]),
        done=_("{number}: {words} is done.").format(number=number, words=within(words(event))),
        crumbs=_crumbs(number),
    )
