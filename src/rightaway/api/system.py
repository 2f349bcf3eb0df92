"""The server itself."""

from django.db import connection
from ninja import Router

from rightaway import __version__
from rightaway.api.answers import Out

router = Router(auth=None)


class HealthOut(Out):
    status: str


class VersionOut(Out):
    name: str
    version: str
    api: str


@router.get("/health", response=HealthOut)
def show_health(request: object) -> dict[str, str]:  # noqa: ARG001 -- ninja's signature
    """Say whether the server and its database answer; 503 when the database does not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"status": "ok"}


@router.get("/version", response=VersionOut)
def show_version(request: object) -> dict[str, str]:  # noqa: ARG001 -- ninja's signature
    """Say which version this is."""
    return {"name": "rightaway", "version": __version__, "api": "v1"}
