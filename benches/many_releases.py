"""Thousands of releases with changes, tasks, history and audit events, copied in the database from one real release."""

from pathlib import Path
from typing import Any

from django.db import connection, models
from tests.browser.site import PASSWORD
from tests.browser.site import fill as small_world

from rightaway.records.audit.models import AuditEvent
from rightaway.records.changes.models import Change
from rightaway.records.releases.models import PhaseVisit, Release, Task

_PHASES = (
    "assess",
    "plan_design",
    "build_test",
    "training",
    "deployment",
    "verification",
    "closed",
    "abandoned",
)
_FIRST = 100_000  # the numbers of copies begin here
_CHANGES_EACH = 5
_EVENTS_EACH = 50
_PLANNED = "s.created_at + (n %% 700 - 600) * interval '1 day'"  # most lie behind, some ahead


def fill(folder: Path, count: int) -> dict[str, Any]:
    numbers = small_world(folder)
    source = Release.objects.get(number=numbers["waiting"])
    phases = "(ARRAY[" + ",".join(f"'{phase}'" for phase in _PHASES) + f"])[1 + n %% {len(_PHASES)}]"
    _copy(
        Release.objects.filter(pk=source.pk),
        count,
        number=f"'REL-' || ({_FIRST} + n)",
        title="'Better checkout ' || n",
        phase=phases,
        created_at="s.created_at - n * interval '20 minutes'",
        planned_start=_PLANNED,
        planned_end=f"{_PLANNED} + interval '4 hours'",
        els_starts_at=f"{_PLANNED} + interval '4 hours'",
        els_ends_at=f"{_PLANNED} + interval '3 days'",
    )
    for_release = f"(SELECT id FROM {_meta(Release).db_table} WHERE number = 'REL-' || ({_FIRST} + %s))"
    change = source.changes.order_by("pk")[:1]
    share = f"n / {_CHANGES_EACH}"
    _copy(
        Change.objects.filter(pk__in=change.values("pk")),
        count * _CHANGES_EACH,
        number=f"'CHG-' || ({_FIRST} + n)",
        release_id=for_release % share,
    )
    _copy(Task.objects.filter(release=source), count, release_id=for_release % "n")
    _copy(PhaseVisit.objects.filter(release=source), count, release_id=for_release % "n")
    _copy_events(source.number, count * _EVENTS_EACH)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {
        **numbers,
        "password": PASSWORD,
        "releases": Release.objects.count(),
        "changes": Change.objects.count(),
        "events": AuditEvent.objects.count(),
    }


def _copy_events(stream: str, count: int) -> None:
    """Copy events of a release as those of others; the log refuses that, so its triggers rest meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER audit_event_number")
    events = AuditEvent.objects.filter(stream=stream).order_by("number")
    of_release = f"'REL-' || ({_FIRST} + n / {_EVENTS_EACH})"
    _copy(
        events[:1],
        count,
        stream=of_release,
        object_id=of_release,
        number=f"1 + n %% {_EVENTS_EACH}",
        at="s.at - n * interval '1 minute'",
        actor="(ARRAY['rita','dora','ben','olga','chris'])[1 + n %% 5]",
        action="(ARRAY['release.record.edited','release.approval.voted','release.phase.entered'])[1 + n %% 3]",
        digest="md5(n::text) || md5(n::text)",
    )
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent ENABLE ALWAYS TRIGGER audit_event_number")


def _copy(rows: models.QuerySet[Any], count: int, **changed: str) -> None:
    """Copy each row `count` times; `changed` gives SQL for columns, where `n` counts from 0 and `s` is the source."""
    meta = _meta(rows.model)
    columns = [field.column for field in meta.concrete_fields if not field.primary_key]
    changed = {"uid": "gen_random_uuid()", **changed}
    values = [changed.get(column, f's."{column}"') for column in columns]
    named = ", ".join(f'"{column}"' for column in columns)
    keys = list(rows.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{meta.db_table}" ({named}) SELECT {", ".join(values)} '
            f'FROM "{meta.db_table}" s, generate_series(0, %s) n WHERE s.id = ANY(%s)',
            [count - 1, keys],
        )


def _meta(model: type[models.Model]) -> Any:
    return model._meta  # noqa: SLF001 -- Django documents it
