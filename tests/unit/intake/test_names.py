import pytest

from rightaway.intake.names import folded, unique_names


@pytest.mark.parametrize("alike", ["Prod", "PROD", "\uff50rod", "\U0001d429rod"])
def test_unique_names__names_that_look_alike__are_confusable(alike):
    ((index, error),) = unique_names(["prod", "test", alike])
    assert (index, error.code) == (2, "name.confusable")


def test_unique_names__the_same_name_twice__is_repeated():
    assert [(index, error.code) for index, error in unique_names(["a", "b", "a", "a"])] == [
        (2, "name.repeated"),
        (3, "name.repeated"),
    ]


def test_unique_names__different_names__give_nothing():
    assert unique_names(["prod", "prod-2", "staging", ""]) == []


def test_folded__sharp_s_and_ligatures__are_written_out():
    assert folded("Straße") == folded("STRASSE")
    assert folded("ﬁle") == folded("FILE")
