"""Commands for whoever runs a server: migrations, health of the installation, the first administrator."""

import getpass
import os
import sys
from typing import Literal

from rightaway.config import boot, embedded
from rightaway.config.environment import environment
from rightaway.domain.values import SYSTEM


def migrate() -> None:
    """Bring the database up to date; safe to repeat."""
    boot.connect()
    boot.migrate(verbosity=1)
    print("The database is up to date.")


def doctor() -> int:
    """Check the installation and say what to do about anything that is wrong."""
    boot.connect()
    from rightaway.queries import doctor as examination  # noqa: PLC0415
    from rightaway.queries import systems  # noqa: PLC0415

    findings = systems.findings()
    print(examination.render(findings))
    return examination.exit_code(findings)


def mail(command: Literal["test"], address: str) -> int:  # noqa: ARG001 -- the one there is
    """
    Send one message to an address now, and say what the mail server answered.

    Args:
        command: What to do.
        address: To whom.
    """
    boot.connect()
    from rightaway.domain.errors import Unavailable  # noqa: PLC0415
    from rightaway.queries import mails as ask  # noqa: PLC0415
    from rightaway.services import mails  # noqa: PLC0415
    from rightaway.web import mails as letters  # noqa: PLC0415

    if not ask.is_configured():
        raise Unavailable(
            "mail.not_configured",
            "No mail server is configured.",
            hint="Set RIGHTAWAY_SMTP_HOST and RIGHTAWAY_MAIL_FROM.",
        )
    answer = mails.try_out(letters.sample(address))
    if not answer.is_sent:
        raise Unavailable(
            "mail.not_sent", answer.text, hint="Look at the settings that begin with RIGHTAWAY_SMTP."
        )
    print(f"The mail server took a message for {address}.")
    return os.EX_OK


def database(command: Literal["start", "stop", "status"]) -> int:
    """Start, stop or look at the embedded PostgreSQL."""
    home = environment().home
    if command == "start":
        print(embedded.start(home).url)
    elif command == "stop":
        print("stopped" if embedded.stop(home) else "it was not running")
    else:
        status = embedded.status(home)
        print(f"{status.state}  data {status.data_dir}  log {status.log_dir}  {status.note}".rstrip())
    return 0


def bootstrap(username: str, *, name: str = "", password_stdin: bool = False) -> int:
    """
    Make the first administrator; asks for a password, or reads it from standard input.

    Refused when there is an administrator already: from then on accounts are made by one.
    """
    boot.connect()
    boot.migrate()
    from rightaway.domain.errors import Refused  # noqa: PLC0415
    from rightaway.queries import people as ask  # noqa: PLC0415
    from rightaway.services import people  # noqa: PLC0415

    if ask.has_admin():
        raise Refused(
            "account.admin_exists", "There is an administrator already.", hint="Ask them for an account."
        )
    password = sys.stdin.readline().rstrip("\n") if password_stdin else getpass.getpass("Password: ")
    user = people.create(actor=SYSTEM, username=username, name=name or username, password=password)
    people.grant(actor=SYSTEM, user=user, role="admin")
    value = people.create_token(actor=ask.actor_for(user, "cli"), user=user, label="bootstrap")
    print(value)
    print(
        f"hint: RIGHTAWAY_URL={environment().url} RIGHTAWAY_TOKEN=<the line above> rightaway whoami",
        file=sys.stderr,
    )
    return os.EX_OK


def enrol(username: str, *, name: str, role: list[str], scope: str = "*") -> int:
    """
    Make an account with roles, on the server itself, and print an API token for it.

    For the first people of an installation; afterwards an administrator does this. It leaves audit events like
    any other grant.

    Args:
        username: Name for signing in.
        name: The person's name.
        role: A role to hold; may be repeated.
        scope: Key of the service in which the roles are held; `*` is all.
    """
    boot.connect()
    boot.migrate()
    from rightaway.queries import people as ask  # noqa: PLC0415
    from rightaway.services import people  # noqa: PLC0415

    user = people.create(actor=SYSTEM, username=username, name=name)
    for one in role:
        people.grant(actor=SYSTEM, user=user, role=one, scope=scope)
    print(people.create_token(actor=ask.actor_for(user, "cli"), user=user, label="enrolled"))
    return os.EX_OK
