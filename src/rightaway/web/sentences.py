"""Sentences of the domain in the reader's language: the template from the catalogue, the values put in."""

from datetime import datetime, timedelta

from django.utils.functional import lazy
from django.utils.translation import gettext

from rightaway.domain.sentences import Sentence, Title, Word
from rightaway.web import statuses
from rightaway.web.durations import exact, span


def translated(text: object) -> str:
    """Give English where the catalogue does not know a text."""
    match text:
        case Sentence():
            values = {name: translated(value) for name, value in text.values.items()}
            return _opened(gettext(text.template).format(**values), text) if text.template else ""
        case Word():
            return statuses.within(statuses.words(text.replace(" ", "_")))
        case Title():
            return gettext(text)
        case datetime():
            return exact(text)
        case timedelta():
            return span(text.total_seconds())
        case list() | tuple():
            return ", ".join(translated(one) for one in text)
    return str(text)


def _opened(made: str, text: Sentence) -> str:
    """Begin with a capital letter where the English does, whatever word comes first."""
    return made[:1].upper() + made[1:] if text[:1].isupper() else made


translated_lazy = lazy(translated, str)
