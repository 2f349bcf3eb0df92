"""Which server, and the token for it: from the environment, or from the file that `rightaway login` writes."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from rightaway.domain.errors import Forbidden, Invalid

OTHERS = 0o077
HERE = "http://127.0.0.1:8765"  # where `rightaway serve` listens when nothing else is set


@dataclass(frozen=True, slots=True)
class Credentials:
    url: str
    token: str


def path() -> Path:
    """Give the file that keeps the sign-in, for its owner only."""
    folder = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(folder) / "rightaway" / "credentials.json"


def load() -> Credentials:
    """
    Give what to use: RIGHTAWAY_URL and RIGHTAWAY_TOKEN come before the file; without a URL it is this machine.

    Raises:
        Forbidden: `auth.not_signed_in`.
        Invalid: `config.permissions` when others can read the file, `config.damaged`.
    """
    kept = _kept() if not {"RIGHTAWAY_URL", "RIGHTAWAY_TOKEN"} <= os.environ.keys() else {}
    url = os.environ.get("RIGHTAWAY_URL") or kept.get("url") or HERE
    token = os.environ.get("RIGHTAWAY_TOKEN") or kept.get("token", "")
    if not token:
        raise Forbidden(
            "auth.not_signed_in",
            "You are not signed in.",
            hint="Run `rightaway login`, or set RIGHTAWAY_URL and RIGHTAWAY_TOKEN.",
        )
    return Credentials(checked_url(url), token.strip())


def save(credentials: Credentials) -> Path:
    place = path()
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = place.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"url": credentials.url, "token": credentials.token}, file)
    new.replace(place)
    return place


def checked_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise Invalid(
            "config.url", f"{url!r} is not the URL of a server.", at="url", hint="https://HOST[:PORT]"
        )
    return url.rstrip("/")


def _kept() -> dict[str, str]:
    place = path()
    try:
        if place.stat().st_mode & OTHERS:
            raise Invalid(
                "config.permissions",
                f"Others on this machine can read {place}.",
                hint=f"Run: chmod 600 {place}; then make a new token, the old one may have been seen.",
            )
        found = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise Invalid(
            "config.damaged", f"{place} cannot be read.", hint="Run `rightaway login` again."
        ) from None
    return found if isinstance(found, dict) else {}
