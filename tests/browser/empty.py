"""Fills a database with one person of every role and nothing else: `python -m tests.browser.empty FOLDER`."""

import json
from typing import Any

from tests.browser.hostile import EVERY_ROLE, kinds, person_of_every_role
from tests.integration.web.walking import Walk, signed_in

from rightaway.config import boot


def make() -> dict[str, Any]:
    """Give one address of each kind of page that can be reached."""
    from rightaway.services import workflows

    workflows.install_default()
    person_of_every_role(name="Eve")
    return {"kinds": list(kinds(Walk(EVERY_ROLE, signed_in(EVERY_ROLE)).begin().pages).values())}


if __name__ == "__main__":
    boot.connect()
    boot.migrate()
    print(json.dumps(make()))
