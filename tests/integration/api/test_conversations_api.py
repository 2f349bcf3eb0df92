"""Conversations, watching and the inbox through the API."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from tests.integration.api.test_shape import check_problem
from tests.integration.api.world import World

from rightaway.queries import conversations


def say(world: World, name: str, release: str, text: str = "Well done."):
    answer = world.caller(name)("POST", f"/records/release/{release}/comments", {"text": text})
    assert answer.status_code == 201, answer.content
    return answer


def test_comment__written__listed_with_its_mentions(world: World):
    release = world.release()
    say(world, "dirk", release, "@anna @nobody **look**")
    (found,) = world.caller("anna").get(f"/records/release/{release}/comments").json()["items"]
    assert (found["author"], found["mentioned"]) == ("dirk", ["anna"])
    assert found["text"] == "@anna @nobody **look**"


def test_comment__edited_with_an_old_tag__412(world: World):
    made = say(world, "dirk", world.release(), "One")
    dirk, path = world.caller("dirk"), f"/comments/{made.json()['id']}"
    assert dirk("PATCH", path, {"text": "Two"}, If_Match=made["ETag"]).status_code == 200
    check_problem(dirk("PATCH", path, {"text": "Three"}, If_Match=made["ETag"]), 412)
    assert [one["text"] for one in dirk.get(f"{path}/wordings").json()] == ["One"]


def test_comment__withdrawn__text_gone_until_restored(world: World):
    release = world.release()
    path = f"/comments/{say(world, 'dirk', release, 'Oops').json()['id']}"
    dirk, anna = world.caller("dirk"), world.caller("anna")
    dirk("PATCH", path, {"text": "Oops again"})
    assert dirk("POST", f"{path}/withdrawal").status_code == 200
    shown = anna.get(path).json()
    assert (shown["text"], shown["withdrawn_at"] is None) == ("", False)
    assert anna.get(f"{path}/wordings").json() == []
    assert dirk("DELETE", f"{path}/withdrawal").json()["text"] == "Oops again"


def test_comment__changed_to_what_it_is__same_tag(world: World):
    made = say(world, "dirk", world.release(), "One")
    dirk, path = world.caller("dirk"), f"/comments/{made.json()['id']}"
    for answer in (
        dirk("PATCH", path, {"text": "One"}, If_Match=made["ETag"]),
        dirk("DELETE", f"{path}/withdrawal"),
        dirk.get(path),
    ):
        assert answer["ETag"] == made["ETag"]


def test_comment__of_another__403(world: World):
    path = f"/comments/{say(world, 'dirk', world.release()).json()['id']}"
    check_problem(world.caller("anna")("PATCH", path, {"text": "Mine"}), 403)
    check_problem(world.caller("anna")("POST", f"{path}/withdrawal"), 403)


def test_comment__on_what_one_may_not_see__404(world: World):
    release = world.release()
    comment = say(world, "dirk", release).json()["id"]
    bob = world.caller(world.person("bob", "release_manager", scope="bank"))
    for method, path, body in (
        ("GET", f"/records/release/{release}/comments", None),
        ("POST", f"/records/release/{release}/comments", {"text": "x"}),
        ("GET", f"/comments/{comment}", None),
        ("PATCH", f"/comments/{comment}", {"text": "x"}),
        ("POST", f"/comments/{comment}/withdrawal", None),
        ("PUT", f"/records/release/{release}/watch", None),
        ("GET", f"/records/release/{release}/watch", None),
    ):
        check_problem(bob(method, path, body), 404)


def test_comment__by_an_auditor__403(world: World):
    answer = world.caller("audrey")("POST", f"/records/release/{world.release()}/comments", {"text": "x"})
    check_problem(answer, 403)


def test_comment__on_an_item__whoever_holds_a_role_reads_it(world: World):
    made = world.caller("dirk")("POST", "/records/ci/web-01/comments", {"text": "Loud fan."})
    assert made.status_code == 201
    bob = world.caller(world.person("bob", "stakeholder", scope="bank"))
    assert len(bob.get("/records/ci/web-01/comments").json()["items"]) == 1


def test_watch__on_and_off__shown(world: World):
    path = f"/records/release/{world.release()}/watch"
    dirk = world.caller("dirk")
    assert dirk.get(path).json() == {"is_watching": False, "watchers": ["anna"]}
    assert dirk("PUT", path).json() == {"is_watching": True, "watchers": ["anna", "dirk"]}
    assert dirk("DELETE", path).json() == {"is_watching": False, "watchers": ["anna"]}


def test_inbox__told_read_one_and_all__counted(world: World):
    release = world.release()
    for text in ("One", "@anna two", "Three"):
        say(world, "dirk", release, text)
    anna = world.caller("anna")
    assert anna.get("/inbox/unread").json() == {"unread": 3}
    rows = anna.get("/inbox").json()["items"]
    assert [row["kind"] for row in rows] == ["commented", "mentioned", "commented"]
    assert anna("POST", f"/inbox/{rows[0]['id']}/read").json() == {"unread": 2}
    assert len(anna.get("/inbox?is_unread=true").json()["items"]) == 2
    assert anna("POST", "/inbox/read").json() == {"unread": 0}


def test_inbox__of_somebody_else__404(world: World):
    say(world, "dirk", world.release())
    (row,) = world.caller("anna").get("/inbox").json()["items"]
    check_problem(world.caller("dirk")("POST", f"/inbox/{row['id']}/read"), 404)
    assert world.caller("anna").get("/inbox/unread").json() == {"unread": 1}


OCTETS = "application/octet-stream"


@pytest.fixture(autouse=True)
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(settings.ENVIRONMENT, "home", tmp_path)
    conversations.store.cache_clear()
    yield
    conversations.store.cache_clear()


def attach(world: World, name: str, comment: int, data: bytes, file: str = "log.txt"):
    path = f"/comments/{comment}/attachments?name={quote(file)}"
    return world.caller(name)("POST", path, data, Content_Type=OCTETS)


def test_attachment__sent__comes_back_only_as_a_download(world: World):
    release = world.release()
    comment = say(world, "dirk", release).json()["id"]
    made = attach(world, "dirk", comment, b"<script>alert(1)</script>", "run.html")
    assert made.status_code == 201, made.content
    assert (made.json()["name"], made.json()["media_type"]) == ("run.html.txt", "text/plain")

    got = world.caller("anna").get(f"/attachments/{made.json()['id']}")

    assert got.content == b"<script>alert(1)</script>"
    assert got["Content-Type"] == OCTETS
    assert got["Content-Disposition"] == 'attachment; filename="run.html.txt"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got["Content-Security-Policy"]
    (listed,) = world.caller("anna").get(f"/comments/{comment}").json()["attachments"]
    assert listed == made.json()


def test_attachment__same_file_again__once(world: World):
    comment = say(world, "dirk", world.release()).json()["id"]
    first, again = attach(world, "dirk", comment, b"x"), attach(world, "dirk", comment, b"x")
    assert first.json() == again.json()
    assert check_problem(attach(world, "dirk", comment, b"y"), 409)["code"] == "attachment.name_taken"


def test_attachment__to_the_comment_of_another__403(world: World):
    comment = say(world, "dirk", world.release()).json()["id"]
    check_problem(attach(world, "anna", comment, b"x"), 403)


def test_attachment__program__422(world: World):
    comment = say(world, "dirk", world.release()).json()["id"]
    answer = attach(world, "dirk", comment, b"\x7fELF\x02\x01", "photo.png")
    assert check_problem(answer, 422)["code"] == "attachment.type"


def test_attachment__too_large_or_another_media_type__refused(world: World):
    comment = say(world, "dirk", world.release()).json()["id"]
    check_problem(attach(world, "dirk", comment, b"x" * (10 * 1024 * 1024 + 1)), 413)
    answer = world.caller("dirk")("POST", f"/comments/{comment}/attachments?name=x", b"x")
    check_problem(answer, 415)


def test_attachment__too_many__409(world: World):
    comment = say(world, "dirk", world.release()).json()["id"]
    for number in range(10):
        assert attach(world, "dirk", comment, b"x", f"{number}.txt").status_code == 201
    assert check_problem(attach(world, "dirk", comment, b"x"), 409)["code"] == "attachment.too_many"


def test_attachment__of_a_record_one_may_not_see_or_a_withdrawn_comment__404(world: World):
    comment = say(world, "dirk", world.release()).json()["id"]
    file = attach(world, "dirk", comment, b"x").json()["id"]
    bob = world.caller(world.person("bob", "release_manager", scope="bank"))
    check_problem(bob.get(f"/attachments/{file}"), 404)
    world.caller("dirk")("POST", f"/comments/{comment}/withdrawal")
    check_problem(world.caller("dirk").get(f"/attachments/{file}"), 404)
    check_problem(attach(world, "dirk", comment, b"y"), 409)


def test_attachment__changed_on_the_disk__never_given_out(world: World, tmp_path: Path):
    comment = say(world, "dirk", world.release()).json()["id"]
    made = attach(world, "dirk", comment, b"x").json()
    (place,) = (tmp_path / "attachments").rglob(made["digest"])
    place.chmod(0o644)
    place.write_bytes(b"y")
    answer = world.caller("anna").get(f"/attachments/{made['id']}")
    assert check_problem(answer, 409)["code"] == "attachment.damaged"
