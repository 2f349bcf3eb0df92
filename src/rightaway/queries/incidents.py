"""Incidents, problems, known errors and interactions."""

from django.db.models import QuerySet

from rightaway.records.incidents.models import Incident, Interaction, KnownError, Problem


def incidents(*, state: str = "", release: str = "") -> QuerySet[Incident]:
    found = Incident.objects.select_related("service", "release", "deployment").order_by("-id")
    found = found.filter(state=state) if state else found
    return found.filter(release__number=release) if release else found


def incident(number: str) -> Incident | None:
    return incidents().select_related("taught_in", "answered_by__release").filter(number=number).first()


def problems(*, state: str = "", release: str = "") -> QuerySet[Problem]:
    found = Problem.objects.select_related("release").prefetch_related("incidents").order_by("-id")
    found = found.filter(state=state) if state else found
    return found.filter(release__number=release) if release else found


def problem(number: str) -> Problem | None:
    return problems().filter(number=number).first()


def known_errors(*, state: str = "") -> QuerySet[KnownError]:
    found = (
        KnownError.objects.select_related("service", "problem")
        .prefetch_related("releases__release")
        .order_by("-id")
    )
    return found.filter(state=state) if state else found


def known_error(number: str) -> KnownError | None:
    return known_errors().filter(number=number).first()


def interactions(*, state: str = "", release: str = "") -> QuerySet[Interaction]:
    found = Interaction.objects.select_related("release").order_by("-id")
    found = found.filter(state=state) if state else found
    return found.filter(release__number=release) if release else found
