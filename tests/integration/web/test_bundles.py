"""The pages of bundles, and those on which releases are related."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.integration.services.begun import registered
from tests.integration.web.conftest import SignIn
from tests.stages import staged
from tests.world import World, actor, registration

from rightaway.domain.values import SYSTEM
from rightaway.records.audit.models import AuditEvent
from rightaway.records.bundles.models import Bundle
from rightaway.records.relations.models import Relation
from rightaway.services import bundles, cmdb, people, relations, releases

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return staged("registered", registered)


def another(service: str = "shop", title: str = "Till 2") -> str:
    fields = registration() | {"title": title}
    return releases.register(actor=actor("rita"), service=service, fields=fields).number


def test_bundle__begun_filled_and_closed__shows_how_its_releases_stand(world: World, sign_in: SignIn) -> None:
    rita = sign_in("rita")
    assert "Begin one" in rita.get(reverse("bundles")).content.decode()
    sent = {"title": "New shop", "purpose": "Before the season.", "owner": "rita"}
    address = rita.post(reverse("bundle-begin"), sent)["Location"]
    row, second = Bundle.objects.get(), another()
    fill = reverse("bundle-fill", args=[row.number])
    held = {"version": row.version, "releases": f"{world.release}\n{second.lower()}"}
    assert rita.post(fill, held)["Location"] == address
    html = rita.get(address).content.decode()
    assert "0 of 2" in html
    assert "Till 2" in html
    assert address in rita.get(reverse("release", args=[second])).content.decode()
    unknown = rita.post(fill, {"version": row.version + 1, "releases": "REL-999999"})
    assert unknown.status_code == 422
    assert "There is no release REL-999999." in unknown.content.decode()
    assert rita.post(fill, {"version": row.version + 1, "releases": second}).status_code == 302
    assert (
        rita.post(reverse("bundle-close", args=[row.number]), {"reason": "Season is over."}).status_code
        == 302
    )
    html = rita.get(address).content.decode()
    assert "Season is over." in html
    assert fill not in html
    events = AuditEvent.objects.filter(stream=row.number).order_by("id")
    assert [one.action for one in events] == [
        "bundle.record.begun",
        "bundle.releases.changed",
        "bundle.releases.changed",
        "bundle.record.closed",
    ]
    assert [one.facts.get("removed") for one in events][2] == [world.release]


def test_bundle__with_a_release_of_another_service__keeps_it_hidden_and_in_place(
    world: World, sign_in: SignIn
) -> None:
    cmdb.define_item(actor=SYSTEM, key="till", fields={"name": "Till", "ci_class": "service"})
    local = people.create(actor=SYSTEM, username="lena", name="Lena")
    people.grant(actor=SYSTEM, user=local, role="release_manager", scope="till")
    own = another("till")
    row = bundles.begin(actor=actor("rita"), title="Both")
    row = bundles.fill(actor=actor("rita"), number=row.number, add=[world.release, own])
    lena, address = sign_in("lena"), reverse("bundle", args=[row.number])
    html = lena.get(address).content.decode()
    assert "Shop 1.0" not in html
    assert "1 release of a service that you do not see." in html
    lena.post(reverse("bundle-fill", args=[row.number]), {"version": row.version, "releases": ""})
    assert [one.number for one in row.releases.all()] == [world.release]
    other = relations.add(actor=actor("rita"), number=own, kind="depends_on", other=world.release)
    page = lena.get(reverse("scope", args=[own])).content.decode()
    assert world.release in page
    assert other.target.title not in page


def test_bundle__page_with_more_releases__takes_no_more_statements(world: World, sign_in: SignIn) -> None:
    rita = sign_in("rita")
    row = bundles.begin(actor=actor("rita"), title="Many")
    counts = []
    for size in (2, 4):
        bundles.fill(actor=actor("rita"), number=row.number, add=[another() for _ in range(size)])
        with CaptureQueriesContext(connection) as captured:
            rita.get(reverse("bundle", args=[row.number]))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_relation__made_and_taken_back_on_its_pages__stands_with_both(world: World, sign_in: SignIn) -> None:
    rita, other = sign_in("rita"), another()
    scope = reverse("scope", args=[world.release])
    add = reverse("relation-add", args=[world.release])
    assert "It depends on no other release" in rita.get(scope).content.decode()
    form = rita.get(f"{add}?kind=part_of").context["form"]
    assert form["kind"].value() == "part_of"
    sent = {"version": form["version"].value(), "kind": "part_of"}
    refused = rita.post(add, {**sent, "other": "REL-999999"})
    assert refused.status_code == 422
    assert 'value="REL-999999"' in refused.content.decode()
    assert rita.post(add, {**sent, "other": other.lower()})["Location"] == f"{scope}#relations"
    assert "Part of" in rita.get(scope).content.decode()
    parent = rita.get(reverse("release", args=[other])).content.decode()
    assert "Parent of" in parent
    assert "Its worst part" in parent
    held = Relation.objects.get()
    remove = reverse("relation-remove", args=[world.release, held.pk])
    assert remove in rita.get(scope).content.decode()
    assert remove not in sign_in("ben").get(scope).content.decode()
    assert rita.get(reverse("relation-remove", args=[other, held.pk])).status_code == 404
    assert rita.post(remove, {"reason": "It goes alone."})["Location"] == f"{scope}#relations"
    assert not Relation.objects.exists()
