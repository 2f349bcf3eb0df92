"""Who takes part, with which role; and a voice for each of them that commands are given with."""

from rightaway.domain.values import SYSTEM, Actor
from rightaway.queries import people as ask
from rightaway.services import people

PASSWORD = "right-away-2026"  # noqa: S105 -- printed on the terminal; the demonstration listens on loopback only
PEOPLE = {
    "anna": ("Anna Novak", ("release_manager",)),
    "dirk": ("Dirk Bauer", ("deployment_manager",)),
    "bea": ("Bea Lind", ("build_engineer",)),
    "sofia": ("Sofia Rossi", ("service_owner",)),
    "carl": ("Carl Meyer", ("change_manager",)),
    "cara": ("Cara Singh", ("cab",)),
    "stella": ("Stella Kim", ("stakeholder",)),
    "audrey": ("Audrey Blanc", ("auditor",)),
    "adam": ("Adam Root", ("admin",)),
}


def settle_in() -> None:
    """Make the accounts, each with its role."""
    for username, (name, roles) in PEOPLE.items():
        user = people.create(actor=SYSTEM, username=username, name=name, password=PASSWORD)
        for role in roles:
            people.grant(actor=SYSTEM, user=user, role=role)


def voice(username: str) -> Actor:
    user = ask.user(username)
    assert user is not None
    return ask.actor_for(user, "cli")
