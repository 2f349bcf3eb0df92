"""One record of another system: registered here when it is open there, kept as history when it is over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from rightaway.domain.changes import ChangeType
from rightaway.domain.errors import Refused
from rightaway.domain.imports import (
    OPEN,
    SAID_ONCE,
    TARGETS,
    Field,
    Json,
    Kind,
    Outcome,
    Row,
    differences,
    is_history,
)
from rightaway.domain.priorities import priority
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import Actor, PhaseStatus
from rightaway.intake.import_rows import Translated
from rightaway.queries import templates
from rightaway.records.changes.models import Change
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.imports.models import ExternalReference, ImportRun
from rightaway.records.people.models import User
from rightaway.records.releases.models import PhaseVisit, Release
from rightaway.services import _audit, _guard, changes, releases, workflows
from rightaway.services._change_fields import check_window
from rightaway.services._import_names import Names
from rightaway.services._numbers import next_number

PERMISSION = "record.import"
REGISTER = {Kind.CHANGES: "change.register", Kind.RELEASES: "release.register"}
NOUNS = {Kind.CHANGES: "change", Kind.RELEASES: "release"}
CLOSING = frozenset({"closure_code", "closure_comment"})
"""What is said of a release at its end; one that is open has no end yet."""
Record = Change | Release


@dataclass
class Incoming:
    """
    A row on its way in.

    Args:
        run: None in a dry run, whose transaction the caller takes back.
        service: What the row belongs to when it names no service.
    """

    actor: Actor
    kind: Kind
    system: str
    key: str
    found: Translated
    run: ImportRun | None
    names: Names
    service: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def state(self) -> str:
        return str(self.found.values["state"])

    def take(self, *, updates: bool) -> Row:
        self.notes += self.found.notes
        reference = (
            ExternalReference.objects.select_related("release__service", "change__service")
            .filter(kind=self.kind, system=self.system, key=self.key)
            .first()
        )
        return self._create() if reference is None else self._again(reference, updates=updates)

    # --- the first time ---

    def _create(self) -> Row:
        service = self.names.service(str(self.found.values.get("service", self.service)))
        _guard.require(actor=self.actor, action=PERMISSION, scope=service)
        values = self._resolved()
        was_over = is_history(self.kind, self.state)
        if was_over:
            _guard.require(actor=self.actor, action=REGISTER[self.kind], scope=service)
        row = _MAKERS[self.kind, was_over](self, service, values)
        if self.run is not None:
            self._refer(self.run, row, values, was_over=was_over)
        if not was_over:
            there, here = self.found.state_there, OPEN[self.kind]
            self.notes.append(said("'{there}' there; here it is {here}.", there=there, here=Word(here)))
        return self._row(Outcome.CREATED, row)

    def _resolved(self) -> Json:
        """Give the values with persons as accounts and items as keys; what is not known here is left out and said."""
        values = dict(self.found.values)
        for name, target in TARGETS[self.kind].items():
            if name not in values:
                continue
            if target.kind is Field.PERSON:
                values[name] = self._person(name, values[name])
            elif target.kind is Field.ITEMS:
                values[name], unknown = self.names.items(values[name])
                if unknown:
                    self.notes.append(said("No configuration item here: {names}.", names=unknown))
        return {name: value for name, value in values.items() if value is not None}

    def _person(self, field_name: str, name: str) -> User | None:
        found = self.names.person(name, field_name)
        if found is None:
            text = said("{field}: no account of {name}, left empty.", field=field_name, name=name)
            self.notes.append(text)
        return found

    def _refer(self, run: ImportRun, row: Record, values: Json, *, was_over: bool) -> None:
        ExternalReference.objects.create(
            kind=self.kind,
            system=self.system,
            key=self.key,
            url=values.get("url", ""),
            state=self.found.state_there,
            is_history=was_over,
            requested_by=values.get("requested_by"),
            values=plain(self._held(row)) | {"state": self.state},
            run=run,
            last_run=run,
            **{NOUNS[self.kind]: row},
        )
        facts = {"system": self.system, "key": self.key, "state": self.found.state_there, "history": was_over}
        _audit.record(
            actor=self.actor,
            action=f"{NOUNS[self.kind]}.record.imported",
            stream=row.number,
            subject=(NOUNS[self.kind], row.number),
            facts=facts | {"run": run.number},
            version=row.version,
        )

    def _held(self, row: Record) -> Json:
        """Give everything that a later import may say something else about, as it is now."""
        return {name: getattr(row, name) for name in TARGETS[self.kind] if name not in SAID_ONCE | {"state"}}

    # --- again ---

    def _again(self, reference: ExternalReference, *, updates: bool) -> Row:
        row = reference.release or reference.change
        assert row is not None
        _guard.require(actor=self.actor, action=PERMISSION, scope=row.service.key)
        resolved = self._resolved()
        offered = {one: value for one, value in resolved.items() if one not in SAID_ONCE | {"state"}}
        if not reference.is_history:
            offered = {one: value for one, value in offered.items() if one not in CLOSING}
        here = plain({one: getattr(row, one) for one in offered})
        changed = [*differences(reference.values, plain(offered), here), *self._moved(reference)]
        if not changed:
            return self._row(Outcome.UNCHANGED, row)
        fields = {one["field"]: offered[one["field"]] for one in changed if not one["kept"]}
        if not updates or not fields or reference.is_history:
            if reference.is_history:
                self.notes.append(said("It is history here, which is not rewritten."))
            return self._row(Outcome.DIFFERS, row, changed)
        self._update(row, fields)
        if self.run is not None:
            reference.values = reference.values | plain(fields)
            reference.last_run = self.run
            reference.save()
        return self._row(Outcome.UPDATED, row, changed)

    def _moved(self, reference: ExternalReference) -> list[Json]:
        """Say that it went on there; where it stands here is decided here."""
        before = reference.values.get("state")
        if before == self.state:
            return []
        self.notes.append(said("It went on there; what becomes of it here is decided here."))
        return [{"field": "state", "before": before, "after": self.state, "kept": True}]

    def _update(self, row: Record, fields: Json) -> None:
        if self.kind is Kind.CHANGES:
            changes.edit(actor=self.actor, number=row.number, fields=fields)
        else:
            releases.edit(actor=self.actor, number=row.number, fields=fields)

    def _row(self, outcome: Outcome, row: Record, changed: list[Json] | None = None) -> Row:
        is_new = self.run is None and outcome is Outcome.CREATED
        return Row(
            place=self.found.place,
            key=self.key,
            outcome=outcome,
            number="" if is_new else row.number,  # of a dry run nothing stays, its numbers neither
            title=str(self.found.values["title"]),
            service=row.service.key,
            notes=tuple(str(one) for one in self.notes),
            changed=tuple(changed or ()),
        )


def plain(values: Mapping[str, Any]) -> Json:
    """Give values as they are kept to compare with: times as text, persons as accounts."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case User():
            return value.username
        case str():
            return str(value)
    return value


def _given(values: Json, *left_out: str) -> Json:
    return {name: value for name, value in values.items() if name not in {*SAID_ONCE, "state", *left_out}}


def _open_change(one: Incoming, service: str, values: Json) -> Change:
    change_type = values["change_type"]
    if change_type == ChangeType.STANDARD:
        change_type = ChangeType.NORMAL
        one.notes.append(said("A normal change here: no model of this place authorises it beforehand."))
    fields = _given(values, "title", "description")
    return changes.register(
        actor=one.actor,
        title=values["title"],
        description=values["description"],
        change_type=change_type,
        service=service,
        affected_cis=values.get("affected_cis", ()),
        fields=fields,
    )


def _open_release(one: Incoming, service: str, values: Json) -> Release:
    fields = _given(values, *CLOSING) | {"release_type": values["release_type"]}
    row = releases.register(actor=one.actor, service=service, fields=fields)
    if items := values.get("affected_cis"):
        row = releases.set_scope(actor=one.actor, number=row.number, cis=items)
    return row


def _past_change(one: Incoming, service: str, values: Json) -> Change:
    row = Change(
        number=next_number("CHG"),
        state=one.state,
        change_type=values["change_type"],
        service=_guard.find(ConfigurationItem, key=service),
        requester=_guard.person(one.actor),
        closed_at=values.get("closed_at"),
        **_given(values),
    )
    row.priority = priority(impact=row.impact, urgency=row.urgency)
    check_window(row)
    row.save()
    row.affected_cis.set(ConfigurationItem.objects.filter(key__in=values.get("affected_cis", ())))
    return row


def _past_release(one: Incoming, service: str, values: Json) -> Release:
    workflow = workflows.current()
    row = Release(
        number=next_number("REL"),
        workflow=workflow,
        phase=one.state,
        phase_status=PhaseStatus.CLOSED,
        service=_guard.find(ConfigurationItem, key=service),
        initiated_by=_guard.person(one.actor),
        release_type=values["release_type"],
        closed_at=values.get("closed_at"),
        **_given(values),
    )
    if one.state not in templates.of(row).terminal:
        raise Refused(
            "import.phase",
            said("The workflow has no end '{state}'.", state=one.state),
            at="state",
            hint=said("Map the state to one that the workflow ends in."),
        )
    row.save()
    row.affected_cis.set(ConfigurationItem.objects.filter(key__in=values.get("affected_cis", ())))
    PhaseVisit.objects.create(
        release=row,
        phase=row.phase,
        event="import",
        reason=f"{one.system} {one.key}",
        entered_by=one.actor.name,
        entered_at=timezone.now(),
    )
    return row


_MAKERS: Mapping[tuple[Kind, bool], Callable[[Incoming, str, Json], Record]] = {
    (Kind.CHANGES, False): _open_change,
    (Kind.CHANGES, True): _past_change,
    (Kind.RELEASES, False): _open_release,
    (Kind.RELEASES, True): _past_release,
}
