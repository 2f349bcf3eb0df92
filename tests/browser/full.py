"""
Fills a database with everything there can be, and sends nothing: `python -m tests.browser.full FOLDER`.

Some pages are offered until their command is given; among the hostile texts they were given.
"""

import json
import sys
from pathlib import Path
from typing import Any

from tests.browser.hostile import EVERY_ROLE, kinds, person_of_every_role
from tests.integration.web.walking import Walk, signed_in

from rightaway.config import boot

WHO = (EVERY_ROLE, "olga")
"""Nobody's vote is theirs to hand on who was not asked for one."""


def make(folder: Path) -> dict[str, Any]:
    """Give one address of each kind of page that a person is led to, for each of `WHO`."""
    import pytest
    from tests.browser.site import PASSWORD
    from tests.engine_loop import Fleet
    from tests.phases import Phases
    from tests.world import SCRIPTS

    from rightaway.queries import people as ask

    with pytest.MonkeyPatch.context() as patch:
        Phases(folder, Fleet(patch, SCRIPTS)).fill()
    person_of_every_role(name="Eve")
    for name in WHO:
        user = ask.user(name)
        assert user is not None
        user.set_password(PASSWORD)
        user.save()
    return {name: list(kinds(Walk(name, signed_in(name)).begin().pages).values()) for name in WHO}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    boot.connect()
    boot.migrate()
    print(json.dumps(make(folder)))
