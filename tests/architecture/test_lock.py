"""The lock says what pyproject.toml asks for, downloads are pinned by hash, and no file says from where."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PIN = re.compile(
    r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)((?: ;[^\\]*)?)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)"
)
# Joined here, so that this file does not name them itself.
_HOSTS = "pypi,org pythonhosted,org npmjs,org npmjs,com yarnpkg,com crates,io rubygems,org proxy.golang,org"
REGISTRIES = [host.replace(",", ".") for host in f"{_HOSTS} pypi.python,org anaconda,org".split()]


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return {canonicalize_name(match[1]): match[2] for match in PIN.finditer(text)}


def asked() -> list[tuple[str, str]]:
    groups = PYPROJECT["dependency-groups"]
    by_lock = {
        "runtime": PYPROJECT["project"]["dependencies"],
        "dev": groups["dev"],
        "bench": groups["bench"],
        "build": PYPROJECT["build-system"]["requires"],
    }
    return [(lock, requirement) for lock, requirements in by_lock.items() for requirement in requirements]


def tracked() -> list[Path]:
    """Files of the repository, of those not committed yet too; without git, all but what tools make."""
    command = ("git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    try:
        names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        made = {".venv", ".tools", ".git", ".benches", "build", "dist"}
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if not made & set(path.parts)]
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@pytest.mark.parametrize(("lock", "requirement"), asked())
def test_lock__each_requirement_of_pyproject__is_pinned_within_it(lock: str, requirement: str) -> None:
    wanted = Requirement(requirement)
    pinned = pins(lock).get(canonicalize_name(wanted.name))
    assert pinned, f"{wanted.name} is not in requirements/{lock}.txt: make lock"
    assert wanted.specifier.contains(pinned, prereleases=True), f"{wanted.name} is {pinned}: make lock"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_lock__every_line__is_a_pin_with_hashes_or_a_comment(lock: Path) -> None:
    rest = PIN.sub("", lock.read_text())
    assert [line for line in rest.splitlines() if line.strip() and not line.lstrip().startswith("#")] == []


def test_lock__dev_and_runtime__agree_where_both_pin() -> None:
    runtime, dev = pins("runtime"), pins("dev")
    assert {
        name: (runtime[name], dev[name]) for name in runtime.keys() & dev if runtime[name] != dev[name]
    } == {}


def test_lock__bootstrap_and_makefile__know_every_lock() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert [lock.name for lock in LOCKS if f"-o requirements/{lock.name}" not in makefile] == []


def test_repository__any_file__names_no_registry() -> None:
    pattern = re.compile("|".join(re.escape(host) for host in REGISTRIES).encode())
    assert [str(path.relative_to(ROOT)) for path in tracked() if pattern.search(path.read_bytes())] == []


def test_repository__lock_files_that_record_addresses__absent() -> None:
    forbidden = {"uv.lock", "pylock.toml", "poetry.lock", "package-lock.json", "yarn.lock"}
    assert [str(path) for path in tracked() if path.name in forbidden] == []


def test_packages__each_component_the_tests_look_for__is_installed_by_ci(
    component_packages: set[str],
) -> None:
    listed = {
        line.split()[0] for line in (ROOT / "packages.apt").read_text().splitlines() if line.strip("# ")
    }
    assert component_packages <= listed
