"""
The hand-over to the durable engine, inside the business transaction.

All SQL that DBOS offers to other programs is in this file and nowhere else: its functions are called by named
arguments, and a contract test holds their signatures, because its migrations have re-created them before.
"""

import json
from typing import Any

from django.db import connection

QUEUE = "deployments"
APPLICATION = "rightaway"


def start_workflow(*, name: str, workflow_id: str, arguments: list[Any]) -> None:
    """Enqueue a workflow; it exists if and only if this transaction commits. The same id again changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dbos.enqueue_workflow(workflow_name => %s, queue_name => %s, positional_args => %s::json[],"
            " workflow_id => %s, application_name => %s)",
            [name, QUEUE, [json.dumps(argument) for argument in arguments], workflow_id, APPLICATION],
        )


def send(*, workflow_id: str, topic: str, message: dict[str, Any], key: str) -> None:
    """Send a message that arrives once if and only if this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dbos.send_message(%s, %s::json, %s, %s)", [workflow_id, json.dumps(message), topic, key]
        )
