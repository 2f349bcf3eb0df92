"""What a release policy names besides figures has to be there: approvals of workflows, people, groups and boards."""

from collections.abc import Mapping
from typing import Any

from rightaway.domain.approval_sources import BOARD, GROUP, USER, named
from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import PersonKind
from rightaway.queries import board_seats, templates
from rightaway.records.people.models import Group, User

_AT = "extra_approvers"


def check(content: Mapping[str, Any]) -> None:
    """
    Refuse extra approvers whom no approval would ever be asked of.

    Raises:
        Invalid: `policy.approval_unknown` or `policy.source_unknown`.
    """
    rows = content[_AT]
    if not rows:
        return
    known = {requirement.key for _workflow, requirement in templates.requirements()}
    for row in rows:
        if row["approval"] not in known:
            raise Invalid(
                "policy.approval_unknown",
                said("No workflow has an approval '{key}'.", key=Word(str(row["approval"])[:80])),
                at=_AT,
                hint=", ".join(sorted(known)),
            )
    sources = tuple(dict.fromkeys(source for row in rows for source in row["sources"]))
    absent = [
        *(f"{USER}{name}" for name in sorted(set(named(sources, USER)) - _people(named(sources, USER)))),
        *(f"{GROUP}{key}" for key in sorted(set(named(sources, GROUP)) - _groups(named(sources, GROUP)))),
        *(f"{BOARD}{key}" for key in sorted(set(named(sources, BOARD)) - _boards(named(sources, BOARD)))),
    ]
    if absent:
        raise Invalid(
            "policy.source_unknown",
            said("There is nobody behind {source}.", source=absent[0]),
            at=_AT,
            hint=said("Name an active person, or a group or board that was confirmed."),
        )


def _people(names: tuple[str, ...]) -> set[str]:
    found = User.objects.filter(username__in=names, is_active=True, kind=PersonKind.PERSON)
    return set(found.values_list("username", flat=True))


def _groups(keys: tuple[str, ...]) -> set[str]:
    return set(Group.objects.filter(key__in=keys).values_list("key", flat=True))


def _boards(keys: tuple[str, ...]) -> set[str]:
    return set(board_seats.boards(keys).values_list("key", flat=True))
