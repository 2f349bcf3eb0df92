"""From an environment to a running Django: the database is up, migrated and has its default workflow."""

import logging
import os

from rightaway.config import assets, embedded
from rightaway.config.environment import Environment, environment

SETTINGS = "rightaway.config.settings"


def connect() -> Environment:
    """Find or start the database and set Django up on it; nothing is migrated."""
    found = environment()
    (found.home / "static").mkdir(parents=True, exist_ok=True)
    url = embedded.database(found).url
    os.environ["RIGHTAWAY_DATABASE_URL"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    environment.cache_clear()
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    import django  # noqa: PLC0415 -- only after the settings know the database

    django.setup()
    return environment()


def migrate(*, verbosity: int = 0) -> None:
    """Bring the schemas of records and engine, the shipped workflow and the static files up to date."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    from rightaway.engine import runtime  # noqa: PLC0415
    from rightaway.services import workflows  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=verbosity)
    runtime.migrate(os.environ["RIGHTAWAY_DATABASE_URL"])
    workflows.install_default()
    assets.collect()
    connections.close_all()
