"""The pages of an import: a file is checked, what was checked is imported, and the report stays its author's."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.integration.web.conftest import SignIn
from tests.world import World

from rightaway.queries import changes, imports

pytestmark = pytest.mark.django_db
FILE = b"number,short_description,state,type,business_service\nC1,=1+1,New,normal,shop\nC2,Odd,Lost,normal,shop\n"
GIVEN = {"shipped": "servicenow-changes-csv", "mode": "each", "service": ""}


def file() -> SimpleUploadedFile:
    return SimpleUploadedFile("export.csv", FILE)


def test_import__checked_then_confirmed__exactly_that_file_comes_in(world: World, sign_in: SignIn) -> None:
    rita, new = sign_in("rita"), reverse("import-new")
    checked = rita.post(new, GIVEN | {"file": file()})
    assert checked.status_code == 200
    assert (imports.runs(0).count(), changes.changes().count()) == (0, 0)
    confirm = dict(checked.context["carried"]) | {"confirm": "yes"}
    page = rita.post(new, confirm)["Location"]
    report = rita.get(page).content.decode()
    assert changes.changes()[0].title == "=1+1"
    assert all(one in report for one in ("export.csv", "import.value", changes.changes()[0].number))
    record = rita.get(reverse("change", args=[changes.changes()[0].number])).content.decode()
    assert "servicenow C1" in record
    assert sign_in("chris").get(page).status_code == 404


def test_import__carried_file_is_none__said_beside_the_file(world: World, sign_in: SignIn) -> None:
    answer = sign_in("rita").post(reverse("import-new"), GIVEN | {"carried": "AAAA", "confirm": "yes"})
    assert answer.status_code == 422
    assert "got lost on its way" in answer.content.decode()


def test_import__by_who_may_not__no_page_and_no_place_in_the_navigation(
    world: World, sign_in: SignIn
) -> None:
    stan = sign_in("stan")
    assert stan.get(reverse("import-new")).status_code == 403
    assert reverse("imports") not in stan.get("/").content.decode()
