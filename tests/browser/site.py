"""Fills the database of the browser tests: `python -m tests.browser.site FOLDER`; prints the numbers it made."""

import json
import sys
from pathlib import Path
from typing import Any

from rightaway.config import boot

PASSWORD = "a long enough secret"


def fill(folder: Path) -> dict[str, Any]:
    """Make releases: two that wait for their plan's approval, and one that can be rehearsed."""
    from django.contrib.auth.hashers import make_password
    from tests.world import PEOPLE, SERVICE, World, actor

    from rightaway.domain.values import SYSTEM
    from rightaway.queries import people as ask
    from rightaway.queries import releases as ask_releases
    from rightaway.records.incidents.models import Problem
    from rightaway.services import (
        approval_questions,
        approvals,
        conversations,
        knowledge,
        lifecycle,
        people,
        saved_views,
    )

    waiting = World(folder / "waiting").settle()
    secret = make_password(PASSWORD)
    second = people.create(actor=SYSTEM, username="erika", name="Erika")
    people.grant(actor=SYSTEM, user=second, role="admin")
    for name in (*PEOPLE, "erika"):
        user = ask.user(name)
        assert user is not None
        user.password = secret
        user.save()
    waiting.register()
    lifecycle.fire(actor=actor("rita"), number=waiting.release, event="start_planning")
    waiting.set_design()
    approvals.request(actor=actor("rita"), number=waiting.release, kind="plan_design")
    asked = World(folder / "asked").settle()
    asked.register()
    lifecycle.fire(actor=actor("rita"), number=asked.release, event="start_planning")
    asked.set_design()
    built = World(folder / "built", step_s="0.5").settle()
    built.register()
    built.plan()
    built.build()
    body = "# Why\n\n[run](javascript:alert(1)) <script>alert(1)</script> <img src=x onerror=alert(1)>"
    article = knowledge.write(
        actor=actor("rita"), kind="faq", title="<script>alert(1)</script>", body=body, service=SERVICE
    )
    for name, text in (("rita", "Look at **this**, @dora."), ("dora", "Never mind.")):
        said = conversations.comment(
            actor=actor(name), kind="release", key=built.release, text=text, files=[("notes.txt", b"Notes.")]
        )
    conversations.withdraw(actor=actor("dora"), comment_id=said.pk)
    saved_views.save(actor=actor("dora"), page="changes", name="Open ones", query={"state": "registered"})
    question = approval_questions.ask(
        actor=actor("olga"), number=waiting.release, kind="plan_design", text="How long?"
    )
    row = ask_releases.release(built.release)
    problem = Problem.objects.create(number="PRB-000001", title="Why", release=row, opened_by="olga")
    change, meeting = board_meeting()
    return {
        "change": change,
        "meeting": meeting,
        "question": question.pk,
        "comment": said.pk,
        "problem": problem.number,
        "waiting": waiting.release,
        "asked": asked.release,
        "built": built.release,
        "article": article.number,
    }


def board_meeting() -> tuple[str, str]:
    """Plan a meeting of a board for major changes, with one of them on its agenda."""
    from datetime import timedelta

    from django.utils import timezone
    from tests.world import SERVICE, actor

    from rightaway.domain import boards as held
    from rightaway.services import boards, changes, meetings

    definition = held.Definition(
        title="CAB",
        kind="cab",
        chair="chris",
        members=(held.Member("chris"), held.Member("cora")),
        quorum=2,
        agenda=held.AgendaFilter(change_types=("normal",), rfc_classes=("major",)),
    )
    row = boards.propose(actor=actor("chris"), key="cab", definition=definition)
    boards.confirm(actor=actor("root"), key="cab", digest=held.definition_digest(row.proposed))
    fields = {"title": "Another database", "description": "d", "change_type": "normal"}
    change = changes.register(
        actor=actor("stan"), **fields, service=SERVICE, fields={"rfc_class": "major"}
    ).number
    for event in ("validate", "assess"):
        changes.move(actor=actor("chris"), number=change, event=event)
    at = timezone.now() + timedelta(hours=1)
    return change, meetings.plan(actor=actor("chris"), board="cab", at=at).number


if __name__ == "__main__":
    boot.connect()
    boot.migrate()
    print(json.dumps(fill(Path(sys.argv[1]))))
