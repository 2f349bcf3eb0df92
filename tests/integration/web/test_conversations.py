"""Conversations on the pages of records: said, mentioned, attached, edited, taken back, watched."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.integration.web.conftest import SignIn, Site
from tests.world import actor

from rightaway.domain.values import SYSTEM
from rightaway.intake.attachments import ATTACHMENT_BYTES
from rightaway.queries import conversations as ask
from rightaway.queries import subjects
from rightaway.records.conversations.models import Comment
from rightaway.services import conversations, people
from rightaway.web import conversations as pages

pytestmark = pytest.mark.django_db
Say = Callable[..., Comment]


@pytest.fixture
def say(release: str) -> Say:
    def said(name: str = "dora", text: str = "Well **done**.", files: Any = ()) -> Comment:
        return conversations.comment(actor=actor(name), kind="release", key=release, text=text, files=files)

    return said


def shown(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def posted(browser: Client, address: str, **data: Any) -> Any:
    return browser.post(address, data)


def test_comment__with_a_file_and_a_mention__stands_on_the_page_at_its_anchor(
    release: str, sign_in: SignIn
) -> None:
    browser = sign_in("dora")
    file = SimpleUploadedFile("../../plan.html", b"<script>alert(1)</script>")
    text = "Look, @ben and @nobody: `@olga`\n\n- one"
    answer = posted(browser, f"/talk/release/{release}/", text=text, attachments=file)
    row = Comment.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/releases/{release}/#comment-{row.pk}")
    page = shown(browser, f"/releases/{release}/")
    assert f'id="comment-{row.pk}"' in page
    assert "<strong>@ben</strong> and @nobody" in page
    assert "<li>one</li>" in page
    assert "plan.html.txt" in page
    assert f'action="/comments/{row.pk}/withdrawal/"' in page
    assert [one.username for one in row.mentioned.all()] == ["ben"]


def test_attachment__downloaded__is_never_shown_and_only_for_who_sees_the_record(
    say: Say, sign_in: SignIn, outsider: str
) -> None:
    row = say(files=[("x.html", b"<script>alert(1)</script>")])
    address = f"/attachments/{row.attachments.get().pk}/"
    answer = sign_in("stan").get(address)
    assert answer.content == b"<script>alert(1)</script>"
    assert answer["Content-Disposition"] == 'attachment; filename="x.html.txt"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert sign_in(outsider).get(address).status_code == 404
    conversations.withdraw(actor=actor("dora"), comment_id=row.pk)
    assert sign_in("dora").get(address).status_code == 404


@pytest.fixture
def outsider(release: str) -> str:
    user = people.create(actor=SYSTEM, username="otto", name="Otto Out")
    people.grant(actor=SYSTEM, user=user, role="release_manager", scope="elsewhere")
    return user.username


def test_upload__refused__keeps_the_text_and_says_nothing_of_it(release: str, sign_in: SignIn) -> None:
    browser, address = sign_in("dora"), f"/talk/release/{release}/"
    big = SimpleUploadedFile("big.log", b"x" * (ATTACHMENT_BYTES + 1))
    answers = {
        "too large": posted(browser, address, text="Typed at length.", attachments=big),
        "kind": posted(
            browser, address, text="Typed at length.", attachments=SimpleUploadedFile("a.png", b"\x7fELF\0")
        ),
        "empty": posted(
            browser, address, text="Typed at length.", attachments=SimpleUploadedFile("a.txt", b"")
        ),
    }
    assert {name: one.status_code for name, one in answers.items()} == dict.fromkeys(answers, 422)
    assert all("Typed at length." in one.content.decode() for one in answers.values())
    assert "big.log is larger than 10 MiB" in answers["too large"].content.decode()
    assert not Comment.objects.exists()


def test_upload__larger_than_all_files_together_may_be__is_refused_unread(
    release: str, sign_in: SignIn
) -> None:
    answer = sign_in("dora").post(
        f"/talk/release/{release}/",
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH="99000000",
    )
    assert answer.status_code == 413
    assert "upload.too_large" in answer.content.decode()


def test_withdrawn_comment__on_every_page__hides_text_files_and_mentions(
    release: str, say: Say, sign_in: SignIn
) -> None:
    row = say(text="The secret of @ben", files=[("secret.txt", b"hidden")])
    browser = sign_in("dora")
    answer = posted(browser, f"/comments/{row.pk}/withdrawal/")
    assert answer["Location"] == f"/releases/{release}/#comment-{row.pk}"
    mine, theirs, whole = (
        shown(browser, f"/releases/{release}/"),
        shown(sign_in("rita"), f"/releases/{release}/"),
        shown(sign_in("rita"), f"/talk/release/{release}/"),
    )
    for page in (mine, theirs, whole):
        assert "This comment was withdrawn." in page
        assert not any(word in page for word in ("The secret", "secret.txt", "@ben</strong>"))
    assert f"/comments/{row.pk}/restoration/" in mine
    assert f"/comments/{row.pk}/restoration/" not in theirs
    assert browser.get(f"/comments/{row.pk}/edit/").status_code == 404


def test_withdrawal__undone_from_its_message__shows_the_comment_again(
    release: str, say: Say, sign_in: SignIn
) -> None:
    row, browser = say(), sign_in("dora")
    posted(browser, f"/comments/{row.pk}/withdrawal/")
    undo = f'action="/comments/{row.pk}/restoration/"'
    page = shown(browser, f"/releases/{release}/")
    assert undo in page.split("<h1>")[0]  # in the message, above the page
    posted(browser, f"/comments/{row.pk}/restoration/")
    page = shown(browser, f"/releases/{release}/")
    assert "Well <strong>done</strong>." in page
    assert undo not in page


def test_comment__of_somebody_else__has_no_buttons_and_refuses(
    release: str, say: Say, sign_in: SignIn
) -> None:
    row, browser = say(), sign_in("rita")
    assert f"/comments/{row.pk}/" not in shown(browser, f"/releases/{release}/")
    for deed in ("edit", "withdrawal", "restoration"):
        assert (deed, browser.get(f"/comments/{row.pk}/{deed}/").status_code) == (deed, 403)
        assert (deed, posted(browser, f"/comments/{row.pk}/{deed}/").status_code) == (deed, 403)


def test_auditor__reads_and_may_watch__and_is_offered_no_form(
    release: str, say: Say, sign_in: SignIn
) -> None:
    say()
    browser = sign_in("ada")
    page = shown(browser, f"/releases/{release}/")
    assert "Well <strong>done</strong>." in page
    assert f"/talk/release/{release}/watch/on/" in page
    assert 'name="text"' not in page
    assert posted(browser, f"/talk/release/{release}/", text="x").status_code == 403


def test_edit__over_one_that_was_not_seen__shows_both(say: Say, sign_in: SignIn) -> None:
    row, browser = say(text="One"), sign_in("dora")
    conversations.edit(actor=actor("dora"), comment_id=row.pk, text="Two")
    answer = posted(browser, f"/comments/{row.pk}/edit/", version=1, text="Three")
    assert answer.status_code == 412
    assert all(word in answer.content.decode() for word in ("Two", "Three"))
    posted(browser, f"/comments/{row.pk}/edit/", version=2, text="Three")
    assert Comment.objects.get().text == "Three"


def test_watching__begun_and_ended__counts_and_can_be_undone(release: str, sign_in: SignIn) -> None:
    browser = sign_in("ben")

    def watchers() -> int:
        subject = subjects.subject("release", release)
        assert subject is not None
        return len(ask.watchers(subject))

    before = watchers()
    answer = posted(browser, f"/talk/release/{release}/watch/on/")
    assert answer["Location"] == f"/releases/{release}/#conversation"
    assert watchers() == before + 1
    page = shown(browser, f"/releases/{release}/")
    assert "You watch" in page
    assert page.count(f'action="/talk/release/{release}/watch/off/"') == 2  # the message and the button
    posted(browser, f"/talk/release/{release}/watch/off/")
    assert watchers() == before


def test_conversation__on_every_kind_of_record__is_there(site: Site, sign_in: SignIn) -> None:
    browser = sign_in("rita")
    kinds = {kind: number for kind, number in site.names.items() if kind != "resolve"}
    for kind, key in {**kinds, "release": site.release, "ci": "t01"}.items():
        answer = posted(browser, f"/talk/{kind}/{key}/", text=f"About {kind}")
        page = shown(browser, answer["Location"].split("#")[0])
        assert f"<p>About {kind}</p>" in page, kind
        assert f'action="/talk/{kind}/{key}/watch/off/"' in page, kind


def test_conversation__of_many__shows_the_newest_and_leads_to_the_rest(
    release: str, say: Say, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "NEWEST", 2)
    rows = [say(text=f"Word {number}") for number in range(4)]
    page = shown(sign_in("dora"), f"/releases/{release}/")
    assert "Show 2 earlier comments" in page
    assert ["Word 1" in page, "Word 2" in page] == [False, True]
    assert "Word 0" in shown(sign_in("dora"), f"/talk/release/{release}/")
    assert pages.address(rows[0]) == f"/talk/release/{release}/?page=1#comment-{rows[0].pk}"
    assert pages.address(rows[3]) == f"/releases/{release}/#comment-{rows[3].pk}"


def test_suggestions__are_people_who_see_the_record(release: str, sign_in: SignIn, outsider: str) -> None:
    def names(text: str) -> list[str]:
        answer = sign_in("rita").get(f"/talk/release/{release}/people/?q={text}")
        return [one["username"] for one in answer.json()["found"]]

    assert names("ol") == ["olga"]
    assert names("ot") == []
    assert "rita" not in names("")
    assert names("%00") == names("")
    assert sign_in(outsider).get(f"/talk/release/{release}/people/?q=o").status_code == 404


def test_talk__about_what_is_not_there__is_404(release: str, sign_in: SignIn) -> None:
    browser = sign_in("rita")
    for address in (
        "/talk/release/REL-999999/",
        "/talk/person/rita/",
        "/comments/999/edit/",
        "/attachments/9/",
    ):
        assert (address, browser.get(address).status_code) == (address, 404)
