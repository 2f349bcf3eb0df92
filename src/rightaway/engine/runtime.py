"""DBOS as this product runs it: JSON only, our own executor ids, a version changed by hand."""

import asyncio
import functools
import logging
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from dbos import DBOS, DBOSConfig
from dbos._serialization import DBOSPortableJSONSerializer, DefaultSerializer
from django.db import close_old_connections, connections

from rightaway.domain.errors import Refused

P = ParamSpec("P")
T = TypeVar("T")

APPLICATION = "rightaway"
ENGINE_VERSION = "engine-1"
"""Raised by hand, with a drain plan, when the shape of a running workflow changes."""
QUEUE = "deployments"
POLL_S = 0.2


def _refuse_pickle(cls: type[DefaultSerializer], serialized_data: str) -> Any:  # noqa: ARG001
    raise Refused(
        "engine.pickle_refused",
        "A row of the engine's tables is pickled. Rightaway writes JSON only, so somebody else wrote it.",
        hint="Find out who can write to the schema dbos; the row was not read.",
    )


def refuse_pickle() -> None:
    """Close the door that stays open beside a JSON serialiser: rows marked as pickle run code when they are read."""
    DefaultSerializer.deserialize = classmethod(_refuse_pickle)


refuse_pickle()


def configuration(*, database_url: str, executor_id: str, run_migrations: bool) -> DBOSConfig:
    return DBOSConfig(
        name=APPLICATION,
        system_database_url=database_url,
        executor_id=executor_id,
        application_version=ENGINE_VERSION,
        serializer=DBOSPortableJSONSerializer(),
        run_migrations=run_migrations,
        sys_db_pool_size=10,
        max_executor_threads=32,
        notification_listener_polling_interval_sec=POLL_S,
        log_level="WARNING",
        enable_otlp=False,
    )


def migrate(database_url: str) -> None:
    """Create or update the engine's own schema; needed once before the first workflow is enqueued."""
    logging.getLogger("dbos").setLevel(logging.WARNING)
    DBOS.migrate(_sqlalchemy(database_url))


def launch(*, database_url: str, executor_id: str, slots: int) -> None:
    """Start taking work from the queue; call it off any running event loop."""
    DBOS(
        config=configuration(
            database_url=_sqlalchemy(database_url), executor_id=executor_id, run_migrations=False
        )
    )
    DBOS.listen_queues([QUEUE])
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=slots, polling_interval_sec=POLL_S)


def stop(*, wait_s: int) -> None:
    DBOS.destroy(workflow_completion_timeout_sec=wait_s)


def _sqlalchemy(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run blocking code that uses the database, and give its connection back to the pool afterwards."""
    return await asyncio.to_thread(functools.partial(with_connection(function), *args, **kwargs))


def with_connection(function: Callable[P, T]) -> Callable[P, T]:
    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            connections.close_all()

    return run
