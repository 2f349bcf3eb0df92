"""What the doctor asks about schemas: pending migrations, and the function through which work is handed over."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

SIGNATURE = (
    "workflow_name text, queue_name text, positional_args json[], named_args json, class_name text, config_name text, "
    "workflow_id text, app_version text, timeout_ms bigint, deadline_epoch_ms bigint, deduplication_id text, "
    "priority integer, queue_partition_key text, authenticated_user text, authenticated_roles text, "
    "delay_until_epoch_ms bigint, application_name text"
)


def pending_migrations() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def engine_signature() -> str:
    """Give the arguments of `dbos.enqueue_workflow` without their defaults; empty when it is not there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(name || ' ' || format_type(type, NULL), ', ' ORDER BY place) FROM pg_proc p,"
            " unnest(p.proargnames[1:p.pronargs], p.proargtypes::oid[]) WITH ORDINALITY AS a(name, type, place)"
            " WHERE p.proname = 'enqueue_workflow' AND p.pronamespace = to_regnamespace('dbos')"
        )
        row = cursor.fetchone()
    return str(row[0] or "")
