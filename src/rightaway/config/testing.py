"""The command `rightaway test`: everything that has to hold, in one run."""

import os
import subprocess
import sys
from pathlib import Path

import rightaway
from rightaway.domain.errors import NotFound

LANES = {
    "lint": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "types": ("mypy",),
    "imports": ("lint-imports",),
    "templates": ("djlint", "--lint", "--quiet", "src/rightaway/web/templates"),
}


def test(*arguments: str, fast: bool = False) -> int:
    """
    Run style, types, import contracts and the whole test suite on this machine.

    What the machine lacks (an SSH server, a browser) is named at the end, with the command that installs it.

    Args:
        arguments: Given on to pytest, such as a path or `-k name`; then only the tests run.
        fast: Leave out what takes long: the whole story, the browser, killing workers.
    """
    root = Path(rightaway.__file__).parents[2]
    if not (root / "tests").is_dir():
        raise NotFound("test.no_files", "The tests are not here.", hint="Run it from the source tree.")
    failed = [] if arguments else [name for name, command in LANES.items() if not _run(root, name, command)]
    if arguments:
        runs = {"tests": ("pytest", "-n", "2", *arguments)}
    else:
        # The browser's driver keeps an event loop in its process, so it gets processes of its own.
        slow = "not browser and not story and not chaos" if fast else "not browser"
        runs = {"tests": ("pytest", "-n", "2", "-m", slow)}
        runs |= {} if fast else {"browser": ("pytest", "-n", "2", "-m", "browser")}
    failed += [name for name, command in runs.items() if not _run(root, name, command)]
    if failed:
        print(f"rightaway: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _run(root: Path, name: str, command: tuple[str, ...]) -> bool:
    print(f"== {name}", file=sys.stderr, flush=True)
    program = Path(sys.executable).parent / command[0]
    # Compiled modules stay out of the tree, but are kept: every process that a test starts would compile anew.
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(Path(sys.prefix) / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return (
        subprocess.run([str(program), *command[1:]], cwd=root, env=environment, check=False).returncode == 0
    )
