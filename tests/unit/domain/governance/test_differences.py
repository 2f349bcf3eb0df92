import pytest

from rightaway.domain.differences import Change, difference

WAVES = [{"targets": ["a"], "bake_s": 60}, {"targets": ["b", "c"], "bake_s": 60}]


def plan(waves):
    return {"plan": {"waves": waves}}


def test_difference__one_target_more__names_the_place():
    after = [WAVES[0], {**WAVES[1], "targets": ["b", "c", "d"]}]

    assert difference(plan(WAVES), plan(after)) == (
        Change("plan/waves/1/targets", "changed", ["b", "c"], ["b", "c", "d"]),
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, ()),
        ({"a": 1}, {"a": 2}, (Change("a", "changed", 1, 2),)),
        ({}, {"a": None}, (Change("a", "added", None, None),)),
        ({"a": None}, {}, (Change("a", "removed", None, None),)),
        ({"a": 1}, {"a": True}, (Change("a", "changed", 1, True),)),
        ({"a": {"b": 1}}, {"a": [1]}, (Change("a", "changed", {"b": 1}, [1]),)),
        ({"a/b": {"~": 1}}, {"a/b": {"~": 2}}, (Change("a~1b/~0", "changed", 1, 2),)),
        (plan(WAVES), plan(WAVES[:1]), (Change("plan/waves/1", "removed", WAVES[1]),)),
        ({"a": [1]}, {"a": [{"b": 1}]}, (Change("a", "changed", [1], [{"b": 1}]),)),
        ({"a": [[1], [2]]}, {"a": [[1], [3]]}, (Change("a/1", "changed", [2], [3]),)),
    ],
)
def test_difference__pairs__tell_kind_and_place(old, new, expected):
    assert difference(old, new) == expected


def test_difference__item_inserted_before_others__is_the_only_change():
    old = {"units": [{"name": "web", "digest": "1"}, {"name": "db", "digest": "2"}]}
    new = {"units": [{"name": "cron", "digest": "3"}, *old["units"]]}

    assert difference(old, new) == (Change("units/cron", "added", None, new["units"][0]),)


def test_difference__items_in_another_order__is_a_change():
    units = [{"name": "web"}, {"name": "db"}]

    assert difference({"units": units}, {"units": units[::-1]}) == (
        Change("units/order", "changed", ["web", "db"], ["db", "web"]),
    )


def test_difference__two_items_of_one_name__are_paired_by_place():
    old = {"units": [{"name": "web", "v": 1}, {"name": "web", "v": 2}]}
    new = {"units": [{"name": "web", "v": 1}, {"name": "web", "v": 3}]}

    assert difference(old, new) == (Change("units/1/v", "changed", 2, 3),)
