"""Evidence: test reports, defects, backups."""

from typing import Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import contents, given
from rightaway.cli.client import XML, at
from rightaway.domain.errors import NotFound

test_report = App(name="test-report", help="Test reports as evidence.")
defect = App(name="defect", help="Defects found in a release.")
backup = App(name="backup", help="Backups of stateful items.")


@test_report.command(name="import")
def import_(
    file: str, /, *, release: str, suite: str, level: str, package: str = "", final: bool = False
) -> None:
    """
    Import a JUnit XML report as evidence for the package of a release.

    Args:
        file: The report; - reads standard input.
        release: Number of the release.
        suite: Name of the suite.
        level: Such as unit, smoke, regression.
        package: Digest of the package that was tested; the current one when left out.
        final: The last run before the decision.
    """
    made = client.send(
        "POST",
        at("releases", release, "tests"),
        content=contents(file),
        media_type=XML,
        suite=suite,
        level=level,
        package_digest=package or _current_package(release),
        is_final=str(final).lower(),
    )
    output.record(made, "suite", "level", "total", "passed", "failed", "errors", "skipped", "package_digest")


def _current_package(release: str) -> str:
    rows = client.get(at("releases", release, "packages"))
    found = next((row["digest"] for row in rows if row["is_current"]), None)
    if found is None:
        raise NotFound(
            "not_found", f"{release} has no package yet.", hint="Push one: rightaway package push."
        )
    return str(found)


@test_report.command(name="list")
def list_tests(release: str, /) -> None:
    """
    List the test reports of a release.

    Args:
        release: Its number.
    """
    rows = client.get(at("releases", release, "tests"))
    output.table(
        rows, "id", "suite", "level", "total", "passed", "failed", "errors", "package_digest=package"
    )


@defect.command(name="list")
def list_defects(release: str, /) -> None:
    """
    List the defects found in a release.

    Args:
        release: Its number.
    """
    rows = client.get(at("releases", release, "defects"))
    output.table(rows, "id", "title", "severity", "is_open=open", "found_by", "resolution")


@defect.command(name="open")
def open_defect(
    release: str, title: str, /, *, severity: Literal["critical", "major", "minor", "cosmetic"]
) -> None:
    """
    Record a defect and print its id; an open critical or major one keeps the release from being deployed.

    Args:
        release: Its number.
        title: What is wrong.
        severity: How bad it is.
    """
    made = client.send("POST", at("releases", release, "defects"), {"title": title, "severity": severity})
    output.line(str(made["id"]), made)


@defect.command(name="close")
def close_defect(release: str, defect: int, /, *, resolution: str) -> None:
    """
    Close a defect.

    Args:
        release: Its number.
        defect: Its id.
        resolution: How it was resolved.
    """
    path = at("releases", release, "defects", defect, "resolution")
    output.record(
        client.send("POST", path, {"resolution": resolution}), "id", "title", "is_open", "resolution"
    )


@backup.command(name="list")
def list_backups(item: str, /) -> None:
    """
    List the backups of a stateful item, newest first.

    Args:
        item: Its key.
    """
    rows = client.get(at("items", item, "backups"))
    output.table(rows, "taken_at", "verified_at", "reference", "sha256", "recorded_by")


@backup.command(name="record")
def record_backup(
    item: str, /, *, reference: str, taken: str, sha256: str = "", verified: bool = False
) -> None:
    """
    Record a backup of a stateful item.

    Args:
        item: Its key.
        reference: Where it is kept.
        taken: When, such as 2026-11-20T08:00Z.
        sha256: Of the backup.
        verified: It was read back.
    """
    body = given(reference=reference, taken_at=taken, sha256=sha256, is_verified=verified)
    output.record(client.send("POST", at("items", item, "backups"), body))
