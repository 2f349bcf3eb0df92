"""Lay out one version of the shop as a package: what all versions share, and what this one brings."""

import argparse
import json
import shutil
from pathlib import Path

HERE = Path(__file__).parent
VERSIONS = sorted(path.name for path in (HERE / "versions").iterdir())


def assemble(version: str, folder: Path) -> None:
    """Write the package of a version into a folder that does not exist yet."""
    brings = HERE / "versions" / version
    for part in ("app", "procedures", "docs"):
        shutil.copytree(HERE / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "migrations").mkdir()
    for name in json.loads((brings / "migrations.json").read_text()):
        for suffix in (".sql", ".inverse.sql"):
            shutil.copy(HERE / "migrations" / f"{name}{suffix}", folder / "migrations")
    shutil.copy(brings / "features.json", folder / "app")
    shutil.copy(brings / "release_notes.md", folder / "docs")
    (folder / "app" / "VERSION").write_text(f"{version}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", choices=VERSIONS)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    assemble(arguments.version, arguments.folder)
