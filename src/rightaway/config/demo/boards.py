"""The boards of the shop: one meeting of the CAB is over and has its minutes, the next one is planned."""

from datetime import timedelta

from django.utils import timezone

from rightaway.config.demo.people import voice
from rightaway.domain.board_schedules import Schedule
from rightaway.domain.boards import AgendaFilter, BoardKind, Definition, Member, definition_digest
from rightaway.queries import meetings as ask
from rightaway.services import agendas, boards, changes, meetings

MEMBERS = (Member("carl"), Member("cara", "anna"), Member("sofia"))
BOARDS = {
    "cab": Definition(
        title="Change advisory board",
        kind=BoardKind.CAB,
        chair="carl",
        members=MEMBERS,
        quorum=2,
        agenda=AgendaFilter(change_types=("normal", "proposal")),
        schedule=Schedule(weekdays=(1,), time="14:00", zone="Europe/Berlin"),
    ),
    "ecab": Definition(
        title="Emergency board",
        kind=BoardKind.ECAB,
        chair="sofia",
        members=MEMBERS,
        quorum=2,
        agenda=AgendaFilter(change_types=("emergency",)),
    ),
    "dcab": Definition(
        title="Deployment board",
        kind=BoardKind.DCAB,
        chair="sofia",
        members=MEMBERS,
        quorum=2,
        agenda=AgendaFilter(approvals=("deployment",)),
    ),
}


def meet() -> int:
    """Have two people define the boards, hold a meeting and plan the next; give how many boards there are."""
    for key, held in BOARDS.items():
        row = boards.propose(actor=voice("carl"), key=key, definition=held)
        boards.confirm(actor=voice("adam"), key=key, digest=definition_digest(row.proposed))
    _past()
    for title in ("Renew the certificate of the payment gateway", "Move the invoices to the new archive"):
        _assessed(title)
    coming = meetings.plan(actor=voice("carl"), board="cab", place="Room 2")
    agendas.publish(actor=voice("carl"), number=coming.number)
    return len(BOARDS)


def _assessed(title: str) -> None:
    row = changes.register(
        actor=voice("stella"),
        title=title,
        description=f"{title}.",
        change_type="normal",
        service="payments",
        fields={
            "test_plan": "One payment of each kind.",
            "remediation_plan": "Put back what was there before.",
        },
    )
    for event in ("validate", "assess"):
        changes.move(actor=voice("carl"), number=row.number, event=event)


def _past() -> None:
    carl, now = voice("carl"), timezone.now()
    row = meetings.plan(actor=carl, board="cab", at=now - timedelta(minutes=5), place="Room 2")
    meetings.start(actor=carl, number=row.number)
    for name in ("carl", "cara"):
        meetings.attend(actor=voice(name), number=row.number)
    first, *others = ask.items(row)
    assert first.change is not None
    for name in ("carl", "cara"):
        changes.authorise(
            actor=voice(name), number=first.change.number, decision="approve", note="Small, and well tested."
        )
    agendas.note(
        actor=carl, number=row.number, item=first.pk, text="Goes with the next release of the service."
    )
    agendas.take_on(
        actor=carl,
        number=row.number,
        text="Tell the shop team.",
        owner="sofia",
        due_at=now + timedelta(days=3),
    )
    for item in others[:1]:
        agendas.defer(actor=carl, number=row.number, item=item.pk, reason="The test plan is missing.")
    meetings.end(actor=carl, number=row.number)
    ended = ask.meeting(row.number)
    assert ended is not None
    meetings.approve_minutes(actor=carl, number=row.number, digest=ask.digest_of(ended))
