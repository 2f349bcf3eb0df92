"""Release packages: build here, push to the definitive library, verify."""

import tempfile
from pathlib import Path

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.client import Json, at
from rightaway.domain.errors import Invalid, NotFound

app = App(name="package", help="Release packages: build here, push to the definitive library, verify.")

MANIFEST, ARCHIVE = "manifest.json", "package.tar"


@app.command
def build(file: Path, /, *, out: Path = Path("built")) -> None:
    """
    Build a package from a package file, here, and print its digest; the same sources give the same digest.

    Args:
        file: The package file; its paths start at its folder.
        out: Folder for manifest.json and package.tar.
    """
    from rightaway.library.packages import build_file  # noqa: PLC0415 -- heavy, and only this command needs it

    built = build_file(_existing(file), out=out)
    output.say(f"{built.manifest.name} {built.manifest.version}: {built.size} bytes in {out}")
    output.line(built.digest, {"digest": built.digest, "size": built.size, "out": str(out)})


@app.command
def push(file: Path, /, *, release: str) -> None:
    """
    Push a package to the definitive library, and make it the package of a release.

    Args:
        file: A package file, which is built first, or the folder of a package that was built.
        release: Number of the release.
    """
    if file.is_dir():
        pushed = _pushed(file, release)
    else:
        from rightaway.library.packages import build_file  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="rightaway-") as folder:
            build_file(_existing(file), out=Path(folder))
            pushed = _pushed(Path(folder), release)
    output.say(f"{pushed['name']} {pushed['package_version']} is the package of {release}")
    output.line(pushed["digest"], pushed)


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise Invalid("file.unreadable", f"{file} is not a file.", at=str(file))
    return file


def _pushed(folder: Path, release: str) -> Json:
    manifest, archive = _existing(folder / MANIFEST), _existing(folder / ARCHIVE)
    with manifest.open("rb") as one, archive.open("rb") as other:
        return client.upload(at("releases", release, "packages"), {"manifest": one, "archive": other})


@app.command
def show(release: str, digest: str = "", /) -> None:
    """
    List the packages of a release, or show one with its manifest.

    Args:
        release: Number of the release.
        digest: Of the package, or how it begins.
    """
    rows = client.get(at("releases", release, "packages"))
    if digest:
        output.data(client.get(at("releases", release, "packages", _one(rows, digest))))
    else:
        output.table(
            rows,
            "digest",
            "name",
            "package_version=version",
            "status",
            "is_current=current",
            "size",
            "built_by",
        )


def _one(rows: list[dict[str, str]], digest: str) -> str:
    found = [row["digest"] for row in rows if row["digest"].startswith(digest)]
    if len(found) != 1:
        raise NotFound(
            "not_found", f"{len(found)} packages begin with {digest}.", hint="Give more of the digest."
        )
    return found[0]


@app.command
def verify(release: str, digest: str = "", /) -> int:
    """
    Have every byte of a package read again on the server; the exit code is 1 when it is not what it was.

    Args:
        release: Number of the release.
        digest: Of the package, or how it begins; the current one when left out.
    """
    rows = client.get(at("releases", release, "packages"))
    current = "".join(row["digest"] for row in rows if row["is_current"])
    found = client.get(at("releases", release, "packages", _one(rows, digest or current or "none")))
    output.record(found, "digest", "name", "package_version", "is_intact")
    return output.OK if found["is_intact"] else output.FAILED
