"""
Refresh the vendored files of the pages: `python tools/vendor.py`.

Needs npm, which only a developer who changes a version or adds an icon needs. What it writes is committed, with
a manifest of names, versions and hashes that a test compares with the files.
"""  # noqa: INP001 -- a script, not a package

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "src" / "rightaway" / "web" / "static" / "vendor"
TESTS = ROOT / "tests" / "browser" / "vendor"


@dataclass(frozen=True, slots=True)
class Package:
    """A package of npm; `file` is what is taken out of it as `name`, or nothing when it is made into something."""

    name: str
    version: str
    licence: str
    folder: Path = FOLDER
    file: str = ""
    licences: tuple[str, ...] = ("LICENSE",)


PACKAGES = {
    "icons.svg": Package("lucide-static", "1.62.0", "ISC"),
    "inter-latin-wght-normal.woff2": Package(
        "@fontsource-variable/inter", "5.3.0", "OFL-1.1", file="files/inter-latin-wght-normal.woff2"
    ),
    "echarts.min.js": Package(
        "echarts", "6.1.0", "Apache-2.0", file="dist/echarts.min.js", licences=("LICENSE", "NOTICE")
    ),
    "axe.min.js": Package(
        "axe-core",
        "4.14.1",
        "MPL-2.0",
        folder=TESTS,
        file="axe.min.js",
        licences=("LICENSE", "LICENSE-3RD-PARTY.txt"),
    ),
}
ICONS = [
    "arrow-down",
    "arrow-right",
    "arrow-up",
    "ban",
    "bell",
    "book-open",
    "bookmark",
    "calendar",
    "chart-line",
    "check",
    "chevron-down",
    "chevron-left",
    "chevron-right",
    "circle",
    "circle-check",
    "circle-dot",
    "circle-question-mark",
    "circle-slash",
    "circle-x",
    "clock",
    "copy",
    "download",
    "eye",
    "eye-off",
    "file-check-2",
    "git-pull-request",
    "hourglass",
    "inbox",
    "info",
    "key-round",
    "keyboard",
    "layout-dashboard",
    "list-checks",
    "loader-circle",
    "lock",
    "log-out",
    "menu",
    "message-square",
    "monitor",
    "moon",
    "network",
    "octagon-alert",
    "package",
    "paperclip",
    "pause",
    "pencil",
    "play",
    "plus",
    "refresh-cw",
    "rocket",
    "search",
    "server",
    "shield-check",
    "skip-forward",
    "sun",
    "target",
    "triangle-alert",
    "undo-2",
    "user-round",
    "x",
]


def main() -> None:
    manifests: dict[Path, list[dict[str, str]]] = {FOLDER: [], TESTS: []}
    with tempfile.TemporaryDirectory() as scratch:
        for file, package in PACKAGES.items():
            package.folder.mkdir(parents=True, exist_ok=True)
            place = package.folder / file
            _take(package, _fetch(package.name, package.version, Path(scratch)), place)
            entry = {
                "file": file,
                "name": package.name,
                "version": package.version,
                "licence": package.licence,
            }
            manifests[package.folder].append({**entry, "sha256": _sha256(place)})
    for folder, entries in manifests.items():
        (folder / "manifest.json").write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")


def _take(package: Package, source: Path, place: Path) -> None:
    if package.file:
        place.write_bytes((source / package.file).read_bytes())
    else:
        place.write_text(_sprite(source / "icons"), encoding="utf-8")
    short = package.name.rpartition("/")[2]
    for licence in package.licences:
        kind = licence.removesuffix(".txt")
        text = (source / licence).read_text(encoding="utf-8")
        (package.folder / f"{kind}.{short}.txt").write_text(text, encoding="utf-8")


def _fetch(name: str, version: str, folder: Path) -> Path:
    command = ["npm", "pack", "--silent", f"{name}@{version}"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    place = folder / name.rpartition("/")[2]
    with tarfile.open(folder / done.stdout.split()[-1]) as archive:
        archive.extractall(place, filter="data")
    return place / "package"


def _sprite(folder: Path) -> str:
    symbols = "".join(_symbol(name, (folder / f"{name}.svg").read_text(encoding="utf-8")) for name in ICONS)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}</svg>\n'


def _symbol(name: str, svg: str) -> str:
    drawing = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
    if drawing is None:
        sys.exit(f"{name}.svg is no drawing")
    inner = re.sub(r"\s*\n\s*", "", drawing.group(1))
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
        f' stroke-linecap="round" stroke-linejoin="round">{inner}</symbol>\n'
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
