"""The server's own commands, put beside those of the API client."""

import sys
from collections.abc import Sequence

from rightaway.cli.app import app
from rightaway.domain.errors import Invalid, RightawayError

OK, FAILED, USAGE = 0, 1, 2
_COMMANDS = {
    "serve": "rightaway.config.processes:serve",
    "web": "rightaway.config.processes:web",
    "worker": "rightaway.config.processes:worker",
    "settings": "rightaway.config.processes:settings",
    "migrate": "rightaway.config.server:migrate",
    "doctor": "rightaway.config.server:doctor",
    "database": "rightaway.config.server:database",
    "bootstrap": "rightaway.config.server:bootstrap",
    "demo": "rightaway.config.demo.command:demo",
    "test": "rightaway.config.testing:test",
}


def run(arguments: Sequence[str]) -> int:
    """Run one command; gives its exit code: 0 done, 1 refused or failed, 2 wrong usage or bad input."""
    for name, place in _COMMANDS.items():
        app.command(place, name=name)
    try:
        found = app(list(arguments))
    except RightawayError as error:
        print(f"error: {error.message} ({error.code})", file=sys.stderr)
        if error.at:
            print(f"at: {error.at}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return USAGE if isinstance(error, Invalid) else FAILED
    return found if isinstance(found, int) else OK
