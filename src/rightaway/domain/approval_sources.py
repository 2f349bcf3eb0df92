"""Who may give an approval besides the holders of a role: people, groups, boards, and people of the release itself."""

from rightaway.domain.permissions import Role

USER, GROUP, BOARD = "user:", "group:", "board:"
REQUESTER, STAKEHOLDERS = "requester", "stakeholders"
OF_RELEASE = (REQUESTER, STAKEHOLDERS)
"""Who asked for the release, and its stakeholders marked `approve`."""


def is_source(text: str) -> bool:
    """Say whether a text names a source: a role, `user:`, `group:` or `board:` with a name, or some of the release."""
    named = any(text.startswith(kind) and len(text) > len(kind) for kind in (USER, GROUP, BOARD))
    return named or text in {*Role, *OF_RELEASE}


def named(sources: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """Give the names behind the sources of one kind, `USER`, `GROUP` or `BOARD`."""
    return tuple(source.removeprefix(kind) for source in sources if source.startswith(kind))
