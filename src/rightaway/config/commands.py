"""The server's own commands, put beside those of the API client."""

from collections.abc import Sequence

from rightaway.cli.app import app
from rightaway.cli.app import run as run_client

_COMMANDS = {
    "serve": ("rightaway.config.processes:serve", "Run the web server and its workers until stopped."),
    "web": ("rightaway.config.processes:web", "Run the web server alone."),
    "worker": ("rightaway.config.processes:worker", "Run one worker alone; any number share the work."),
    "settings": ("rightaway.config.processes:settings", "Show what is set, and what can be set."),
    "migrate": ("rightaway.config.server:migrate", "Bring the database up to date."),
    "doctor": ("rightaway.config.server:doctor", "Check the installation and say what to do."),
    "mail": ("rightaway.config.server:mail", "Try the mail server: send one message now."),
    "database": ("rightaway.config.server:database", "Start, stop or look at the embedded PostgreSQL."),
    "bootstrap": ("rightaway.config.server:bootstrap", "Make the first administrator."),
    "enrol": (
        "rightaway.config.server:enrol",
        "Make an account with roles on the server, and print its token.",
    ),
    "demo": ("rightaway.config.demo.command:demo", "Show a release from registration to closure, for real."),
    "test": ("rightaway.config.testing:test", "Run style, types, contracts and all tests."),
}


def run(arguments: Sequence[str]) -> int:
    """Run one command, ours or the client's; gives its exit code."""
    for name, (place, text) in _COMMANDS.items():
        app.command(place, name=name, help=text)
    return run_client(arguments)
