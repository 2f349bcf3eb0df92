"""The audit log only grows, and a change made behind its back shows."""

import pytest
from django.db import DatabaseError, connection, transaction

from rightaway.domain.values import SYSTEM
from rightaway.records.audit.models import AuditEvent, AuditSeal
from rightaway.services import _audit, audit, cmdb

pytestmark = pytest.mark.django_db


def write(count: int = 3) -> None:
    for number in range(count):
        _audit.record(
            actor=SYSTEM, action="a.b.c", stream="s", subject=("x", str(number)), facts={"n": number}
        )


def statement(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditevent SET actor = 'x'",
        "DELETE FROM audit_auditevent",
        "UPDATE audit_auditseal SET previous = ''",
        "DELETE FROM audit_auditseal",
        (
            "INSERT INTO audit_auditevent SELECT id + 100, stream, number + 7, at, actor, actor_id, door, action,"
            " object_type, object_id, outcome, facts, NULL, digest FROM audit_auditevent"
        ),
        "SET session_replication_role = replica; UPDATE audit_auditevent SET actor = 'x'",
    ],
)
def test_audit_tables__changed_by_sql__refused(sql: str) -> None:
    write()
    audit.seal()

    with pytest.raises(DatabaseError):
        statement(sql)


def test_audit_tables__emptied__refused() -> None:
    """The test database has this trigger off, so it is put on again for the length of this test."""
    write()
    again = "ALTER TABLE audit_auditevent ENABLE ALWAYS TRIGGER audit_event_truncate"
    with pytest.raises(DatabaseError):
        statement(f"{again}; TRUNCATE audit_auditevent CASCADE")


def test_verify__everything_sealed__whole() -> None:
    write(5)
    assert audit.seal() >= 5
    count, broken = audit.verify()

    assert (count, broken) == (AuditEvent.objects.count(), None)


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE audit_auditevent SET facts = '{\"n\": 9}' WHERE object_id = '1'",
        "UPDATE audit_auditevent SET actor = 'somebody else' WHERE object_id = '1'",
        "UPDATE audit_auditevent SET at = at - interval '1 day' WHERE object_id = '1'",
        "DELETE FROM audit_auditseal WHERE sequence = 2",
        "UPDATE audit_auditseal SET previous = digest WHERE sequence = 3",
    ],
)
def test_verify__owner_of_the_database_tampers__break_is_named(tamper: str) -> None:
    write()
    audit.seal()
    for table, trigger in (("audit_auditevent", "audit_event_rows"), ("audit_auditseal", "audit_seal_rows")):
        statement(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    statement(tamper)

    _, broken = audit.verify()

    assert broken is not None
    assert broken.sequence in {2, 3}


def test_verify__unsealed_event_deleted__gap_is_named() -> None:
    write()
    statement("ALTER TABLE audit_auditevent DISABLE TRIGGER audit_event_rows")
    statement("DELETE FROM audit_auditevent WHERE object_id = '2'")
    audit.seal()

    _, broken = audit.verify()

    assert broken is not None
    assert "stream s" in broken.reason


def test_command__audit_event_refused__changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise DatabaseError("no audit")

    monkeypatch.setattr(_audit, "record", refuse)
    with pytest.raises(DatabaseError):
        cmdb.define_environment(actor=SYSTEM, key="e", name="E", tier="staging")

    from rightaway.records.cmdb.models import Environment

    assert not Environment.objects.filter(key="e").exists()
    assert not AuditSeal.objects.exists()
