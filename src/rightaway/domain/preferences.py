"""How a person wants to see the pages."""

from enum import StrEnum


class Theme(StrEnum):
    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"


class Density(StrEnum):
    COMFORTABLE = "comfortable"
    COMPACT = "compact"


class Language(StrEnum):
    """The languages the pages are written in; what a person or a workflow wrote stays as it is."""

    ENGLISH = "en"
    GERMAN = "de"
