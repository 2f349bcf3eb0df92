"""Whatever is given to an import: a dry run writes nothing, and nothing but an error of ours comes out."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.errors import RightawayError
from rightaway.domain.imports import Mode
from rightaway.queries import imports as ask
from rightaway.records.audit.models import AuditEvent
from rightaway.records.changes.models import Change
from rightaway.records.imports.models import ExternalReference, ImportRun
from rightaway.records.releases.models import PhaseVisit, Release, Task
from rightaway.services import imports

pytestmark = pytest.mark.django_db
MODELS = (Change, Release, PhaseVisit, Task, ExternalReference, ImportRun, AuditEvent)
KNOWN = "registered closed shop t01 rita normal standard 1 =1+1 2030-01-01T00:00Z"
CELLS = some.one_of(some.sampled_from(["", *KNOWN.split()]), some.text(max_size=30))
HEADING = "number,title,change_type,state,service,requester,impact,urgency,committed_at,closed_at"


def settled(folder: Path) -> World:
    return World(folder, targets=1).settle()


@pytest.fixture
def world(db: None) -> World:
    return staged("settled", settled)


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def counts() -> list[int]:
    return [one.objects.count() for one in MODELS]


TABLES = some.lists(some.lists(CELLS, min_size=10, max_size=10), max_size=4).map(
    lambda rows: "\n".join([HEADING, *(",".join(map(quoted, row)) for row in rows)]).encode(errors="replace")
)
FILES = some.one_of(TABLES, TABLES, some.binary(max_size=200))


def test_dry_run__of_anything__writes_nothing_and_raises_only_our_errors(world: World) -> None:
    keys = [one.key for one in ask.mappings()]
    before = counts()

    @settings(max_examples=80, suppress_health_check=list(HealthCheck))
    @given(
        file=FILES,
        key=some.sampled_from([*keys, *["rightaway-changes"] * len(keys)]),
        mode=some.sampled_from(Mode),
        updates=some.booleans(),
        service=some.sampled_from(["", "shop", "bank"]),
    )
    def tried(file: bytes, key: str, mode: Mode, updates: bool, service: str) -> None:
        shipped = ask.mapping(key)
        assert shipped is not None
        sent = imports.Sent(file, shipped.source.encode(), "x", mode, updates, service)
        with suppress(RightawayError):
            imports.check(actor=actor("rita"), sent=sent)
        assert counts() == before

    tried()


SCRIBBLES = some.text(max_size=200).map(lambda text: text.encode(errors="replace"))


def test_mapping__of_any_bytes__read_or_refused_with_an_error_of_ours() -> None:
    @settings(max_examples=150)
    @given(data=some.one_of(some.binary(max_size=200), SCRIBBLES))
    def tried(data: bytes) -> None:
        with pytest.raises(RightawayError):
            imports.read_mapping(data)

    tried()
