"""The package file: which units, scripts and documents a release package is built from."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from rightaway.domain.errors import Invalid
from rightaway.intake.fields import Commit, Digest, Key, RelativePath, ShortName, Version, accepted_by, shaped
from rightaway.intake.names import unique_names
from rightaway.intake.schema import FileModel, Problem, refuse
from rightaway.intake.texts import quoted

UnitType = Literal["app", "db_schema", "iac", "config", "hardware", "document", "script", "data"]
DocumentKind = Literal[
    "runbook",
    "rollback_runbook",
    "release_notes",
    "user_notes",
    "support_notes",
    "training_material",
    "test_plan",
    "licences",
]
ScriptName = Annotated[
    str,
    shaped(
        r"(?!(?:none|nothing)$)[a-z][a-z0-9_-]{0,59}",
        "up to 60 small letters, digits, _ and -; never `none` or `nothing`",
    ),
]
GitRef = Annotated[
    str, shaped(r"(?!.*(\.\.|//|@\{))[A-Za-z0-9][A-Za-z0-9._/@+-]{0,199}", "a branch, a tag or a commit")
]

RESERVED_FOLDERS = frozenset({"scripts", "documents"})
"""Folders of a package that hold what the file names under `scripts` and `documents`."""


class GitSource(FileModel):
    """
    A folder of a git repository at one commit.

    Args:
        repository: A folder under the folder of the package file; `.` is the repository that holds the file.
        ref: Resolved to a commit when the package is built; the commit is what the package records.
        commit: When given, the ref must resolve to it.
        path: Folder or file inside the repository; `.` is all of it.
    """

    ref: GitRef
    repository: RelativePath = "."
    path: RelativePath = "."
    commit: Commit | None = None


def _bytes_are_named(value: Any) -> Any:
    if isinstance(value, str):
        raise Invalid(
            "artefact.digest_required",
            f"{quoted(value)} names no bytes: what it stands for can change.",
            hint="Fetch it first and write `path:` (with `sha256:`, to be sure), or write `git:` with a ref.",
        )
    return value


class Source(FileModel):
    """
    Where the files of a unit come from: a path, or a git ref.

    Args:
        path: A file or folder under the folder of the package file.
        sha256: For a single file: what its bytes must hash to.
    """

    path: RelativePath | None = None
    sha256: Digest | None = None
    git: GitSource | None = None

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Self:
        if (self.path is None) == (self.git is None):
            refuse(
                [
                    (
                        (),
                        Invalid(
                            "source.one_kind", "A source is a path or a git ref.", hint="Keep one of them."
                        ),
                    )
                ]
            )
        if self.git is not None and self.sha256 is not None:
            error = Invalid(
                "source.one_kind", "`sha256` goes with a path.", hint="Write `commit:` under `git:`."
            )
            refuse([(("sha256",), error)])
        return self


class Unit(FileModel):
    """
    A component that is deployed as one.

    Args:
        ci: Key of the configuration item that it is a version of.
        into: Folder of the package that takes its files; the name of the unit when left out.
    """

    name: Key
    type: UnitType
    source: Annotated[Source, BeforeValidator(accepted_by(_bytes_are_named))]
    ci: Key | None = None
    into: RelativePath | None = None

    @property
    def folder(self) -> str:
        return self.into or self.name

    @model_validator(mode="after")
    def _keeps_out_of_reserved_folders(self) -> Self:
        first = self.folder.split("/")[0]
        if first == "." or first.casefold() in RESERVED_FOLDERS:
            field = "into" if self.into else "name"
            error = Invalid(
                "package.reserved_folder",
                f"The folder {quoted(self.folder)} of a package is kept for other things.",
                hint="Give `into:` another folder.",
            )
            refuse([((field,), error)])
        return self


class PackageFile(FileModel):
    kind: Literal["package"]
    name: ShortName
    version: Version
    units: Annotated[tuple[Unit, ...], Field(min_length=1, max_length=200)]
    scripts: Annotated[dict[ScriptName, RelativePath], Field(max_length=200)] = {}
    documents: dict[DocumentKind, RelativePath] = {}

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        problems: list[Problem] = [
            (("units", index, "name"), error)
            for index, error in unique_names([unit.name for unit in self.units])
        ]
        refuse(problems)
        return self
