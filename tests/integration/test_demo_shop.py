"""The shop of the demonstration, released by its own scripts on real targets, without Rightaway."""

import ast
import hashlib
import http.client
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SHOP = Path(__file__).parents[2] / "examples" / "demo" / "shop"
YEN = {"X-Currency": "JPY"}


@dataclass(frozen=True)
class Package:
    version: str
    archive: Path
    digest: str


@dataclass
class Target:
    """One target: a folder, a port, and the part of the shop that runs there."""

    home: Path
    port: int
    service: str = "storefront"
    more: dict[str, str] = field(default_factory=dict)

    def run(self, script: str, package: Package) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "TARGET_HOME": str(self.home),
            "TARGET_PORT": str(self.port),
            "TARGET_SERVICE": self.service,
            "RIGHTAWAY_BLOBS": str(package.archive.parent),
            "PACKAGE_ARCHIVE": package.archive.name,
            "PACKAGE_DIGEST": package.digest,
            "PACKAGE_VERSION": package.version,
            **self.more,
        }
        command = ("sh", str(SHOP / "procedures" / f"{script}.sh"))
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    def does(self, package: Package, *scripts: str) -> None:
        for script in scripts:
            done = self.run(script, package)
            assert done.returncode == 0, f"{script}: {done.stdout}{done.stderr}"

    def deploy(self, package: Package) -> None:
        self.does(package, "install", "activate", "restart")

    def back_out(self, package: Package) -> None:
        self.does(package, "deactivate", "restart")

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, dict]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        is_json = answer.headers.get_content_type() == "application/json"
        return answer.status, json.loads(body) if is_json else {"text": body.decode()}

    @property
    def pid(self) -> int:
        return int((self.home / "run" / f"{self.service}.pid").read_text())


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Package]:
    made = {}
    for version in ("2.3.0", "2.4.0", "2.4.1"):
        folder = tmp_path_factory.mktemp("package") / version
        subprocess.run((sys.executable, str(SHOP / "assemble.py"), version, str(folder)), check=True)
        archive = folder.with_suffix(".tar")
        with tarfile.open(archive, "w") as tar:
            for part in sorted(folder.iterdir()):
                tar.add(part, part.name)
        made[version] = Package(
            version, archive, f"sha256:{hashlib.sha256(archive.read_bytes()).hexdigest()}"
        )
    return made


@pytest.fixture
def target(tmp_path: Path, packages: dict[str, Package]) -> Iterator[Callable[..., Target]]:
    targets: list[Target] = []

    def make(service: str = "storefront", **more: str) -> Target:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        targets.append(Target(tmp_path / f"{service}{len(targets)}", port, service, more))
        return targets[-1]

    yield make
    for one in targets:
        one.run("stop", packages["2.3.0"])


def test_shop__released_faulty_and_backed_out__every_storefront_serves_the_old_version_again(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    good, faulty = packages["2.3.0"], packages["2.4.0"]
    storefronts = [target(), target()]
    for one in storefronts:
        one.deploy(good)
    assert [one.get("/price", YEN) for one in storefronts] == [
        (200, {"name": "Kettle", "amount": "39.90", "currency": "EUR", "version": "2.3.0"})
    ] * 2

    for one in storefronts:
        one.deploy(faulty)
    assert [one.get("/health") for one in storefronts] == [
        (200, {"ok": True, "service": "storefront", "version": "2.4.0"})
    ] * 2
    assert [one.get("/price", YEN)[0] for one in storefronts] == [500, 500]

    for one in reversed(storefronts):
        one.back_out(faulty)
    assert [one.get("/version")[1]["version"] for one in storefronts] == ["2.3.0", "2.3.0"]
    assert [one.get("/price", YEN)[0] for one in storefronts] == [200, 200]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 200),
        ("/price", {}, 200),
        ("/price", {"X-Currency": "USD"}, 200),
        ("/price", {"X-Currency": "XXX"}, 200),
        ("/health", YEN, 200),
        ("/version", YEN, 200),
        ("/price", YEN, 500),
        ("/", YEN, 500),
        ("/nothing", {}, 404),
    ],
)
def test_storefront__faulty_version__fails_for_yen_only(
    faulty_storefront: Target, path: str, headers: dict[str, str], status: int
) -> None:
    assert faulty_storefront.get(path, headers)[0] == status


@pytest.fixture(scope="module")
def faulty_storefront(
    tmp_path_factory: pytest.TempPathFactory, packages: dict[str, Package]
) -> Iterator[Target]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    one = Target(tmp_path_factory.mktemp("faulty"), port)
    one.deploy(packages["2.4.0"])
    yield one
    one.run("stop", packages["2.4.0"])


def test_storefront__fixed_version__prices_yen_without_cents(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    one = target()
    one.deploy(packages["2.4.1"])
    assert one.get("/price", YEN)[1]["amount"] == "6512"


def test_scripts__each_run_twice__same_result(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    old, new = packages["2.3.0"], packages["2.4.1"]
    one = target()
    one.does(old, "install", "install", "activate", "activate", "restart", "restart")
    one.does(new, "install", "install", "activate", "activate", "restart", "restart")
    assert one.get("/health")[1]["version"] == "2.4.1"
    one.does(new, "deactivate", "deactivate", "restart", "restart")
    assert one.get("/health")[1]["version"] == "2.3.0"
    one.does(new, "stop", "stop")


def test_deactivate__first_release_ever__nothing_is_active(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    one = target()
    one.does(packages["2.3.0"], "install", "activate", "deactivate")
    assert not (one.home / "current").is_symlink()
    assert "nothing is active" in one.run("restart", packages["2.3.0"]).stderr


def test_deactivate__release_that_is_not_active__changes_nothing(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    one = target()
    one.does(packages["2.3.0"], "install", "activate")
    one.does(packages["2.4.0"], "install", "deactivate")
    assert (one.home / "current" / "app" / "VERSION").read_text() == "2.3.0\n"


def test_activate__not_installed__fails_and_leaves_the_active_one(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    one = target()
    one.does(packages["2.3.0"], "install", "activate")
    assert one.run("activate", packages["2.4.0"]).returncode == 1
    assert (one.home / "current" / "app" / "VERSION").read_text() == "2.3.0\n"


def test_install__cut_off_before__unpacks_anew(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    one, package = target(), packages["2.3.0"]
    release = one.home / "releases" / package.digest.removeprefix("sha256:")[:12]
    half = release.with_name(f"{release.name}.unfinished")
    half.mkdir(parents=True)
    (half / "garbage").touch()
    one.does(package, "install")
    assert sorted(path.name for path in release.iterdir()) == [
        "DIGEST",
        "app",
        "docs",
        "migrations",
        "procedures",
    ]
    assert not half.exists()


def test_install__broken_archive__fails_and_installs_nothing(
    target: Callable[..., Target], tmp_path: Path
) -> None:
    one, archive = target(), tmp_path / "broken.tar"
    archive.write_bytes(b"not a tar")
    assert one.run("install", Package("1", archive, "a" * 64)).returncode != 0
    assert not (one.home / "releases" / ("a" * 12)).exists()


def test_restart__service_cannot_start__fails_and_shows_why(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    one = target(TARGET_HEALTH_TIMEOUT_S="1.5")
    one.does(packages["2.3.0"], "install", "activate")
    (one.home / "current" / "app" / "features.json").write_text("{")
    done = one.run("restart", packages["2.3.0"])
    assert done.returncode == 1
    assert "JSONDecodeError" in done.stderr


def test_restart__service_was_killed_and_its_pid_is_a_strangers__stranger_lives(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    one = target()
    one.deploy(packages["2.3.0"])
    one.does(packages["2.3.0"], "stop")
    with subprocess.Popen(("sleep", "600")) as stranger:
        (one.home / "run" / "storefront.pid").write_text(f"{stranger.pid}\n")
        one.does(packages["2.3.0"], "restart")
        assert stranger.poll() is None
        stranger.kill()


def test_service__its_starter_has_ended__runs_in_a_session_of_its_own(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    one = target()
    one.deploy(packages["2.3.0"])
    assert os.getsid(one.pid) == one.pid


def test_proxy__storefronts_restart_under_load__no_request_fails(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    storefronts = [target(), target()]
    for one in storefronts:
        one.deploy(packages["2.3.0"])
    proxy = target("proxy", TARGET_UPSTREAMS=" ".join(str(one.port) for one in storefronts))
    proxy.deploy(packages["2.3.0"])

    with ThreadPoolExecutor() as pool:
        rollout = pool.submit(lambda: [one.deploy(packages["2.4.0"]) for one in storefronts])
        answers = [proxy.get("/price")]
        while not rollout.done():
            answers.append(proxy.get("/price"))
        rollout.result()
    answers.append(proxy.get("/price"))

    assert {status for status, _ in answers} == {200}
    assert (answers[0][1]["version"], answers[-1][1]["version"]) == ("2.3.0", "2.4.0")


def test_proxy__both_storefronts_up__takes_turns_and_counts(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    storefronts = [target(), target()]
    for one in storefronts:
        one.deploy(packages["2.4.0"])
    proxy = target("proxy", TARGET_UPSTREAMS=" ".join(str(one.port) for one in storefronts))
    proxy.deploy(packages["2.4.0"])

    answers = [proxy.get("/price", headers)[0] for headers in ({}, {}, YEN, YEN)]

    assert answers == [200, 200, 500, 500]
    assert proxy.get("/status")[1]["upstreams"] == [
        {"port": one.port, "answers": {"200": 1, "500": 1}} for one in storefronts
    ]


def test_proxy__no_storefront_answers__bad_gateway(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    proxy = target("proxy", TARGET_UPSTREAMS=str(target().port))
    proxy.deploy(packages["2.3.0"])
    assert proxy.get("/price")[0] == 502


def test_catalogue__deployed__lists_what_is_sold(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    one = target("catalogue")
    one.deploy(packages["2.3.0"])
    assert [item["name"] for item in one.get("/items")[1]["items"]] == ["Kettle", "Teapot", "Tray"]


def test_database__migrated_and_taken_back__old_columns_with_their_rows(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    old, new = packages["2.3.0"], packages["2.4.0"]
    one = target("database")
    one.does(old, "install", "migrate", "activate", "restart")
    with sqlite3.connect(one.home / "shop.db") as database:
        database.execute("INSERT INTO orders (item, price) VALUES ('kettle', '39.90')")
    database.close()
    before = one.get("/schema")[1]

    one.does(new, "install", "migrate", "migrate")
    assert one.get("/schema")[1]["columns"] == [*before["columns"], "currency"]

    one.does(new, "unmigrate", "unmigrate")
    assert one.get("/schema")[1] == before
    database = sqlite3.connect(one.home / "shop.db")
    assert database.execute("SELECT item, price FROM orders").fetchall() == [("kettle", "39.90")]
    database.close()


def test_database__migration_fails_half_way__nothing_of_it_stays(
    target: Callable[..., Target], packages: dict[str, Package]
) -> None:
    one, package = target("database"), packages["2.4.0"]
    one.does(package, "install")
    release = one.home / "releases" / package.digest.removeprefix("sha256:")[:12]
    with (release / "migrations" / "0002_order_currency.sql").open("a") as migration:
        migration.write("INSERT INTO no_such_table VALUES (1);\n")
    assert one.run("migrate", package).returncode != 0
    one.does(package, "activate", "restart")
    schema = one.get("/schema")[1]
    assert (schema["applied"], "currency" in schema["columns"]) == (["0001_orders"], False)


@pytest.mark.parametrize("module", sorted((SHOP / "app").glob("*.py")), ids=lambda path: path.stem)
def test_app__its_grammar__is_that_of_python_3_9(module: Path) -> None:
    ast.parse(module.read_text(), feature_version=(3, 9))
