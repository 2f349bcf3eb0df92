"""Release packages: sent as two parts, checked byte by byte, kept in the definitive library."""

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from ninja import Router

from rightaway.api.access import Request, missing
from rightaway.api.answers import Account, Out
from rightaway.api.releases import find
from rightaway.domain.errors import Invalid, TooLarge
from rightaway.library.limits import ARCHIVE_BYTES, MANIFEST_BYTES
from rightaway.queries import library
from rightaway.services import packages

router = Router()

LIMITS: Final = {"manifest": MANIFEST_BYTES, "archive": ARCHIVE_BYTES}
_UPLOAD: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["manifest", "archive"],
                    "properties": {
                        "manifest": {
                            "type": "string",
                            "format": "binary",
                            "description": "manifest.json, as built",
                        },
                        "archive": {
                            "type": "string",
                            "format": "binary",
                            "description": "package.tar, as built",
                        },
                    },
                }
            }
        },
    }
}


class PackageRow(Out):
    digest: str
    name: str
    package_version: str
    status: str
    is_current: bool
    size: int
    archive_sha256: str
    built_by: Account
    built_at: datetime


class PackageOut(PackageRow):
    """One package of a release; `is_intact` is false when its bytes are no longer those of its digest."""

    is_intact: bool
    manifest: dict[str, Any]


class _Incoming(FileUploadHandler):
    """Writes the two parts beside the library, and stops at the first byte too many."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.parts: list[tuple[str, _Part]] = []
        self.room = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.field_name not in LIMITS:
            message = "A package is sent as two parts."
            raise Invalid("field.unknown", message, at=str(self.field_name), hint=_PARTS)
        self.parts.append((self.field_name, _Part(str(self.file_name), str(self.content_type))))
        self.room = LIMITS[self.field_name]

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 -- Django's signature
        self.room -= len(raw_data)
        if self.room < 0:
            raise TooLarge("input.too_large", f"The {self.field_name} is larger than a package may have.")
        self.parts[-1][1].write(raw_data)

    def file_complete(self, file_size: int) -> "_Part":
        part = self.parts[-1][1]
        part.seek(0)
        part.size = file_size
        return part

    def close(self) -> None:
        for _, part in self.parts:
            part.close()


_PARTS: Final = "Send the parts `manifest` and `archive`, as `rightaway package push` does."


class _Part(TemporaryUploadedFile):
    def __init__(self, name: str, content_type: str) -> None:
        folder = settings.ENVIRONMENT.home / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        file: IO[bytes] = tempfile.NamedTemporaryFile(suffix=".upload", dir=folder)  # noqa: SIM115 -- closed by Django
        UploadedFile.__init__(self, file, name, content_type, 0, None)


@contextmanager
def _sent(request: Request) -> Iterator[tuple[bytes, Path]]:
    if request.content_type != "multipart/form-data":
        raise Invalid(
            "http.media_type", "A package is sent as multipart/form-data.", hint=_PARTS, at="Content-Type"
        )
    with closing(_Incoming(request)) as incoming:
        request.upload_handlers = [incoming]
        _ = request.FILES  # Django reads the parts when they are first asked for
        found = {name: [part for field, part in incoming.parts if field == name] for name in LIMITS}
        for name, parts in found.items():
            if len(parts) != 1:
                raise Invalid("field.missing", f"The part {name} is needed, once.", at=name, hint=_PARTS)
        (manifest,), (archive,) = found["manifest"], found["archive"]
        yield manifest.read(), Path(archive.temporary_file_path())


@router.get("/releases/{release}/packages", response=list[PackageRow])
def list_packages(request: Request, release: str) -> Any:
    """List the packages of a release, newest first; `is_current` marks the one that would be deployed."""
    return list(find(request, release, "package.build").packages.select_related("built_by").order_by("-id"))


@router.post("/releases/{release}/packages", response={201: PackageRow}, openapi_extra=_UPLOAD)
def push(request: Request, release: str) -> Any:
    """
    Take a package into the definitive library and make it the package of the release.

    The same package again changes nothing. Approvals bound to another package are voided.
    """
    find(request, release, "package.build")
    with _sent(request) as (manifest, archive):
        return packages.admit(actor=request.auth, number=release, manifest=manifest, archive=archive)


@router.get("/releases/{release}/packages/{digest}", response=PackageOut)
def show(request: Request, release: str, digest: str) -> Any:
    """Show one package with its manifest, after reading all of it again."""
    rows = find(request, release, "package.build").packages.select_related("built_by")
    row = rows.filter(digest=digest).first()
    if row is None:
        raise missing(f"package {digest:.12} of {release}")
    row.is_intact = library.is_intact(row.digest)
    return row
