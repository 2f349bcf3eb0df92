"""Release policies: written by one, confirmed by another, and binding from their day on."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.integration.services.begun import settled
from tests.stages import staged
from tests.world import World, actor, held_to

from rightaway.domain.errors import Forbidden, Invalid, Refused, Stale
from rightaway.domain.guards import GUARDS
from rightaway.domain.values import SYSTEM
from rightaway.intake.configurations import ConfigurationFile
from rightaway.queries import policies as ask
from rightaway.queries import release_facts
from rightaway.queries import releases as ask_releases
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.notifications.models import Notification
from rightaway.services import configurations, policies, releases

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world(db: None) -> World:
    return staged("settled", settled)


def proposed(by: str = "rita", **content: object) -> str:
    return policies.propose(actor=actor(by), service="shop", content=content).number


def confirm(number: str, by: str = "chris", *, since: datetime | None = None, digest: str = "") -> None:
    row = ask.version(number)
    assert row is not None
    policies.confirm(actor=actor(by), number=number, digest=digest or row.digest, effective_at=since)


def held() -> ask.Policy:
    return ask.of_service(ConfigurationItem.objects.get(key="shop"), timezone.now())


def unmet(guard: str, **fields: object) -> dict[str, dict[str, object]]:
    """Give what a guard finds missing of a new release, by code, with its evidence."""
    given = {"title": "Shop", "description": "Better.", "release_type": "major", **fields}
    number = releases.register(actor=actor("rita"), service="shop", fields=given).number
    row = ask_releases.release(number)
    assert row is not None
    now = timezone.now()
    return {one.code: dict(one.evidence) for one in GUARDS[guard](release_facts.facts(row, now), now)}


def test_draft__holds_nothing_until_somebody_else_confirms_it(world: World) -> None:
    number = proposed(longest_waiver_days=3)
    assert held().longest_waiver_days == 30

    with pytest.raises(Forbidden) as refusal:
        confirm(number, "rita")
    assert refusal.value.code == "sod.self_approval"

    confirm(number)
    assert (held().longest_waiver_days, held().number) == (3, number)


def test_draft__written_by_two__is_confirmed_by_neither(world: World) -> None:
    number = proposed(longest_waiver_days=3)
    proposed("olga", longest_waiver_days=4)

    for name in ("rita", "olga"):
        with pytest.raises(Forbidden):
            confirm(number, name)


def test_propose__without_the_role_in_the_service__is_forbidden(world: World) -> None:
    for name in ("dora", "stan", "ada"):
        with pytest.raises(Forbidden):
            proposed(name, longest_waiver_days=3)


def test_propose__over_a_draft__keeps_what_it_said_besides(world: World) -> None:
    number = proposed(longest_waiver_days=3)
    assert proposed(window_margin_pct=50) == number
    confirm(number)

    assert (held().longest_waiver_days, held().window_margin_pct) == (3, 50)


def test_propose__what_somebody_else_has_changed_meanwhile__is_stale(world: World) -> None:
    row = policies.propose(actor=actor("rita"), service="shop", content={"longest_waiver_days": 3})
    proposed("olga", longest_waiver_days=4)

    with pytest.raises(Stale):
        policies.propose(
            actor=actor("rita"),
            service="shop",
            content={"longest_waiver_days": 5},
            expected_version=row.version,
        )


@pytest.mark.parametrize(
    ("content", "code", "at"),
    [
        ({"colour": 1}, "policy.field_unknown", "colour"),
        ({"longest_waiver_days": 0}, "policy.figure", "longest_waiver_days"),
        ({"longest_waiver_days": True}, "policy.figure", "longest_waiver_days"),
        ({"window_margin_pct": None}, "policy.figure", "window_margin_pct"),
        ({"allowed_types": ["huge"]}, "policy.word", "allowed_types"),
        ({"lead_time_d": {"major": 366}}, "policy.figure", "lead_time_d"),
        ({"pass_pct": {"luck": 9}}, "policy.word", "pass_pct"),
        ({"rehearsal_required": "no"}, "policy.flag", "rehearsal_required"),
        ({"windows": [{"weekdays": [], "opens": "1", "closes": "2"}]}, "policy.window", "windows"),
        ({"windows": [{"weekdays": [7], "opens": "01:00", "closes": "02:00"}]}, "policy.weekday", "windows"),
        ({"windows": [{"weekdays": [1], "opens": "25:00", "closes": "02:00"}]}, "policy.clock", "windows"),
        (
            {"windows": [{"weekdays": [1], "opens": "01:00", "closes": "02:00", "zone": "Mars"}]},
            "policy.zone",
            "windows",
        ),
        ({}, "policy.unchanged", ""),
    ],
)
def test_propose__what_could_not_hold__is_refused_with_its_place(
    world: World, content: dict[str, object], code: str, at: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        proposed(**content)

    assert (refusal.value.code, refusal.value.at or "") == (code, at)
    assert ask.draft(ConfigurationItem.objects.get(key="shop")) is None


def test_confirm__another_content_than_was_looked_at__is_refused(world: World) -> None:
    number = proposed(longest_waiver_days=3)

    with pytest.raises(Refused) as refusal:
        confirm(number, digest="0" * 64)
    assert refusal.value.code == "policy.other_content"


def test_confirm__from_a_day_on__holds_from_that_day(world: World) -> None:
    confirm(proposed(longest_waiver_days=3), since=timezone.now() + DAY)
    assert held().longest_waiver_days == 30

    with time_machine.travel(timezone.now() + 2 * DAY):
        assert held().longest_waiver_days == 3


def test_confirm__for_a_moment_that_has_passed__is_refused(world: World) -> None:
    number = proposed(longest_waiver_days=3)

    with pytest.raises(Invalid) as refusal:
        confirm(number, since=timezone.now() - DAY)
    assert refusal.value.at == "effective_at"


def test_discard__of_a_draft__leaves_what_holds_and_takes_no_more_commands(world: World) -> None:
    number = proposed(longest_waiver_days=3)
    policies.discard(actor=actor("rita"), number=number, reason="No.")

    with pytest.raises(Refused) as refusal:
        confirm(number)
    assert refusal.value.code == "policy.not_a_draft"
    assert held().longest_waiver_days == 30


def test_propose__those_who_may_confirm_it_are_told(world: World) -> None:
    number = proposed(longest_waiver_days=3)

    told = Notification.objects.filter(kind="proposal_made", subject_key=number)
    names = set(told.values_list("person__username", flat=True))
    assert {"olga", "chris"} <= names
    assert not names & {"rita", "dora", "stan"}


def test_configuration_file__first_policy__holds_and_a_change_of_it_waits_for_a_second_person(
    world: World,
) -> None:
    def apply(days: int) -> None:
        service = {"key": "bank", "name": "Bank", "policy": {"rehearsal_max_age_days": days}}
        file = ConfigurationFile(kind="configuration", services=[service])
        configurations.apply(actor=actor("rita"), file=file)

    apply(5)
    apply(5)
    bank = ConfigurationItem.objects.get(key="bank")
    assert ask.of_service(bank, timezone.now()).rehearsal_max_age_days == 5
    assert ask.draft(bank) is None

    apply(9)
    assert ask.of_service(bank, timezone.now()).rehearsal_max_age_days == 5
    found = ask.draft(bank)
    assert found is not None
    assert found.content["rehearsal_max_age_days"] == 9


def test_type__not_allowed__is_named_with_the_version_that_says_so(world: World) -> None:
    number = held_to("shop", allowed_types=["minor"])

    assert unmet("G02")["G02.type_not_allowed"]["policy"] == number
    assert "G02.type_not_allowed" not in unmet("G02", release_type="minor")


def test_lead_time__of_the_type__keeps_a_plan_from_being_approved_too_late(world: World) -> None:
    held_to("shop", lead_time_d={"major": 5})
    near = {"planned_start": timezone.now() + 4 * DAY, "planned_end": timezone.now() + 4.1 * DAY}
    far = {"planned_start": timezone.now() + 6 * DAY, "planned_end": timezone.now() + 6.1 * DAY}

    assert "G10.lead_time_short" in unmet("G10", **near)
    assert "G10.lead_time_short" not in unmet("G10", **far)
    assert "G10.lead_time_short" not in unmet("G10", **near, release_type="minor")


def test_windows__planned_outside_of_them__is_unmet(world: World) -> None:
    start = timezone.now().replace(hour=23, minute=0, second=0, microsecond=0) + DAY
    planned = {"planned_start": start, "planned_end": start + timedelta(hours=2)}
    night = {"weekdays": [start.weekday()], "opens": "22:00", "closes": "04:00", "zone": "UTC"}
    held_to("shop", windows=[night])
    assert "G10.outside_windows" not in unmet("G10", **planned)

    held_to("shop", windows=[{**night, "closes": "00:30"}])
    assert "G10.outside_windows" in unmet("G10", **planned)


def test_versions__of_a_service__say_what_each_changed(world: World) -> None:
    first, second = held_to("shop", longest_waiver_days=3), held_to("shop", window_margin_pct=50)
    row = ask.version(second)
    assert row is not None

    assert [one.path for one in ask.changes(row)] == ["window_margin_pct"]
    assert first != second
    (line,) = ask.lines([row.service])
    assert (str(line.holds), line.comes, line.draft) == (second, None, None)


def test_establish__by_the_product_itself__holds_at_once(world: World) -> None:
    ConfigurationItem.objects.create(key="lab", name="Lab", ci_class="service")

    row = policies.establish(actor=SYSTEM, service="lab", content={"longest_waiver_days": 9})

    assert row is not None
    assert ask.of_service(row.service, timezone.now()).longest_waiver_days == 9
