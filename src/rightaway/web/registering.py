"""Registering a release: from changes, from a template, like an earlier one, or from a release file."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.intake.documents import Document
from rightaway.intake.releases import ReleaseFile
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml
from rightaway.queries import release_files as ask
from rightaway.services import release_files
from rightaway.web import choices
from rightaway.web.forms.registering import FileForm, RegisterForm
from rightaway.web.frames import found
from rightaway.web.pages import act, bound, command, page
from rightaway.web.viewers import Viewer

Json = dict[str, Any]


@act
def register(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.register", None)
    asked = request.POST if request.method == "POST" else request.GET
    begun, told = _basis(viewer, asked)
    form = RegisterForm(
        **bound(request),
        services=choices.services(viewer, "release.register"),
        workflows=choices.workflows(),
        changes=choices.open_changes(viewer),
        initial={**begun, "changes": request.GET.getlist("change")},
    )
    form.fields["template"].initial = asked.get("template", "")
    form.fields["like"].initial = asked.get("like", "")

    def run(given: Json) -> str:
        wanted = {name: value for name, value in given.items() if name not in {"template", "like"} and value}
        return _made(viewer, Document({"kind": "release", **begun, **wanted}))

    return command(
        request,
        form,
        run,
        template="releases/register.html",
        title=_("Register a release"),
        button=_("Register"),
        back=reverse("releases"),
        done=_("The release is registered."),
        text=told
        or _(
            "What is not known yet can follow: the page of the release says what is missing, and who has it."
        ),
        templates=ask.templates(),
        chosen=asked.get("template", ""),
        taken=_taken(begun, form),
        crumbs=[(_("Releases"), reverse("releases"))],
    )


@act
def from_file(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.register", None)
    begun, _told = _basis(viewer, request.GET)
    content = {"kind": "release", **begun} if begun else _example()
    form = FileForm(**bound(request), initial={"text": ask.text(content)})
    return command(
        request,
        form,
        lambda _given: _made(viewer, load_yaml(form.source())),
        title=_("Register a release from a file"),
        button=_("Register"),
        back=reverse("release-register"),
        done=_("The release is registered."),
        text=_("All of the file is registered, or nothing; what is wrong is named with its line."),
        crumbs=[
            (_("Releases"), reverse("releases")),
            (_("Register a release"), reverse("release-register")),
        ],
    )


@page
def file(_request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Give a release as the file that registers it."""
    row = found(viewer, number)
    answer = HttpResponse(ask.text(ask.whole(row)), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{number}.yaml"'
    return answer


def _example() -> Json:
    return {
        "kind": "release",
        "title": _("What it is called"),
        "description": _("What it brings."),
        "release_type": "minor",
        "service": "",
        "changes": [],
        "objectives": [],
    }


def _basis(viewer: Viewer, asked: Any) -> tuple[Json, str]:
    """Give what the new release begins with, and say where it is from."""
    if key := asked.get("template"):
        template = ask.template(key)
        if template is None:
            raise NotFound(
                "not_found",
                said("There is no template '{key}'.", key=key[:40]),
                hint=", ".join(one.key for one in ask.templates()),
            )
        return dict(template.fields), _(
            "Begins with the template. Everything can be changed now, or later on the page of the release."
        )
    if number := asked.get("like"):
        row = found(viewer, number)
        return ask.basis(row), _("Begins like {number}; changes and dates are its own.").format(number=number)
    return {}, ""


def _taken(begun: Json, form: RegisterForm) -> list[tuple[str, Any]]:
    """Name what is taken over beyond the fields of the form, so that nothing comes by surprise."""
    return [(name, value) for name, value in begun.items() if name not in form.fields]


def _made(viewer: Viewer, document: Document) -> str:
    row = release_files.register(actor=viewer.actor, file=read(document, ReleaseFile))
    return reverse("release", args=[row.number])
