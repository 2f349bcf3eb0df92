"""How we read what is sent: bodies and queries go through the strict loaders before any schema."""

import re
from functools import partial
from typing import Annotated, Any, TypeVar

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.params.models import Body, BodyModel, Query, QueryModel
from pydantic import AfterValidator, StringConstraints

from rightaway.domain.errors import Invalid, TooLarge
from rightaway.intake.documents import Document
from rightaway.intake.fields import Key, ShortName, accepted_by
from rightaway.intake.json import load_json_document
from rightaway.intake.limits import JSON_BYTES, YAML_BYTES
from rightaway.intake.schema import FileModel, read
from rightaway.intake.texts import quoted, visible
from rightaway.intake.yaml import load_yaml

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=FileModel)

JSON, XML, TEXT = "application/json", "application/xml", "text/plain"
OCTETS = "application/octet-stream"
YAML = ("application/yaml", "text/yaml", "application/x-yaml")

Said = Annotated[
    str, StringConstraints(max_length=20_000), AfterValidator(accepted_by(partial(visible, one_line=False)))
]
"""What somebody says, over any number of lines; may be empty."""

Word = Annotated[
    str, StringConstraints(max_length=300), AfterValidator(accepted_by(partial(visible, one_line=True)))
]
"""One line, such as a state or the name of a record; what it may be is judged by the command. May be empty."""

FILES: list[type[FileModel]] = []
"""The files that some endpoint takes, for the description of the API."""

_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"', re.ASCII)


class _SentModel(BodyModel):
    """The body of a request, read by `intake` instead of by ninja."""

    @classmethod
    def resolve(cls, request: HttpRequest, api: NinjaAPI, path_params: Any) -> dict[str, Any]:  # type: ignore[override]  # noqa: ARG003
        ((name, field),) = cls.model_fields.items()
        assert isinstance(field.annotation, type)
        _check_media_type(request, JSON)
        return {name: read(load_json_document(request.body), field.annotation)}


class _AskedModel(QueryModel):
    """The query of a request: unknown or repeated parameters are refused as those of a body are."""

    @classmethod
    def resolve(cls, request: HttpRequest, api: NinjaAPI, path_params: Any) -> dict[str, Any]:  # type: ignore[override]  # noqa: ARG003
        ((name, field),) = cls.model_fields.items()
        assert isinstance(field.annotation, type)
        return {name: _query(request, field.annotation)}


class _Sent(Body):  # type: ignore[misc]
    _model = _SentModel

    @classmethod
    def _param_source(cls) -> str:
        return "body"


class _Asked(Query):  # type: ignore[misc]
    _model = _AskedModel

    @classmethod
    def _param_source(cls) -> str:
        return "query"


Sent = Annotated[T, _Sent(...)]
"""The JSON body of a request, as a model."""

Asked = Annotated[T, _Asked(...)]
"""The query of a request, as a model."""


def _query(request: HttpRequest, model: type[ModelT]) -> ModelT:
    repeated = next((name for name, values in request.GET.lists() if len(values) > 1), "")
    if repeated:
        raise Invalid("query.repeated", f"{quoted(repeated)} is given more than once.", at=repeated)
    try:
        return read(Document(request.GET.dict()), model)
    except Invalid as error:
        raise _of_query(error) from None


def _of_query(error: Invalid) -> Invalid:
    code = "query.unknown" if error.code == "field.unknown" else "query.value"
    errors = [_of_query(one) for one in error.errors if isinstance(one, Invalid)]
    at = error.at.removeprefix("/")
    return Invalid(code, error.message, hint=error.hint, at=at, errors=errors)


class _Keyed(FileModel):
    key: Key


class _Named(FileModel):
    name: ShortName


def key_of(text: str) -> str:
    """Accept the key of something new, from a path."""
    return read(Document({"key": text}), _Keyed).key


def name_of(text: str) -> str:
    """Accept the name of something new, such as an audience, from a path."""
    return read(Document({"name": text}), _Named).name


def takes(model: type[FileModel]) -> dict[str, Any]:
    """Describe an endpoint that reads a file, as YAML or as the same in JSON."""
    FILES.append(model)
    content = {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}
    return {"requestBody": {"required": True, "content": {YAML[0]: content, JSON: content}}}


def document(request: HttpRequest) -> Document:
    """Read a file that people write as YAML and programs as JSON."""
    if _check_media_type(request, JSON, *YAML) == JSON:
        return load_json_document(raw(request, limit=JSON_BYTES))
    return load_yaml(raw(request, limit=YAML_BYTES))


def file(request: HttpRequest, model: type[ModelT]) -> ModelT:
    """Read a file into its model; errors carry `line:column` for YAML, a pointer for JSON."""
    return read(document(request), model)


def xml(request: HttpRequest, *, limit: int) -> bytes:
    _check_media_type(request, XML, "text/xml")
    return raw(request, limit=limit)


def octets(request: HttpRequest, *, limit: int) -> bytes:
    _check_media_type(request, OCTETS)
    return raw(request, limit=limit)


def raw(request: HttpRequest, *, limit: int) -> bytes:
    """Read a body of up to `limit` bytes, which is more than Django keeps for forms."""
    data: bytes = request.read(limit + 1)
    if len(data) > limit:
        message = f"{limit // 1024} KiB is the limit for this."
        raise TooLarge("input.too_large", message, hint="Split it, or leave out what does not belong to it.")
    return data


def _check_media_type(request: HttpRequest, *accepted: str) -> str:
    given, charset = request.content_type or "", (request.content_params or {}).get("charset", "utf-8")
    if given in accepted and charset.lower() in {"utf-8", "utf8"}:
        return given
    raise Invalid(
        "http.media_type",
        f"The body is {quoted(request.headers.get('Content-Type') or 'of no type')}.",
        hint=f"Send UTF-8 as {' or '.join(accepted[:2])}.",
        at="Content-Type",
    )


def expected_version(request: HttpRequest) -> int | None:
    """
    Give the version in `If-Match`; None when the caller did not say, and takes the record as it is.

    Raises:
        Invalid: `http.if_match`, which is not an ETag that this API gives.
    """
    given = request.headers.get("If-Match", "*").strip()
    if given == "*":
        return None
    found = _ETAG.fullmatch(given)
    if found is None:
        raise Invalid(
            "http.if_match",
            f"{quoted(given)} is not an ETag of a record.",
            hint="Send back the ETag of the answer in which you saw the record.",
            at="If-Match",
        )
    return int(found[1])
