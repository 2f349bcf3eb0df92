"""What stands in an address besides words and numbers."""

from django.urls import register_converter


class Number:
    """A number that people say, such as REL-000123; anything else is no page."""

    regex = "[A-Z]{2,3}-[0-9]{6,12}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Wish(Number):
    """Whether somebody wants to watch; anything else is no page."""

    regex = "on|off"


class Name(Number):
    """The user name of an account."""

    regex = "[A-Za-z0-9@.+_-]{1,150}"


def register() -> None:
    """Make the converters known; before the first address that uses one."""
    for name, found in (("number", Number), ("wish", Wish), ("name", Name)):
        register_converter(found, name)
