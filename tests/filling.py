"""Fills a form as somebody would who sees only the form: by the kind of each field, its label and its choices."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.reading import OPTIONAL, Control, Form

SENTENCE = "Written by somebody who knows no more of it than what the page says."
Answer = Callable[[Control], Any]


def fill(form: Form, *, answer: Answer = lambda _: None, now: datetime | None = None) -> dict[str, Any]:
    """
    Give what is sent: what stands in the form already, and something fitting where nothing does.

    Args:
        answer: What this person would say to a field whatever stands in it; None leaves it to the form.
    """
    sent = form.given()
    for one in form.controls.values():
        said = answer(one) if one.kind not in {"hidden", "submit"} else None
        if said is not None:
            sent[one.name] = said
        elif not sent.get(one.name) and one.kind in _FITTING and OPTIONAL not in one.label:
            sent[one.name] = _FITTING[one.kind](one, now or datetime.now())  # noqa: DTZ005 -- as a form has it
    return {name: value for name, value in sent.items() if value is not None}


def _text(one: Control, _now: datetime) -> str:
    return SENTENCE[: one.most] if one.most else SENTENCE


def _first(one: Control, _now: datetime) -> Any:
    found = next((value for value, _ in one.options if value), None)
    return [found] if found and one.is_several else found


def _later(_one: Control, now: datetime) -> str:
    return f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}"


_FITTING: Mapping[str, Callable[[Control, datetime], Any]] = {
    "text": _text,
    "textarea": _text,
    "search": lambda _one, _now: "a",
    "number": lambda _one, _now: "1",
    "datetime-local": _later,
    "select": _first,
    "radio": _first,
}
