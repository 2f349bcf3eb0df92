"""The log of a deployment as a page and as a file: of all targets, or of one target or step."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.urls import reverse

from rightaway.queries import deployments

PIECES = 200
IN_FILE = 1000
FILTERS = ("target", "step")


def chosen(query: QueryDict) -> dict[str, str]:
    """Give what the log is narrowed to; an unknown target or step simply has no lines."""
    return {name: str(query[name])[:200] for name in FILTERS if query.get(name)}


def shown(request: HttpRequest, row: Any) -> dict[str, Any]:
    """
    Give the end of the log, or with `after` the part that follows a piece of it.

    The script goes on from its last piece; who reads without it goes on by a link.
    """
    narrowed, given = chosen(request.GET), request.GET.get("after", "")
    if given.isdecimal():
        after, older = int(given), int(given) > 0
        pieces = deployments.log_after(row, after, PIECES, **narrowed)
    else:
        after = 0
        pieces, older = deployments.log_end(row, PIECES, **narrowed)
    last = pieces[-1].pk if pieces else after
    query = QueryDict(mutable=True)
    query.update(narrowed)
    return {
        "log": [_line(piece) for piece in pieces],
        "last_log": last,
        "log_is_cut": older,
        "has_more_log": given.isdecimal() and len(pieces) == PIECES,
        "log_after": after,
        "log_of": narrowed,
        "log_query": query.urlencode(),
        "log_file": f"{reverse('deployment-log', args=[row.number])}?{query.urlencode()}".rstrip("?"),
    }


def _line(piece: Any) -> dict[str, Any]:
    return {
        "at": piece.at,
        "target": piece.attempt.run.target.key,
        "step": piece.attempt.step_key,
        "text": bytes(piece.data).decode(errors="replace"),
    }


def file(request: HttpRequest, row: Any) -> StreamingHttpResponse:
    """Give the whole log as text, a part at a time: it may be large."""
    answer = StreamingHttpResponse(_text(row, chosen(request.GET)), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{row.number}.log"'
    return answer


def _text(row: Any, narrowed: dict[str, str]) -> Iterator[str]:
    after = 0
    while pieces := deployments.log_after(row, after, IN_FILE, **narrowed):
        after = pieces[-1].pk
        for one in map(_line, pieces):
            where = f"{one['at']:%Y-%m-%dT%H:%M:%SZ} {one['target']} {one['step']}"
            yield "".join(f"{where} {line}\n" for line in one["text"].splitlines())
