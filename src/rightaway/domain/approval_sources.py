"""Who may give an approval besides the holders of a role: people, groups, and people of the release itself."""

from rightaway.domain.permissions import Role

USER, GROUP = "user:", "group:"
REQUESTER, STAKEHOLDERS = "requester", "stakeholders"
OF_RELEASE = (REQUESTER, STAKEHOLDERS)
"""Who asked for the release, and its stakeholders marked `approve`."""


def is_source(text: str) -> bool:
    """Say whether a text names a source: a role, `user:NAME`, `group:KEY`, `requester` or `stakeholders`."""
    named = any(text.startswith(kind) and len(text) > len(kind) for kind in (USER, GROUP))
    return named or text in {*Role, *OF_RELEASE}


def named(sources: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """Give the names behind the sources of one kind, `USER` or `GROUP`."""
    return tuple(source.removeprefix(kind) for source in sources if source.startswith(kind))
