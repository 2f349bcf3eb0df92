"""The package of a release, its deployment design, and the plan compiled from both."""

import json
import tempfile
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from rightaway.intake.designs import DeploymentDesign
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml
from rightaway.queries import debts, lessons
from rightaway.services import packages as package_commands
from rightaway.services import plans as plan_commands
from rightaway.services import releases as release_commands
from rightaway.web import choices, frames
from rightaway.web.forms.plans import CompileForm, DesignForm, PackageForm
from rightaway.web.pages import act, bound, command, page
from rightaway.web.viewers import Viewer

TAB = "plan"


@page
def plan(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    package = row.packages.filter(is_current=True).select_related("built_by").first()
    current = row.plans.filter(is_current=True).select_related("environment", "package", "compiled_by")
    given = lessons.answers(row)
    context = {
        **frames.frame(viewer, row, TAB),
        "package": package,
        "earlier": list(row.packages.filter(is_current=False)),
        "articles": list(row.articles.exclude(package_digest="").order_by("kind")),
        "plans": list(current.order_by("environment__tier", "id")),
        "lessons": [(one, given.get(one.pk)) for one in lessons.owed(row)],
        "inherited": list(debts.inherited(row)[:20]),
        "may_build": viewer.may("package.build", row.service.key),
        "may_plan": viewer.may("plan.edit", row.service.key, own=row.initiated_by_id == viewer.user.pk),
    }
    return render(request, "releases/plan.html", context)


@act
def package(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("package.build", row.service.key)

    def run(given: dict[str, Any]) -> None:
        with tempfile.NamedTemporaryFile() as archive:
            for chunk in given["archive"].chunks():
                archive.write(chunk)
            archive.flush()
            manifest = given["manifest"].read()
            package_commands.admit(
                actor=viewer.actor, number=number, manifest=manifest, archive=Path(archive.name)
            )

    return command(
        request,
        PackageForm(**bound(request)),
        run,
        title=_("Package of {number}").format(number=number),
        button=_("Bring it in"),
        done=_("The package is in the definitive library."),
        text=_(
            "Both files are made by the command line: rightaway package build. Every byte is checked against the"
            " manifest before the package becomes that of the release."
        ),
        **frames.inside(row, TAB, "#package"),
    )


@act
def design(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("plan.edit", row.service.key, own=row.initiated_by_id == viewer.user.pk)
    held = json.dumps(row.design, indent=2, ensure_ascii=False) if row.design else ""
    form = DesignForm(**bound(request), initial={"version": row.version, "design": held})

    def run(given: dict[str, Any]) -> None:
        wanted = read(load_yaml(form.source()), DeploymentDesign).model_dump(mode="json", exclude_none=True)
        release_commands.set_design(
            actor=viewer.actor, number=number, design=wanted, expected_version=given["version"]
        )

    return command(
        request,
        form,
        run,
        title=_("Deployment design of {number}").format(number=number),
        button=_("Save the design"),
        done=_("The design is saved. Compile the plan next."),
        text=_(
            "The design says which targets, in which waves, by which steps, and how one knows it went well."
            " A new design makes the plan that was compiled before out of date."
        ),
        **frames.inside(row, TAB),
    )


@act
def compile_plan(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("plan.edit", row.service.key, own=row.initiated_by_id == viewer.user.pk)
    wanted = request.GET.get("environment") or (row.design or {}).get("environment", "")
    initial = {"environment": wanted}
    form = CompileForm(**bound(request), environments=choices.environments(), initial=initial)
    return command(
        request,
        form,
        lambda given: plan_commands.compile(
            actor=viewer.actor, number=number, environment=given["environment"]
        ),
        title=_("Compile the plan of {number}").format(number=number),
        button=_("Compile"),
        done=_("The plan is compiled."),
        text=_(
            "Package, design and configuration records become one frozen plan with a digest."
            " In another environment than the design's own, it is the plan of a rehearsal: all targets in one wave."
        ),
        **frames.inside(row, TAB),
    )
