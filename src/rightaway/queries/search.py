"""One question to all records at once: by the beginning of their number, or of every word asked for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast

from rightaway.records.base import WORDS
from rightaway.records.changes.models import Change
from rightaway.records.cmdb.models import ConfigurationItem, Target
from rightaway.records.deployments.models import Deployment
from rightaway.records.incidents.models import Incident, KnownError, Problem
from rightaway.records.knowledge.models import Article
from rightaway.records.releases.models import Release

MOST_OF_A_KIND = 6
LONGEST = 100
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found; `key` is what its address is made of."""

    kind: str
    key: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class _Source:
    """Where one kind of record is looked for; `service` leads to the key of the service it belongs to."""

    kind: str
    rows: QuerySet[Any]
    key: str
    title: str
    state: str
    service: str


def _sources() -> Iterator[_Source]:
    yield _Source("release", Release.objects.all(), "number", "title", "phase", "service__key")
    yield _Source("deployment", Deployment.objects.all(), "number", "", "status", "release__service__key")
    yield _Source("change", Change.objects.all(), "number", "title", "state", "service__key")
    yield _Source("item", ConfigurationItem.objects.all(), "key", "name", "status", "service__key")
    yield _Source("target", Target.objects.all(), "key", "", "driver", "ci__service__key")
    yield _Source("incident", Incident.objects.all(), "number", "title", "state", "service__key")
    yield _Source("problem", Problem.objects.all(), "number", "title", "state", "release__service__key")
    yield _Source("known-error", KnownError.objects.all(), "number", "title", "state", "service__key")
    yield _Source("article", Article.objects.all(), "number", "title", "state", "service__key")


def search(text: str, *, scopes: frozenset[str] | None, most: int = MOST_OF_A_KIND) -> list[Hit]:
    """
    Find records in one statement, the newest of each kind first.

    Args:
        scopes: The services whose records may be shown; None shows those of all.
    """
    text = text[:LONGEST].strip().replace("\0", "")
    words = _WORD.findall(text)
    if not words:
        return []
    parts = [_part(source, text, words, scopes)[:most] for source in _sources()]
    rows = parts[0].union(*parts[1:], all=True)
    return [Hit(kind, key, title, state) for kind, key, title, state in rows]


def _part(source: _Source, text: str, words: list[str], scopes: frozenset[str] | None) -> QuerySet[Any]:
    begins = text.lower() if source.key == "key" else text.upper()
    wanted, rows = Q(**{f"{source.key}__startswith": begins}), source.rows
    if source.title:
        query = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config=WORDS)
        rows = rows.annotate(words=SearchVector(source.title, config=WORDS))
        wanted |= Q(words=query)
    if scopes is not None:
        own = Q(key__in=scopes, ci_class="service") if source.kind == "item" else Q()
        wanted &= (
            Q(**{f"{source.service}__in": scopes}) | own if own else Q(**{f"{source.service}__in": scopes})
        )

    def text_of(field: str) -> Cast:
        return Cast(F(field), CharField())

    return (
        rows.filter(wanted)
        .order_by("-id")
        .values_list(
            Value(source.kind, CharField()),
            text_of(source.key),
            text_of(source.title or source.service.removesuffix("__key") + "__name"),
            text_of(source.state),
        )
    )
