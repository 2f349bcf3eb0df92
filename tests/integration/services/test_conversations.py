"""Comments, mentions and watching, with what they put into people's inboxes."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.integration.services.begun import registered
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.errors import Forbidden, NotFound, Refused, Stale
from rightaway.domain.values import SYSTEM
from rightaway.queries import conversations as ask
from rightaway.queries import notifications, subjects
from rightaway.queries import people as ask_people
from rightaway.records.audit.models import AuditEvent
from rightaway.records.conversations.models import Comment
from rightaway.services import changes, conversations, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return staged("registered", registered)


@pytest.fixture
def release(world: World) -> str:
    return world.release


def say(name: str, release: str, text: str = "Well done.") -> Comment:
    return conversations.comment(actor=actor(name), kind="release", key=release, text=text)


def told(name: str) -> list[tuple[str, str]]:
    user = ask_people.user(name)
    assert user is not None
    return [(row.kind, row.subject_key) for row in notifications.inbox(user.pk)]


def watchers(kind: str, key: str) -> set[str]:
    subject = subjects.subject(kind, key)
    assert subject is not None
    return set(ask_people.names(ask.watchers(subject)))


def test_comment__on_a_release__those_with_a_part_are_told_and_the_author_is_not(release: str):
    row = say("dora", release)

    assert told("rita") == [("commented", release)]
    assert told("dora") == told("ben") == []
    event = AuditEvent.objects.get(action="conversation.comment.written")
    assert (event.stream, event.object_id, event.facts["on"]) == (release, str(row.pk), ["release", release])


def test_comment__by_a_watcher__told_of_the_next_one(release: str):
    say("ben", release)
    say("dora", release)
    assert told("ben") == [("commented", release)]


def test_mention__of_a_watcher__one_row_that_says_mentioned(release: str):
    row = say("dora", release, "@rita and @nobody, look")

    assert told("rita") == [("mentioned", release)]
    assert [one.username for one in row.mentioned.all()] == ["rita"]


def test_mention__of_somebody_who_may_not_see_the_record__stays_text(release: str):
    stranger = people.create(actor=SYSTEM, username="eve", name="Eve")
    people.grant(actor=SYSTEM, user=stranger, role="release_manager", scope="elsewhere")

    row = say("dora", release, "@eve @root look")

    assert told("eve") == told("root") == []
    assert row.mentioned.count() == 0


def test_edit__by_the_author__earlier_wording_kept_and_new_mention_told(release: str):
    row = say("dora", release, "One")

    edited = conversations.edit(actor=actor("dora"), comment_id=row.pk, text="Two @ben @rita")

    assert [one.text for one in ask.wordings(edited)] == ["One"]
    assert edited.edited_at is not None
    assert told("ben") == [("mentioned", release)]
    assert told("rita") == [("commented", release)]  # of this comment she knows already


def test_edit__same_text__nothing_happens(release: str):
    row = say("dora", release, "One")
    assert conversations.edit(actor=actor("dora"), comment_id=row.pk, text="One").edited_at is None


def test_edit__over_an_edit_not_seen__stale(release: str):
    row = say("dora", release, "One")
    conversations.edit(actor=actor("dora"), comment_id=row.pk, text="Two")
    with pytest.raises(Stale):
        conversations.edit(actor=actor("dora"), comment_id=row.pk, text="Three", expected_version=1)


def test_edit__by_somebody_else__forbidden(release: str):
    row = say("dora", release)
    for command in (conversations.withdraw, conversations.restore):
        with pytest.raises(Forbidden):
            command(actor=actor("rita"), comment_id=row.pk)
    with pytest.raises(Forbidden):
        conversations.edit(actor=actor("rita"), comment_id=row.pk, text="Mine")


def test_withdraw__and_restore_in_time__as_before(release: str):
    row = say("dora", release, "Oops")
    assert conversations.withdraw(actor=actor("dora"), comment_id=row.pk).withdrawn_at is not None
    restored = conversations.restore(actor=actor("dora"), comment_id=row.pk)
    assert (restored.withdrawn_at, restored.text) == (None, "Oops")


def test_restore__after_ten_minutes__refused(release: str):
    row = say("dora", release)
    conversations.withdraw(actor=actor("dora"), comment_id=row.pk)
    with (
        time_machine.travel(timezone.now() + timedelta(minutes=11)),
        pytest.raises(Refused) as refusal,
    ):
        conversations.restore(actor=actor("dora"), comment_id=row.pk)
    assert refusal.value.code == "undo.too_late"


def test_edit__withdrawn__refused(release: str):
    row = say("dora", release)
    conversations.withdraw(actor=actor("dora"), comment_id=row.pk)
    with pytest.raises(Refused):
        conversations.edit(actor=actor("dora"), comment_id=row.pk, text="Again")


def test_comment__without_the_role__forbidden(release: str):
    with pytest.raises(Forbidden):
        say("ada", release)


@pytest.mark.parametrize(("kind", "key"), [("release", "REL-999999"), ("nonsense", "x")])
def test_comment__on_nothing__not_found(world: World, kind: str, key: str):
    with pytest.raises(NotFound):
        conversations.comment(actor=actor("dora"), kind=kind, key=key, text="Hello?")


def test_watchers__of_a_release__author_coordinator_and_stakeholders(world: World, release: str):
    from rightaway.services import releases

    releases.set_people(actor=actor("rita"), number=release, stakeholders={"stan": "accept"})
    assert watchers("release", release) == {"rita", "stan"}


def test_watch__own_word__counts_over_the_part(release: str):
    conversations.watch(actor=actor("rita"), kind="release", key=release, is_on=False)
    conversations.watch(actor=actor("ada"), kind="release", key=release)
    assert watchers("release", release) == {"ada"}
    conversations.watch(actor=actor("rita"), kind="release", key=release)
    assert watchers("release", release) == {"ada", "rita"}


def test_watchers__role_lost__told_no_more(release: str):
    user = ask_people.user("rita")
    assert user is not None
    people.revoke(actor=SYSTEM, user=user, role="release_manager")
    assert watchers("release", release) == set()


def test_comment__on_every_kind_of_record__possible(world: World, release: str):
    from rightaway.services import incidents, knowledge

    chris = actor("chris")
    incident = incidents.record_incident(actor=chris, title="Down", service="shop", severity=1)
    error = incidents.record_known_error(
        actor=chris, title="Slow", root_cause="a", workaround="b", service="shop"
    )
    article = knowledge.write(actor=chris, kind="faq", title="How", body="So.", service="shop")
    for kind, key in (
        ("release", release),
        ("change", world.changes[0]),
        ("ci", "t01"),
        ("incident", incident.number),
        ("known_error", error.number),
        ("article", article.number),
    ):
        conversations.comment(actor=chris, kind=kind, key=key, text="Seen.")
        subject = subjects.subject(kind, key)
        assert subject is not None
        assert [one.text for one in ask.comments(subject)] == ["Seen."]


def test_rolled_back__what_caused_it__nobody_is_told(release: str):
    from django.db import transaction

    with transaction.atomic():
        say("dora", release)
        transaction.set_rollback(True)
    assert told("rita") == []


def test_incident__commented__who_reported_it_is_told(world: World):
    from rightaway.services import incidents

    row = incidents.record_incident(actor=actor("chris"), title="Down", service="shop", severity=1)
    conversations.comment(actor=actor("dora"), kind="incident", key=row.number, text="Looking.")
    assert told("chris") == [("commented", row.number)]


def test_change__commented__requester_is_told(world: World):
    change = changes.register(
        actor=actor("stan"), title="Yen", description="d", change_type="normal", service="shop"
    )
    conversations.comment(actor=actor("chris"), kind="change", key=change.number, text="Why?")
    assert told("stan") == [("commented", change.number)]


def test_comments__many_with_mentions__same_number_of_statements(release: str, django_assert_num_queries):
    subject = subjects.subject("release", release)
    assert subject is not None
    say("dora", release, "@rita")
    with django_assert_num_queries(3):  # comments with authors, files, mentions
        read = [
            (one.author, list(one.attachments.all()), list(one.mentioned.all()))
            for one in ask.comments(subject)
        ]
    for _ in range(5):
        say("ben", release, "@rita @dora")
    with django_assert_num_queries(3):
        again = [
            (one.author, list(one.attachments.all()), list(one.mentioned.all()))
            for one in ask.comments(subject)
        ]
    assert (len(read), len(again)) == (1, 6)


def test_watchers__many__two_statements(release: str, django_assert_num_queries):
    for name in ("dora", "ben", "olga", "chris", "cora"):
        conversations.watch(actor=actor(name), kind="release", key=release)
    subject = subjects.subject("release", release)
    assert subject is not None
    with django_assert_num_queries(2):
        assert len(ask.watchers(subject)) == 6
