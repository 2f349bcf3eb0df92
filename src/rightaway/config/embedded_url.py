"""The facts to connect to a database, in the three notations that our libraries want."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from rightaway.domain.errors import Invalid

_SCHEMES = {"postgresql", "postgres", "postgresql+psycopg"}


@dataclass(frozen=True, slots=True)
class Connection:
    """
    How to reach the database.

    Args:
        url: For psycopg and the tools of PostgreSQL. It may hold a password: never log it.
        django: NAME, USER, PASSWORD, HOST, PORT and OPTIONS of a Django database.
    """

    url: str
    django: dict[str, Any]

    @property
    def sqlalchemy(self) -> str:
        return f"postgresql+psycopg{self.url[self.url.index(':') :]}"


def connection(url: str) -> Connection:
    """
    Read a database URL such as `postgresql://user:password@host:5432/name?sslmode=verify-full`.

    Raises:
        Invalid: not a URL of PostgreSQL, or without the name of a database. The message never holds the URL.

    Source: PostgreSQL manual, 32.1.1.2 Connection URIs.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        options = (
            dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)) if parts.query else {}
        )
    except ValueError as error:
        raise _invalid("it cannot be read as a URL") from error
    name = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in _SCHEMES:
        raise _invalid("it does not begin with postgresql://")
    if not name or "/" in name or parts.fragment:
        raise _invalid("it does not end with /NAME-OF-THE-DATABASE")
    if "," in parts.netloc:
        raise _invalid("it names several hosts; approvals and locks need the one primary")
    django = {
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": options.pop("port", "") or str(port or ""),
        "OPTIONS": options,
    }
    return Connection(f"postgresql{url[url.index(':') :]}", django)


def _invalid(what: str) -> Invalid:
    return Invalid(
        "database.url_invalid",
        f"RIGHTAWAY_DATABASE_URL is not usable: {what}",
        hint="Write it as postgresql://USER:PASSWORD@HOST:5432/NAME, special characters percent-encoded.",
        at="RIGHTAWAY_DATABASE_URL",
    )
