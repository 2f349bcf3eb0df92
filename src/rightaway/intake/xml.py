"""XML without document types: a tree, and where each of its elements began."""

import re
from typing import Any, Never
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from rightaway.domain.errors import Invalid
from rightaway.intake.limits import XML_DEPTH
from rightaway.intake.texts import place_in

Places = dict[Element, str]

# All that may stand before the outermost element, but a document type.
_PROLOG = re.compile(r"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)


def parse(text: str) -> tuple[Element, Places]:
    """
    Read well-formed XML.

    Raises:
        Invalid: `xml.doctype_not_allowed`, `xml.too_deep`, `xml.syntax`; `at` is `line:column`.

    Source: the attacks listed by the defusedxml project all begin with a document type.
    """
    start = _PROLOG.match(text)
    if start and text.startswith("<!", start.end()):
        _refuse_doctype(place_in(text, start.end()))
    builder = _Builder()
    try:
        builder.parser.Parse(text, True)  # noqa: FBT003 (the C function takes no names)
    except expat.ExpatError as error:
        raise Invalid(
            "xml.syntax",
            f"This is not XML: {expat.ErrorString(error.code)}.",
            hint="Look at this place and just before it.",
            at=f"{error.lineno}:{error.offset + 1}",
        ) from None
    return builder.tree.close(), builder.places


class _Builder:
    def __init__(self) -> None:
        self.places: Places = {}
        self.depth = 0
        self.tree = TreeBuilder()
        # It is given text, not bytes: what the XML declaration says of an encoding does not count.
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self.tree.data
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > XML_DEPTH:
            raise Invalid("xml.too_deep", f"Elements are nested deeper than {XML_DEPTH}.", at=self._place())
        self.places[self.tree.start(tag, attributes)] = self._place()

    def _end(self, tag: str) -> None:
        self.depth -= 1
        self.tree.end(tag)

    def _doctype(self, *_: Any) -> Never:
        _refuse_doctype(self._place())

    def _place(self) -> str:
        return f"{self.parser.CurrentLineNumber}:{self.parser.CurrentColumnNumber + 1}"


def _refuse_doctype(at: str) -> Never:
    raise Invalid(
        "xml.doctype_not_allowed", "A document type is not allowed.", hint="Remove <!DOCTYPE …>.", at=at
    )
