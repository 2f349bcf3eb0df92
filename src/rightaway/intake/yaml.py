"""
A strict reader for the YAML that people write: what could be read in two ways is refused.

Built on events, not on objects, so that nothing is expanded, constructed or guessed: every single value
comes out as the text that stands there (`no`, `010`, `22:30:00` and `1.10` stay so) and is typed by the
schema of its field. An empty value, `~` and `null` are None.

Source: YAML 1.2.2; the refusals answer known accidents and attacks (duplicate keys, alias bombs, tags).
"""

from collections.abc import Iterator
from typing import Any, Never

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from ruamel.yaml.scanner import Scanner

from rightaway.domain.errors import Invalid
from rightaway.intake.documents import Document, Node
from rightaway.intake.limits import YAML_BYTES, YAML_DEPTH, YAML_VALUES
from rightaway.intake.texts import decoded, quoted, unprintable

Place = tuple[int, int]

_NO_VALUE = {"", "~", "null", "Null", "NULL"}


def load_yaml(data: bytes | str, *, limit: int = YAML_BYTES) -> Document:
    """
    Read one YAML document.

    Raises:
        TooLarge: `input.too_large`.
        Invalid: `text.*` for characters, `yaml.*` for structure; `at` is `line:column`.
    """
    text = decoded(data, limit=limit)
    events = _events(text)
    next(events)  # the start of the stream
    start = next(events)
    if not isinstance(start, DocumentStartEvent):
        _refuse_empty()
    _refuse_directives(start)
    value, root = _Builder(events).build(next(events), depth=1)
    if value is None:
        _refuse_empty()
    for event in events:
        if isinstance(event, DocumentStartEvent):
            hint = "Keep one document per file."
            _refuse(_place(event), "yaml.multiple_documents", "A second document begins here.", hint)
    return Document(value, root)


class _StrictScanner(Scanner):
    """Refuses while it reads: the library looks ahead, at quadratic cost for deep nesting and long tags."""

    def fetch_flow_collection_start(self, TokenClass: Any, to_push: str) -> None:  # noqa: N803 (the library's name)
        if self.flow_level >= YAML_DEPTH:
            _refuse_depth(self._place())
        super().fetch_flow_collection_start(TokenClass, to_push)

    def add_indent(self, column: int) -> bool:
        if len(self.indents) > YAML_DEPTH:
            _refuse_depth(self._place())
        return bool(super().add_indent(column))

    def fetch_anchor(self) -> None:
        _refuse_anchor(self._place(), "An anchor (&)")

    def fetch_alias(self) -> None:
        _refuse_anchor(self._place(), "An alias (*)")

    def fetch_tag(self) -> None:
        _refuse_tag(self._place(), "A tag (!)")

    def _place(self) -> Place:
        return self.reader.line + 1, self.reader.column + 1


def _events(text: str) -> Iterator[Event]:
    yaml = YAML(typ="safe", pure=True, plug_ins=[])
    yaml.Scanner = _StrictScanner
    try:
        yield from yaml.parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        _refuse_syntax(text, line, column, str(error.problem or error.context))
    except (YAMLError, ValueError, OverflowError):  # a code point beyond Unicode, a version beyond int
        _refuse_syntax(text, 0, 0, "an escape or a directive holds a number out of range")


class _Builder:
    def __init__(self, events: Iterator[Event]) -> None:
        self.events = events
        self.values = 0

    def build(self, event: Event, *, depth: int, key: Place | None = None) -> tuple[Any, Node]:
        place = _place(event)
        self.values += 1
        if self.values > YAML_VALUES:
            _refuse(place, "yaml.too_many", f"There are more than {YAML_VALUES} values.", "Split the file.")
        if isinstance(event, ScalarEvent):
            return _scalar(event), Node(*place, key)
        if depth > YAML_DEPTH:
            _refuse_depth(place)
        if isinstance(event, MappingStartEvent):
            members, places = self._members(depth)
            return members, Node(*place, key, places)
        items = [self.build(item, depth=depth + 1) for item in self._until(SequenceEndEvent)]
        return [value for value, _ in items], Node(*place, key, [node for _, node in items])

    def _members(self, depth: int) -> tuple[dict[str, Any], dict[str, Node]]:
        members: dict[str, Any] = {}
        places: dict[str, Node] = {}
        for event in self._until(MappingEndEvent):
            name, place = _key(event), _place(event)
            if name in members:
                first = places[name].key
                assert first is not None
                message = f"{quoted(name)} stands twice, in lines {first[0]} and {place[0]}."
                _refuse(place, "yaml.duplicate_key", message, "Keep one of them.")
            members[name], places[name] = self.build(next(self.events), depth=depth + 1, key=place)
        return members, places

    def _until(self, end: type[Event]) -> Iterator[Event]:
        while not isinstance(event := next(self.events), end):
            yield event


def _key(event: Event) -> str:
    if not isinstance(event, ScalarEvent) or (name := _scalar(event)) is None:
        message = "The name of a field is missing or is not a text."
        _refuse(_place(event), "yaml.key", message, "Write `name: value`.")
    if name == "<<" and not event.style:
        _refuse_anchor(_place(event), "A merge key (<<)")
    return name


def _scalar(event: ScalarEvent) -> str | None:
    if not event.style and event.value in _NO_VALUE:
        return None
    if bad := unprintable(event.value):  # an escape such as "\0" gets past the look at the bytes
        _refuse(_place(event), bad[0], bad[1], bad[2])
    return str(event.value)


def _refuse_anchor(place: Place, what: str) -> Never:
    hint = "Write the value out, so that everyone reads what will happen."
    _refuse(place, "yaml.anchor_not_allowed", f"{what} is not allowed.", hint)


def _refuse_tag(place: Place, what: str) -> Never:
    _refuse(
        place, "yaml.tag_not_allowed", f"{what} is not allowed.", "Remove it: the field decides the type."
    )


def _refuse_directives(start: DocumentStartEvent) -> None:
    if start.tags:
        _refuse_tag(_place(start), "A %TAG line")
    if start.version not in (None, (1, 2)):
        _refuse(_place(start), "yaml.version", "Only YAML 1.2 is read.", "Remove the %YAML line.")


def _refuse_empty() -> Never:
    _refuse((1, 1), "yaml.empty", "The file has no content.", "")


def _refuse_depth(place: Place) -> Never:
    _refuse(place, "yaml.too_deep", f"Values are nested deeper than {YAML_DEPTH} levels.", "")


def _refuse_syntax(text: str, line: int, column: int, problem: str) -> Never:
    lines = text.splitlines()
    raise Invalid(
        "yaml.syntax",
        f"Line {line + 1} is not YAML: {problem.rstrip('.')}.",
        hint="Indent with spaces, never with tabs."
        if "\\t" in problem
        else "Look at this line and the one above it.",
        at=f"{line + 1}:{column + 1}",
        evidence={"line": quoted(lines[line] if line < len(lines) else "")},
    )


def _refuse(place: Place, code: str, message: str, hint: str) -> Never:
    raise Invalid(code, message, hint=hint, at=f"{place[0]}:{place[1]}")


def _place(event: Event) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1
