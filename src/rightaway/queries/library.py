"""The definitive library: packages on disk, read through one door."""

from functools import cache

from django.conf import settings

from rightaway.domain.errors import RightawayError
from rightaway.library.stores import Library


@cache
def library() -> Library:
    return Library(settings.ENVIRONMENT.library_folder)


def is_intact(digest: str) -> bool:
    """Tell whether the package's bytes are there and still hash to their digest."""
    try:
        library().archive(digest)
    except RightawayError:
        return False
    return True
