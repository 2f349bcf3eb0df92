"""Imports of releases and changes from other systems: looked at first, then carried out, with a report per row."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256

from django.db import connection, transaction
from django.utils import timezone

from rightaway.domain.errors import RightawayError
from rightaway.domain.imports import Kind, Mode, Outcome, Problem, Row, counts
from rightaway.domain.values import Actor
from rightaway.intake.import_mappings import ImportMapping
from rightaway.intake.import_rows import Translated, read_mapping, read_table, translate
from rightaway.intake.texts import shown
from rightaway.records.imports.models import ImportedRow, ImportRun
from rightaway.services import _audit, _guard, _imported
from rightaway.services._import_names import Names
from rightaway.services._numbers import next_number

PERMISSION = "record.import"


@dataclass(frozen=True, slots=True)
class Sent:
    """
    What is imported, and how.

    Args:
        mode: Whether a refused row stops the others.
        updates: Whether what differs from the last import is changed here, where nobody edited it since.
        service: What a row belongs to that names no service.
    """

    file: bytes
    mapping: bytes
    file_name: str = ""
    mode: Mode = Mode.EACH
    updates: bool = False
    service: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What would become of the rows; nothing was written."""

    mapping: ImportMapping
    rows: tuple[Row, ...]

    @property
    def counts(self) -> dict[str, int]:
        return counts(self.rows)


def check(*, actor: Actor, sent: Sent) -> Checked:
    """
    Say what an import would do, by doing it and taking each row back: the rules are the same, and nothing stays.

    Raises:
        Invalid: the mapping, or the file as a whole, cannot be used.
    """
    mapping, found = _read(actor, sent)
    job = _Job(actor, sent, mapping, None)
    return Checked(mapping, tuple(job.rows(found)))


def run(*, actor: Actor, sent: Sent) -> ImportRun:
    """
    Import the rows, each in a transaction of its own; or all of them in one, which a refused row undoes.

    Raises:
        Invalid: the mapping, or the file as a whole, cannot be used; nothing was written.
    """
    mapping, found = _read(actor, sent)
    row = _begun(actor, sent, mapping)
    job = _Job(actor, sent, mapping, row)
    rows = _all(job, found) if sent.mode is Mode.ALL else [_kept(row, one) for one in job.rows(found)]
    return _finished(actor, row, rows)


def _read(actor: Actor, sent: Sent) -> tuple[ImportMapping, list[Translated]]:
    _guard.person(actor)
    _guard.require(actor=actor, action=PERMISSION, scope=_guard.ANYWHERE)
    mapping = read_mapping(sent.mapping)
    return mapping, [translate(one, mapping) for one in read_table(sent.file, mapping).rows]


def _begun(actor: Actor, sent: Sent, mapping: ImportMapping) -> ImportRun:
    return ImportRun.objects.create(
        number=next_number("IMP"),
        kind=mapping.records,
        system=mapping.system,
        mapping_name=mapping.name,
        mapping=sent.mapping.decode(),
        file_name=shown(sent.file_name)[:200],
        file_digest=sha256(sent.file).hexdigest(),
        mode=sent.mode,
        is_updating=sent.updates,
        service=sent.service,
        started_by=_guard.person(actor),
        started_at=timezone.now(),
    )


def _all(job: "_Job", found: Iterable[Translated]) -> list[Row]:
    with transaction.atomic():
        rows = list(job.rows(found))
        is_refused = any(one.outcome is Outcome.REFUSED for one in rows)
        transaction.set_rollback(is_refused)
    return [_kept(job.run, _not_taken(one) if is_refused else one) for one in rows]


def _not_taken(row: Row) -> Row:
    """Say of a row that was good that it was undone with the others; nothing of it is here."""
    if row.outcome not in {Outcome.CREATED, Outcome.UPDATED}:
        return row
    problem = Problem("import.all_or_nothing", "Not imported: other rows are refused.", "Mend those first.")
    return Row(row.place, row.key, Outcome.REFUSED, title=row.title, problems=(problem,), source=row.source)


def _kept(run: ImportRun | None, row: Row) -> Row:
    assert run is not None
    facts = asdict(row) | {"run": run, "outcome": str(row.outcome)}
    ImportedRow.objects.create(**facts)
    return row


@transaction.atomic
def _finished(actor: Actor, run: ImportRun, rows: Iterable[Row]) -> ImportRun:
    run.counts, run.finished_at = counts(rows), timezone.now()
    run.save()
    facts = {
        "system": run.system,
        "kind": run.kind,
        "mapping": run.mapping_name,
        "file": run.file_name,
        "file_sha256": run.file_digest,
        "mode": run.mode,
        **run.counts,
    }
    _audit.record(
        actor=actor,
        action="import.run.finished",
        stream=run.number,
        subject=("import", run.number),
        facts=facts,
    )
    return run


class _Job:
    """Takes the rows one after the other; without a run every row is taken back."""

    def __init__(self, actor: Actor, sent: Sent, mapping: ImportMapping, run: ImportRun | None) -> None:
        self.actor, self.sent, self.mapping, self.run = actor, sent, mapping, run
        self.names = Names(mapping.people)
        self.seen: dict[str, int] = {}

    def rows(self, found: Iterable[Translated]) -> Iterable[Row]:
        return (self._row(one) for one in found)

    def _row(self, found: Translated) -> Row:
        key = str(found.values.get("key", ""))
        if found.problems:
            return self._refused(found, found.problems)
        if key in self.seen:
            text = f"Row {self.seen[key]} has the key {shown(key)} already."
            twice = Problem("import.twice", text, "Keep one of them.", found.columns["key"], shown(key))
            return self._refused(found, (twice,))
        self.seen[key] = found.place
        try:
            with transaction.atomic():
                row = self._taken(found, key)
                transaction.set_rollback(self.run is None)
                return row
        except RightawayError as error:
            return self._refused(found, tuple(_problems(error, found)))

    def _taken(self, found: Translated, key: str) -> Row:
        with connection.cursor() as cursor:  # two imports of one key would both find that there is none yet
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext(%s))",
                [f"{self.mapping.system}/{self.mapping.records}"],
            )
        record = _imported.Incoming(
            actor=self.actor,
            kind=Kind(self.mapping.records),
            system=self.mapping.system,
            key=key,
            found=found,
            run=self.run,
            names=self.names,
            service=self.sent.service,
        )
        return record.take(updates=self.sent.updates)

    def _refused(self, found: Translated, problems: tuple[Problem, ...]) -> Row:
        values = found.values
        return Row(
            place=found.place,
            key=str(values.get("key", "")),
            outcome=Outcome.REFUSED,
            title=str(values.get("title", "")),
            problems=problems,
            source=dict(found.source),
        )


def _problems(error: RightawayError, found: Translated) -> Iterable[Problem]:
    for one in error.errors or (error,):
        field = one.at.rpartition("/")[2]
        column = found.columns.get(field, "")
        value = shown(str(found.values[field])) if field in found.values else ""
        yield Problem(one.code, str(one), str(one.hint), column, value)
