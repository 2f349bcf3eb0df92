"""The API as a whole: its routers, its description, and what every request goes through."""

import functools
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase, HttpResponseNotAllowed
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import bad_request
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.types import DictStrAny
from pydantic import BaseModel

from rightaway import __version__
from rightaway.api import (
    alerts,
    approvals,
    assurance,
    audit,
    boards,
    bundles,
    change_models,
    changes,
    closing,
    cmdb,
    conversations,
    debts,
    deployments,
    doubts,
    exports,
    imports,
    incidents,
    indicators,
    knowledge,
    lessons,
    logs,
    meetings,
    metrics,
    notices,
    notifications,
    outages,
    packages,
    people,
    plans,
    policies,
    relations,
    release_holds,
    releases,
    requests,
    reviews,
    risk,
    saved_views,
    scopes,
    steering,
    system,
    tasks,
    trainings,
    trains,
    voting,
    workflow_drafts,
    workflows,
)
from rightaway.api.access import Bearer, missing
from rightaway.api.errors import MEDIA_TYPE, Problem, answer, on_exception
from rightaway.domain.errors import Invalid

ROOT: Final = "/api/v1/"
DESCRIPTION: Final = """
Release and deployment management, for programs.

Sign in with `Authorization: Bearer ra_...`. Every answer other than success is a problem document (RFC 9457) whose
`code` is stable. A record's `ETag` sent back as `If-Match` makes sure that you change what you saw. Lists give `next`,
which is the `after` of the following page. What you may not see is not found.
"""

# Which answers, beside success, an operation may give; what each means is the same everywhere.
_PROBLEMS: Final = {
    "400": "The request cannot be read: its JSON, its query or a header is wrong.",
    "401": "No valid token was given.",
    "403": "The account may not do this, or separation of duties forbids it.",
    "404": "There is no such record, or it is not for this account.",
    "409": "The rules say no: wrong state, something is missing (`evidence.unmet`), or somebody was faster.",
    "412": "The record was changed since the version in `If-Match`.",
    "413": "More than is read here.",
    "415": "The body is of another media type.",
    "422": "What was sent is wrong; `at` names the place, `errors` all places.",
    "503": "Something outside does not answer; try again.",
}
_OF_READS: Final = ("400", "401", "403", "404", "503")


class Api(NinjaAPI):
    _description: OpenAPISchema | None = None

    def set_default_exception_handlers(self) -> None:
        self.add_exception_handler(Exception, on_exception)  # type: ignore[arg-type]

    def get_root_path(self, path_params: DictStrAny) -> str:  # noqa: ARG002 -- ninja's signature
        return ROOT

    def get_openapi_operation_id(self, operation: Operation) -> str:
        function = operation.view_func
        return f"{function.__module__.rpartition('.')[2]}_{function.__name__}"

    def get_openapi_schema(self, **_: Any) -> OpenAPISchema:
        """Describe the API; the first time takes half a second, and anybody may ask."""
        if self._description is None:
            self._description = self._described()
        return self._description

    def _described(self) -> OpenAPISchema:
        schema = super().get_openapi_schema(path_prefix=ROOT)
        components = schema["components"]
        models: tuple[type[BaseModel], ...] = (Problem, *requests.FILES)
        for model in models:
            described = model.model_json_schema(ref_template="#/components/schemas/{model}")
            components["schemas"] |= {**described.pop("$defs", {}), model.__name__: described}
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        components["responses"] = {
            status: {"description": text, "content": content} for status, text in _PROBLEMS.items()
        }
        for method, operation in _operations(schema):
            expected = _OF_READS if method == "get" else tuple(_PROBLEMS)
            for status in expected if "security" in operation else ("503",):
                operation["responses"][status] = {"$ref": f"#/components/responses/{status}"}
        return schema


def _operations(schema: OpenAPISchema) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in schema["paths"].values():
        yield from path.items()


api = Api(
    title="Rightaway",
    version=__version__,
    description=DESCRIPTION.strip(),
    docs_url=None,
    urls_namespace="api",
    auth=Bearer(),
)

_ROUTERS: dict[str, Router] = {
    "releases": releases.router,
    "scopes": scopes.router,
    "release_holds": release_holds.router,
    "steering": steering.router,
    "approvals": approvals.router,
    "voting": voting.router,
    "changes": changes.router,
    "change_models": change_models.router,
    "boards": boards.router,
    "meetings": meetings.router,
    "policies": policies.router,
    "risk": risk.router,
    "packages": packages.router,
    "plans": plans.router,
    "deployments": deployments.router,
    "logs": logs.router,
    "doubts": doubts.router,
    "cmdb": cmdb.router,
    "assurance": assurance.router,
    "incidents": incidents.router,
    "knowledge": knowledge.router,
    "outages": outages.router,
    "relations": relations.router,
    "bundles": bundles.router,
    "trains": trains.router,
    "trainings": trainings.router,
    "notices": notices.router,
    "reviews": reviews.router,
    "people": people.router,
    "conversations": conversations.router,
    "notifications": notifications.router,
    "alerts": alerts.router,
    "saved_views": saved_views.router,
    "audit": audit.router,
    "metrics": metrics.router,
    "indicators": indicators.router,
    "exports": exports.router,
    "workflows": workflows.router,
    "workflow_drafts": workflow_drafts.router,
    "imports": imports.router,
    "system": system.router,
    "tasks": tasks.router,
    "closing": closing.router,
    "debts": debts.router,
    "lessons": lessons.router,
}
for _noun, _router in _ROUTERS.items():
    api.add_router("", _router, tags=[_noun])

View = Callable[..., HttpResponseBase]


def _answering(view: View) -> View:
    """Number the request, and give what the framework itself refuses the shape of every other error."""

    @functools.wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        is_head = request.method == "HEAD"
        if is_head:  # what a GET would answer, without its body; ninja knows no HEAD
            request.method = "GET"
        response = _without_length(request) or view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            response = _not_allowed(request, response["Allow"])
        if is_head:
            _empty(response)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response

    return csrf_exempt(answered)  # a token is no cookie: nobody else's page can send it


def _empty(response: HttpResponseBase) -> None:
    """Source: RFC 9110, 9.3.2: the header fields of a GET, and no content."""
    if isinstance(response, HttpResponse):
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    elif isinstance(response, StreamingHttpResponse):
        response.streaming_content = ()


def _without_length(request: HttpRequest) -> HttpResponse | None:
    """Refuse a body whose length is not said: to an application like this one it would look empty."""
    if "Transfer-Encoding" not in request.headers or request.headers.get("Content-Length"):
        return None
    error = Invalid("http.length", "The length of the body is not said.", hint="Send a Content-Length.")
    return answer(request, error)


def refused(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what Django refuses before any view, such as a host name that is not ours."""
    if not request.path.startswith(ROOT):
        return bad_request(request, exception)
    what = "host" if isinstance(exception, DisallowedHost) else "request"
    error = Invalid(f"http.{what}", f"The {what} is not accepted here.", hint="See RIGHTAWAY_ALLOWED_HOSTS.")
    return _answering(lambda given: answer(given, error))(request)


def _not_allowed(request: HttpRequest, methods: str) -> HttpResponse:
    known = {method.strip() for method in methods.split(",")}
    allowed = ", ".join(sorted(known | ({"HEAD"} if "GET" in known else set())))
    error = Invalid("http.method", f"{request.method} is not possible here.", hint=f"Possible: {allowed}.")
    response = answer(request, error)
    response["Allow"] = allowed
    return response


def _nothing(request: HttpRequest, path: str) -> HttpResponse:  # noqa: ARG001 -- from the pattern
    return answer(request, missing("such address in this API"))


def urls() -> list[URLPattern]:
    """Give the paths below /api/v1/; each answers problems in the one shape, unknown paths too."""
    patterns, _, _ = api.urls
    found = [one for one in patterns if isinstance(one, URLPattern) and one.name != "api-root"]
    for pattern in found:
        pattern.callback = _answering(pattern.callback)
    return [*found, re_path(r"^(?P<path>.*)$", _answering(_nothing))]
