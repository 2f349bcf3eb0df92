"""Questions about what is to be approved: they block nobody, are shown, and are answered in the conversation."""

from django.db import transaction
from django.utils import timezone

from rightaway.domain.approvals import ApprovalState
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.sentences import Word, said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import Actor
from rightaway.queries import approvers
from rightaway.records.approvals.models import Approval, Question
from rightaway.records.releases.models import Release
from rightaway.services import _guard, _notify, conversations
from rightaway.services._asking import told
from rightaway.services.approvals import check_voter, needed

LONGEST = 2000


@transaction.atomic
def ask(*, actor: Actor, number: str, kind: str, text: str) -> Question:
    """
    Ask something before voting; the vote stays open, and who asked for the approval is told.

    Raises:
        Forbidden: only who may vote asks here; everybody else comments.
        Refused: the approval is not waiting for votes.
    """
    release = _guard.lock(Release, number=number)
    voter, requirement = _guard.person(actor), needed(release, kind)
    row = release.approvals.filter(kind=kind).order_by("-id").first()
    holders = approvers.Holders.of(release, [requirement], timezone.now())
    check_voter(actor, requirement, holders)
    if row is None or row.state != ApprovalState.PENDING:
        raise Refused(
            "approval.not_open",
            said("The approval {kind} of {number} is not waiting for votes.", kind=Word(kind), number=number),
        )
    question = Question.objects.create(
        approval=row, asked_by=voter, text=_checked(text), asked_at=timezone.now()
    )
    told(actor, row, "release.approval.questioned", {"question": text})
    _notify.tell(
        actor=actor,
        kind=NotificationKind.APPROVAL_QUESTION,
        subject=_notify.found(SubjectKind.RELEASE, number),
        people=[one for one in (row.requested_by_id, release.manager_id) if one],
        key=f"approval:question:{question.pk}",
        facts={"approval": kind},
    )
    release.save()
    return question


@transaction.atomic
def answer(*, actor: Actor, number: str, question_id: int, text: str) -> Question:
    """Answer a question: as a comment on the release, beside the question; who asked is told."""
    release = _guard.lock(Release, number=number)
    _guard.require(actor=actor, action="record.comment", scope=release.service.key)
    question = _guard.find(Question, pk=question_id, approval__release=release)
    if question.answered_at is not None:
        raise Refused(
            "question.answered",
            said("{answered_by} has answered it already.", answered_by=question.answered_by),
        )
    question.answer, question.answered_by = _checked(text), _guard.person(actor)
    question.answered_at = timezone.now()
    question.save()
    conversations.comment(
        actor=actor,
        kind=SubjectKind.RELEASE,
        key=number,
        text=f"> {_quoted(question.text)}\n\n{question.answer}",
    )
    row: Approval = question.approval
    told(actor, row, "release.approval.answered", {"question": question.text, "answer": text})
    _notify.tell(
        actor=actor,
        kind=NotificationKind.APPROVAL_ANSWERED,
        subject=_notify.found(SubjectKind.RELEASE, number),
        people=[question.asked_by_id],
        key=f"approval:answer:{question.pk}",
        facts={"approval": row.kind},
    )
    release.save()
    return question


def _checked(text: str) -> str:
    if not text.strip() or len(text) > LONGEST:
        raise Invalid(
            "question.text",
            said("Write something, at most {longest} characters.", longest=LONGEST),
            at="text",
        )
    return text.strip()


def _quoted(text: str) -> str:
    return text.replace("\n", "\n> ")
