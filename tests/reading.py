"""A page as a person without JavaScript reads it: its links, its buttons, its forms and their fields."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

UNTYPED = {"hidden", "submit", "button"}
OPTIONAL = "(optional)"


@dataclass
class Control:
    """One field of a form; of several radio buttons or checkboxes of the same name one, with all their values."""

    name: str
    kind: str
    label: str = ""
    value: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    is_several: bool = False
    most: int = 0
    """The most characters it takes; 0 is no limit."""


@dataclass
class Form:
    """`action` is empty where the form goes to the page it stands on."""

    action: str
    method: str
    controls: dict[str, Control] = field(default_factory=dict)
    button: str = ""
    look: frozenset[str] = frozenset()
    """The classes of its button."""

    def given(self) -> dict[str, Any]:
        """Give what a browser sends when nothing is typed."""
        sent: dict[str, Any] = {}
        for one in self.controls.values():
            if one.kind in {"radio", "checkbox", "select"}:
                chosen = one.chosen or [value for value, _ in one.options[:1] if one.kind == "select"]
                if chosen and not (one.is_several and not one.chosen):
                    sent[one.name] = chosen if one.is_several else chosen[-1]
            elif one.kind not in {"file", "submit", "button"}:
                sent[one.name] = one.value
        return sent


@dataclass
class Link:
    """`look` holds its classes: `primary` stands out as the next thing to do, `danger` as what is done with care."""

    href: str
    text: str = ""
    look: frozenset[str] = frozenset()


class Reading(HTMLParser):
    """Reads one page; what it finds stands in the order of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[Link] = []
        self.forms: list[Form] = []
        self.heading = ""
        self.text = ""
        self._labels: dict[str, str] = {}
        self._ids: dict[str, Control] = {}
        self._open: list[tuple[str, Any]] = []
        self._select: Control | None = None
        self._legend = ""
        self._is_silent = 0
        self.feed(html)
        for key, label in self._labels.items():
            if key in self._ids and not self._ids[key].label:
                self._ids[key].label = " ".join(label.split())

    # What opens.

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        opener = getattr(self, f"_open_{tag}", None)
        if opener is not None:
            opener(found)

    def _open_a(self, found: dict[str, str]) -> None:
        if "href" in found:
            self.links.append(Link(found["href"], look=frozenset(found.get("class", "").split())))
            self._open.append(("a", self.links[-1]))

    def _open_form(self, found: dict[str, str]) -> None:
        self.forms.append(Form(found.get("action", ""), found.get("method", "get").lower()))

    def _open_label(self, found: dict[str, str]) -> None:
        self._open.append(("label", found.get("for", "")))

    def _open_legend(self, _found: dict[str, str]) -> None:
        self._legend = ""
        self._open.append(("legend", None))

    def _open_h1(self, _found: dict[str, str]) -> None:
        self._open.append(("h1", None))

    def _open_button(self, found: dict[str, str]) -> None:
        if self.forms and found.get("type") == "submit":
            self._open.append(("button", self.forms[-1]))
            self.forms[-1].look = frozenset(found.get("class", "").split())
            if found.get("name"):
                self._add(Control(found["name"], "hidden", value=found.get("value", "")), found)

    def _open_script(self, _found: dict[str, str]) -> None:
        self._is_silent += 1

    _open_style = _open_script

    def _open_input(self, found: dict[str, str]) -> None:
        kind, name = found.get("type", "text"), found.get("name", "")
        if not name or not self.forms:
            return
        if kind not in {"radio", "checkbox"}:
            self._add(Control(name, kind, value=found.get("value", "")), found)
            return
        held = self.forms[-1].controls.get(name)
        if held is None:
            held = self._add(Control(name, kind, label=" ".join(self._legend.split())), found)
        held.options.append((found.get("value", "on"), ""))
        held.is_several = kind == "checkbox" and len(held.options) > 1
        if "checked" in found:
            held.chosen.append(found.get("value", "on"))

    def _open_textarea(self, found: dict[str, str]) -> None:
        if found.get("name") and self.forms:
            self._open.append(("textarea", self._add(Control(found["name"], "textarea"), found)))

    def _open_select(self, found: dict[str, str]) -> None:
        if found.get("name") and self.forms:
            self._select = self._add(Control(found["name"], "select", is_several="multiple" in found), found)

    def _open_option(self, found: dict[str, str]) -> None:
        if self._select is not None:
            self._select.options.append((found.get("value", ""), ""))
            self._open.append(("option", self._select))
            if "selected" in found:
                self._select.chosen.append(found.get("value", ""))

    def _add(self, control: Control, found: dict[str, str]) -> Control:
        self.forms[-1].controls[control.name] = control
        if found.get("id"):
            self._ids[found["id"]] = control
        control.most = int(found.get("maxlength", "0"))
        control.label = control.label or found.get("aria-label", "")
        return control

    # What stands in between, and what closes.

    def handle_data(self, data: str) -> None:
        if self._is_silent:
            return
        self.text += data
        for tag, thing in self._open:
            if tag == "a":
                thing.text += data
            elif tag == "label":
                self._labels[thing] = self._labels.get(thing, "") + data
            elif tag == "legend":
                self._legend += data
            elif tag == "h1":
                self.heading += data
            elif tag == "button":
                thing.button += data
            elif tag == "textarea":
                thing.value += data
            elif tag == "option":
                value, text = thing.options[-1]
                thing.options[-1] = (value, text + data)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._is_silent -= 1
        if tag == "select":
            self._select = None
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                thing = self._open.pop(place)[1]
                if tag == "a":
                    thing.text = " ".join(thing.text.split())
                elif tag == "button":
                    thing.button = " ".join(thing.button.split())
                elif tag == "textarea":
                    thing.value = thing.value.removeprefix("\n")
                break


def typed(form: Form) -> Iterable[Control]:
    """Give what a person can type or choose."""
    return (one for one in form.controls.values() if one.kind not in UNTYPED)
