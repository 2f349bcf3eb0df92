"""How we answer: pages that stay stable while rows are added, and what a record looks like outside."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, Protocol, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict

from rightaway.domain.errors import Invalid
from rightaway.intake.fields import whole
from rightaway.intake.schema import FileModel

RowT = TypeVar("RowT")
RecordT = TypeVar("RecordT", bound="Versioned")
LONGEST_PAGE = 200


class Out(BaseModel):
    """Part of an answer, filled from a row's attributes or from `values()`."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True)


class ExternalOut(Out):
    """Where an imported record came from; `is_history` was over when it came in, and proves nothing here."""

    system: str
    key: str
    url: str
    state: str
    is_history: bool


class Versioned(Protocol):
    version: int


class PageFilter(FileModel):
    """
    Which part of a list.

    Args:
        limit: How many at most, up to 200.
        after: The `next` of the page before.
    """

    limit: Annotated[int, whole(1, LONGEST_PAGE)] = 50
    after: str = ""


class Page(Out, Generic[RowT]):
    """
    One part of a list.

    Rows that are added meanwhile move nothing: none is shown twice and none is left out. `next` is null at the end.
    """

    items: list[RowT]
    next: str | None


def page(
    rows: QuerySet[Any, Any], asked: PageFilter, order: str, row: type[Out] | None = None
) -> dict[str, Any]:
    """
    Give one page of the rows: only the columns that `row` shows, or whole records when there is none.

    Args:
        order: A unique field, with `-` for descending.
    """
    field = order.removeprefix("-")
    found = rows.order_by(order)
    if asked.after:
        beyond = f"{field}__{'lt' if order.startswith('-') else 'gt'}"
        found = found.filter(**{beyond: _opened(asked.after, order)})
    if row is not None:
        names = columns(row)
        found = found.values(*names, *({field} - set(names)))
    items = list(found[: asked.limit + 1])
    if len(items) <= asked.limit:
        return {"items": items, "next": None}
    items.pop()
    last = items[-1][field] if row is not None else getattr(items[-1], field)
    return {"items": items, "next": _sealed(order, last)}


def columns(row: type[Out]) -> list[str]:
    """Name the columns behind the fields of a row: each field's alias, or its own name."""
    return [str(field.validation_alias or name) for name, field in row.model_fields.items()]


def _sealed(order: str, edge: object) -> str:
    return base64.urlsafe_b64encode(f"{order} {edge}".encode()).decode().rstrip("=")


def _opened(cursor: str, order: str) -> str | int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        text = ""
    said, _, edge = text.partition(" ")
    is_id = order.removeprefix("-") == "id"
    if said != order or not edge or (is_id and not (edge.isascii() and edge.isdigit() and len(edge) < 19)):  # noqa: PLR2004 -- what a bigint holds
        raise Invalid(
            "query.value",
            "This cursor does not belong to this list in this order.",
            hint="Leave `after` out to begin again; else send the `next` of the page before.",
            at="after",
        )
    return int(edge) if is_id else edge


def tagged(response: HttpResponse, row: RecordT) -> RecordT:
    """Put the version of the record on the answer, for `If-Match`."""
    response["ETag"] = f'"{row.version}"'
    return row


def each(field: str) -> BeforeValidator:
    """Show a set of related rows as one field of each, in that order."""

    def read(manager: Any) -> Any:
        return (
            manager if isinstance(manager, Sequence) else sorted(getattr(one, field) for one in manager.all())
        )

    return BeforeValidator(read)


def _every(manager: Any) -> Any:
    return manager if isinstance(manager, Sequence) else list(manager.all())


def _attribute(name: str) -> Callable[[Any], Any]:
    def read(related: Any) -> Any:
        return getattr(related, name) if isinstance(related, Model) else related

    return read


EVERY = BeforeValidator(_every)
"""Show a set of related rows as a list."""

Account = Annotated[str, BeforeValidator(_attribute("username"))]
Key = Annotated[str, BeforeValidator(_attribute("key"))]
Number = Annotated[str, BeforeValidator(_attribute("number"))]
MaybeAccount = Annotated[str | None, BeforeValidator(_attribute("username"))]
MaybeKey = Annotated[str | None, BeforeValidator(_attribute("key"))]
MaybeNumber = Annotated[str | None, BeforeValidator(_attribute("number"))]
