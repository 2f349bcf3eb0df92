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
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "src" / "rightaway" / "web" / "static" / "vendor"
LUCIDE = ("lucide-static", "1.62.0", "ISC")
INTER = ("@fontsource-variable/inter", "5.3.0", "OFL-1.1")
FONT = "inter-latin-wght-normal.woff2"
ICONS = [
    "arrow-down",
    "arrow-right",
    "arrow-up",
    "ban",
    "book-open",
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
    "file-check-2",
    "git-pull-request",
    "hourglass",
    "info",
    "key-round",
    "keyboard",
    "layout-dashboard",
    "loader-circle",
    "lock",
    "log-out",
    "menu",
    "monitor",
    "moon",
    "network",
    "octagon-alert",
    "package",
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
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        lucide, inter = (_fetch(name, version, Path(scratch)) for name, version, _ in (LUCIDE, INTER))
        (FOLDER / "icons.svg").write_text(_sprite(lucide / "icons"), encoding="utf-8")
        (FOLDER / FONT).write_bytes((inter / "files" / FONT).read_bytes())
        for package, source in ((LUCIDE, lucide), (INTER, inter)):
            licence = FOLDER / f"LICENSE.{package[0].rpartition('/')[2]}.txt"
            licence.write_text((source / "LICENSE").read_text(encoding="utf-8"), encoding="utf-8")
    files = {"icons.svg": LUCIDE, FONT: INTER}
    manifest = [
        {"file": file, "name": name, "version": version, "licence": licence, "sha256": _sha256(FOLDER / file)}
        for file, (name, version, licence) in files.items()
    ]
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


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
