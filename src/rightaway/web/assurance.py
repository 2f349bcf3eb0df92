"""Evidence for a release: test reports, defects, training, notices, backups, waivers."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.notices import To
from rightaway.domain.sentences import said
from rightaway.queries import trainings as ask_trainings
from rightaway.services import assurance as commands
from rightaway.web import frames, waivers
from rightaway.web.forms.assurance import (
    BackupForm,
    DefectForm,
    NoticeForm,
    ReportForm,
    ResolutionForm,
    TrainingForm,
)
from rightaway.web.forms.base import CommandForm
from rightaway.web.pages import act, bound, command, page
from rightaway.web.viewers import Viewer

TAB = "evidence"


@page
def evidence(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    scope = row.service.key
    package = row.packages.filter(is_current=True).first()
    items = [
        item for item in row.affected_cis.prefetch_related("backups").order_by("key") if item.is_stateful
    ]
    context = {
        **frames.frame(viewer, row, TAB),
        "package": package,
        "runs": list(package.test_runs.select_related("imported_by")) if package else [],
        "defects": list(row.defects.select_related("found_by").order_by("-is_open", "-id")),
        "trainings": [(one, ask_trainings.coverage(one)) for one in ask_trainings.of_release(row)],
        "notices": list(row.notices.select_related("sent_by")),
        "waivers": waivers.of_release(viewer, row),
        "stateful": items,
        "may_import": viewer.may("evidence.import", scope) and package is not None,
        "may_record": viewer.may("task.complete", scope),
    }
    return render(request, "releases/evidence.html", context)


def _row(viewer: Viewer, number: str, action: str) -> Any:
    row = frames.found(viewer, number)
    viewer.require(action, row.service.key, own=row.initiated_by_id == viewer.user.pk)
    return row


@act
def report(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _row(viewer, number, "evidence.import")
    package = row.packages.filter(is_current=True).first()
    initial = {"package_digest": package.digest if package else ""}
    text = (
        _("The report becomes evidence for the package {package} ({digest}).").format(
            package=package, digest=package.digest[:12]
        )
        if package
        else ""
    )
    return command(
        request,
        ReportForm(**bound(request), initial=initial),
        lambda given: commands.import_junit(
            actor=viewer.actor, number=number, data=given.pop("report").read(), **given
        ),
        title=_("Import a test report"),
        button=_("Import"),
        done=_("The report is imported."),
        text=text,
        **frames.inside(row, TAB),
    )


@act
def defect(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _row(viewer, number, "task.complete")
    return command(
        request,
        DefectForm(**bound(request)),
        lambda given: commands.record_defect(actor=viewer.actor, number=number, **given),
        title=_("Record a defect"),
        button=_("Record"),
        done=_("The defect is recorded."),
        **frames.inside(row, TAB),
    )


@act
def close_defect(request: HttpRequest, viewer: Viewer, number: str, defect_id: int) -> HttpResponse:
    row = _row(viewer, number, "task.complete")
    held = row.defects.filter(pk=defect_id).first()
    if held is None:
        raise NotFound(
            "not_found", said("{number} has no defect {defect_id}.", number=number, defect_id=defect_id)
        )
    return command(
        request,
        ResolutionForm(**bound(request)),
        lambda given: commands.close_defect(actor=viewer.actor, number=number, defect_id=defect_id, **given),
        title=_("Close the defect: {title}").format(title=held.title),
        button=_("Close the defect"),
        done=_("The defect is closed."),
        **frames.inside(row, TAB),
    )


@act
def training(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _row(viewer, number, "task.complete")
    return command(
        request,
        TrainingForm(**bound(request)),
        lambda given: commands.record_training(actor=viewer.actor, number=number, **given),
        title=_("Record training"),
        button=_("Record"),
        done=_("The training is recorded."),
        text=_("Recording the same audience again replaces its numbers."),
        **frames.inside(row, TAB),
    )


@act
def notice(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _row(viewer, number, "release.edit")
    return command(
        request,
        NoticeForm(**bound(request)),
        lambda given: commands.schedule_notice(actor=viewer.actor, number=number, **given),
        title=_("Schedule a notice"),
        button=_("Schedule"),
        done=_("The notice is scheduled."),
        **frames.inside(row, TAB),
    )


@act
def notice_sent(request: HttpRequest, viewer: Viewer, number: str, notice_id: int) -> HttpResponse:
    row = _row(viewer, number, "release.edit")
    held = row.notices.filter(pk=notice_id, to=To.OUTSIDE).first()
    if held is None:
        raise NotFound(
            "not_found", said("{number} has no notice {notice_id}.", number=number, notice_id=notice_id)
        )
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _: commands.mark_notice_sent(actor=viewer.actor, number=number, audience=held.audience),
        title=_("The notice to {audience} was sent").format(audience=held.audience),
        button=_("Record that it was sent"),
        done=_("It is recorded that the notice was sent."),
        **frames.inside(row, TAB),
    )


@act
def backup(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _row(viewer, number, "task.complete")
    items = [(item.key, str(item)) for item in row.affected_cis.filter(is_stateful=True).order_by("key")]
    return command(
        request,
        BackupForm(**bound(request), items=items),
        lambda given: commands.record_backup(actor=viewer.actor, **given),
        title=_("Record a backup"),
        button=_("Record"),
        done=_("The backup is recorded."),
        **frames.inside(row, TAB),
    )
