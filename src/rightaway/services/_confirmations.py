"""Tells those who could be the second person that somebody proposed what needs one."""

from collections.abc import Collection

from rightaway.domain.notifications import NotificationKind
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import Actor
from rightaway.queries import subjects
from rightaway.records.base import Record
from rightaway.services import _notify


def ask(
    *,
    actor: Actor,
    kind: SubjectKind,
    row: Record,
    action: str,
    key: str,
    scopes: Collection[str] = (),
    authors: Collection[int] = (),
) -> None:
    """
    Tell everybody who may give the confirming command, but for those who wrote what it confirms.

    Args:
        action: The row of the permission matrix that the confirming command asks for.
        key: Names the proposal: nobody is told of one twice.
        scopes: The services in all of which it is asked for; none for one that is asked for everywhere.
    """
    subject = subjects.of_row(kind, row)
    able = [
        set(subjects.able(subject, action, scope=scope).values_list("pk", flat=True))
        for scope in (scopes or [subject.scope])
    ]
    people = set.intersection(*able) - set(authors)
    _notify.tell(
        actor=actor, kind=NotificationKind.PROPOSAL_MADE, subject=subject, people=people, key=f"{kind}:{key}"
    )
