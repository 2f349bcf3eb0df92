"""What many tests begin with is made once by each process, and its rows are put back for every later test."""

import tempfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection, transaction

T = TypeVar("T")
_HELD: dict[str, tuple[dict[str, str], Any]] = {}
# What the migrations made; everything else is empty when a test begins.
_OF_ENGINE = ("dbos.workflow_status",)
_GIVEN = {"django_migrations", "django_content_type", "auth_permission"}


def staged(name: str, make: Callable[[Path], T]) -> T:
    """
    Give what `make` makes in the empty database of a test, with the rows behind it.

    Args:
        name: Which stage; the first call of a process with it makes it.
        make: Gets a folder that stays for as long as the process, since rows hold paths below it.
    """
    _empty_engine()
    if name not in _HELD:
        made = make(Path(tempfile.mkdtemp(prefix=f"rightaway-{name}-")))
        _HELD[name] = (_rows(), deepcopy(made))
        return made
    rows, made = _HELD[name]
    _put_back(rows)
    return deepcopy(made)


def _empty_engine() -> None:
    """Tests that commit have their tables emptied by Django, which does not know those of the engine."""
    with connection.cursor() as cursor:
        for table in _OF_ENGINE:
            cursor.execute(f"DELETE FROM {table}")


def _rows() -> dict[str, str]:
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {name for (name,) in cursor.fetchall()} - _GIVEN
        for table in [*_OF_ENGINE, *(f'public."{name}"' for name in sorted(tables))]:
            cursor.execute("SELECT to_regclass(%s)", [table])
            if cursor.fetchone() == (None,):
                continue
            cursor.execute(f"SELECT json_agg(t)::text FROM {table} t")
            (text,) = cursor.fetchone()
            if text:
                found[table] = text
    return found


def _put_back(rows: dict[str, str]) -> None:
    """Foreign keys are checked at the end of a transaction, so the order of the tables does not matter."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, text in rows.items():
            cursor.execute(
                f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, %s)", [text]
            )
