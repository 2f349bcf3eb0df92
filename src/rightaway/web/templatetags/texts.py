"""Words, titles and what people wrote."""

import re
from collections.abc import Collection, Iterator

import nh3
from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rightaway.domain.sentences import Sentence, Title, Word
from rightaway.web import statuses
from rightaway.web.sentences import translated

register = template.Library()

_PAGES = {
    "REL": "release",
    "DEP": "deployment",
    "CHG": "change",
    "INC": "incident",
    "OUT": "outage",
    "PRB": "problem",
    "KE": "known-error",
    "KB": "article",
}
_NUMBER = re.compile(rf"\b((?:{'|'.join(_PAGES)})-[0-9]{{6,12}})\b")
# An image would be asked for by every reader, and tell its server so: it stays a link.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_SCHEMES = {"http", "https", "mailto"}


@register.filter
def words(keys: object) -> str:
    """Write a key as words, or several that stand in one text, such as the roles that may still vote."""
    return ", ".join(statuses.words(key) for key in str(keys).split(", ")) if keys not in (None, "") else ""


@register.filter
def said(text: object) -> str:
    """Say a sentence of the domain, or a title of a workflow, in the reader's language."""
    return translated(text if isinstance(text, Sentence | Word) else Title(text or ""))


@register.filter
def source(text: str) -> str:
    """Say who gives an approval."""
    return statuses.source(text)


@register.filter
def within(text: str) -> str:
    """Give a word as it stands within a sentence."""
    return statuses.within(str(text))


@register.filter
def linked(text: str) -> SafeString:
    """Lead from every number of a record in a text to its page."""
    parts = _NUMBER.split(str(text))
    return format_html_join(
        "", "{}", ((_link(part) if place % 2 else part,) for place, part in enumerate(parts))
    )


def _link(number: str) -> SafeString:
    page = _PAGES[number.partition("-")[0]]
    return format_html('<a href="{}">{}</a>', reverse(page, args=[number]), number)


@register.filter
def markdown(text: str, mentioned: Collection[str] = ()) -> SafeString:
    """
    Render what people wrote; the sanitiser decides what is left of it, whatever the renderer made.

    Args:
        mentioned: User names that stand out where they follow an @.
    """
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1:]) + 1)}"  # the page has its own first heading
        if token.children and mentioned:
            token.children = [part for child in token.children for part in _marked(child, mentioned)]
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return mark_safe(nh3.clean(html, url_schemes=_SCHEMES, link_rel="noopener noreferrer nofollow"))  # noqa: S308


def _marked(token: Token, mentioned: Collection[str]) -> Iterator[Token]:
    if token.type != "text":
        yield token
        return
    names = "|".join(re.escape(name) for name in sorted(mentioned, key=len, reverse=True))
    for place, part in enumerate(re.split(rf"(?<![\w@.+/-])(@(?:{names}))(?![\w@])", token.content)):
        if place % 2:
            yield Token("strong_open", "strong", 1)
        yield Token("text", "", 0, content=part)
        if place % 2:
            yield Token("strong_close", "strong", -1)
