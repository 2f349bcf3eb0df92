"""Models of standard changes: lists, one model with how it went, and whether it counts now."""

from typing import Any

from django.db.models import Q, QuerySet

from rightaway.domain.change_models import (
    BOUND,
    LOOK_BACK,
    TABLE,
    Model,
    ModelState,
    Record,
    model_digest,
    record,
)
from rightaway.domain.moves import allowed
from rightaway.records.changes.models import Attempt, ChangeModel


def models(*, text: str = "", state: str = "", service: str = "") -> QuerySet[ChangeModel]:
    found = ChangeModel.objects.select_related("owner").prefetch_related("services").order_by("-id")
    if text:
        found = found.filter(Q(number__icontains=text) | Q(title__icontains=text))
    if state:
        found = found.filter(state=state)
    if service:
        found = found.filter(
            pk__in=ChangeModel.services.through.objects.filter(configurationitem__key=service).values(
                "changemodel"
            )
        )
    return found


def model(number: str) -> ChangeModel | None:
    found = ChangeModel.objects.select_related("owner", "authorised_by")
    return found.prefetch_related("services", "authors").filter(number=number).first()


def active(services: frozenset[str] | None = None) -> QuerySet[ChangeModel]:
    """Give the models that can be used, of some services or of all."""
    found = models(state=ModelState.ACTIVE)
    if services is not None:
        found = found.filter(services__key__in=services).distinct()
    return found


def events(row: ChangeModel) -> tuple[str, ...]:
    return allowed(TABLE, row.state)


def content(row: ChangeModel) -> dict[str, Any]:
    """Give what an authorisation of the model is bound to."""
    return {name: getattr(row, name) for name in BOUND} | {"services": service_keys(row)}


def service_keys(row: ChangeModel) -> list[str]:
    return sorted(one.key for one in row.services.all())


def current_digest(row: ChangeModel) -> str:
    return model_digest(content(row))


def as_model(row: ChangeModel) -> Model:
    return Model(
        number=row.number,
        state=row.state,
        is_whole=row.digest == current_digest(row),
        services=frozenset(service_keys(row)),
        ci_classes=frozenset(row.ci_classes),
        max_items=row.max_items,
        last_needed_at=max(filter(None, (row.last_used_at, row.authorised_at)), default=None),
    )


def went(row: ChangeModel) -> Record:
    """Say how the last attempts ended, since the model was authorised: what went before counts no more."""
    found = Attempt.objects.filter(model=row).exclude(result="")
    if row.authorised_at is not None:
        found = found.filter(began_at__gte=row.authorised_at)
    return record(found.order_by("-began_at", "-id").values_list("result", flat=True)[:LOOK_BACK])
