"""
Take the pictures of docs/pictures: `make screenshots`.

Tells the story of the demonstration in a folder of its own and stops between two acts to take a picture, so that
every picture shows a state that stays as long as it is looked at.
"""  # noqa: INP001 -- a script, not a package

import base64
import os
import shutil
import socket
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
MOST_BYTES = 150_000
WIDE, NARROW = {"width": 1200, "height": 750}, {"width": 390, "height": 844}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
GONE_BAD = "It is deployed in waves, until a wave goes bad"


@dataclass(frozen=True)
class Shot:
    """One picture; `path` may name {release}, {deployment} and {change}, `shows` is waited for."""

    name: str
    who: str
    path: str
    shows: str
    scheme: str = "light"
    is_narrow: bool = False


# By the act after which they are taken; the empty name is the end of the story.
SHOTS: dict[str, list[Shot]] = {
    "It is planned, and the plan approved": [
        Shot("release", "anna", "/releases/{release}/", "Why not now?"),
    ],
    GONE_BAD: [
        Shot("deployment", "dirk", "/deployments/{deployment}/", "On hold"),
        Shot("deployment-dark", "dirk", "/deployments/{deployment}/", "On hold", scheme="dark"),
        Shot("deployment-narrow", "dirk", "/deployments/{deployment}/", "On hold", is_narrow=True),
        Shot("home", "dirk", "/", "Running now"),
        Shot("plan", "dirk", "/releases/{release}/plan/", "Deployment design"),
    ],
    "": [
        Shot("releases", "anna", "/releases/", "{release}"),
        Shot("evidence", "anna", "/releases/{release}/evidence/", "Notices"),
        Shot("change", "carl", "/changes/{change}/", "Authorisation"),
        Shot("item", "dirk", "/cis/shop-database/", "shop-database"),
        Shot("metrics", "anna", "/metrics/", "Deployment frequency", scheme="dark"),
    ],
}


class Camera:
    """A browser in a thread of its own, because the story and it cannot share an event loop."""

    def __init__(self, url: str, password: str) -> None:
        self._url, self._password = url, password
        self._thread = ThreadPoolExecutor(1)
        self._playwright: Playwright = self._thread.submit(sync_playwright().start).result()
        program = next(found for name in CHROMIUM if (found := shutil.which(name)))
        self._browser: Browser = self._thread.submit(
            self._playwright.chromium.launch,
            executable_path=program,
            args=["--no-sandbox", "--disable-lcd-text"],
        ).result()

    def take(self, shot: Shot, names: dict[str, str]) -> None:
        self._thread.submit(self._take, shot, names).result()

    def close(self) -> None:
        self._thread.submit(self._browser.close).result()
        self._thread.submit(self._playwright.stop).result()
        self._thread.shutdown()

    def _take(self, shot: Shot, names: dict[str, str]) -> None:
        context = self._browser.new_context(
            viewport=NARROW if shot.is_narrow else WIDE,
            color_scheme=shot.scheme,
            reduced_motion="reduce",
            timezone_id="UTC",
            locale="en-GB",
        )
        page = context.new_page()
        page.goto(f"{self._url}/accounts/login/")
        page.get_by_label("User name").fill(shot.who)
        page.get_by_label("Password").fill(self._password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self._url}/")
        page.goto(self._url + shot.path.format(**names))
        page.locator("main").get_by_text(shot.shows.format(**names)).first.wait_for()
        page.evaluate("document.fonts.ready")
        file = PICTURES / f"{shot.name}.png"
        file.write_bytes(squeezed(page))
        context.close()
        if file.stat().st_size > MOST_BYTES:
            sys.exit(f"{file.name} has {file.stat().st_size} bytes, and a picture may have {MOST_BYTES}")
        sys.stdout.write(f"{file.name}: {file.stat().st_size // 1000} kB\n")


def squeezed(page: Page) -> bytes:
    """Take the picture with the 256 colours it has most of, others as the nearest of them: a third of the bytes."""
    taken = base64.b64encode(page.screenshot()).decode()
    blank = page.context.new_page()  # whose policy lets a script of ours run
    width, height, palette, places = blank.evaluate(COUNT, taken)
    rows = base64.b64decode(places)
    lines = b"".join(b"\0" + rows[start : start + width] for start in range(0, len(rows), width))
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes(palette)),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )


COUNT = """async (png) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const counts = new Map();
  for (let i = 0; i < data.length; i += 4) {
    const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const kept = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([colour]) => colour);
  const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];
  const places = new Map(kept.map((colour, place) => [colour, place]));
  for (const colour of counts.keys()) {
    if (places.has(colour)) continue;
    const [r, g, b] = parts(colour);
    let best = 0, least = Infinity;
    kept.forEach((other, place) => {
      const [x, y, z] = parts(other);
      const far = (r - x) ** 2 + (g - y) ** 2 + (b - z) ** 2;
      if (far < least) [best, least] = [place, far];
    });
    places.set(colour, best);
  }
  let rows = "";
  for (let i = 0; i < data.length; i += 4)
    rows += String.fromCharCode(places.get((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]));
  return [image.width, image.height, kept.flatMap(parts), btoa(rows)];
}"""


def tell(home: Path) -> None:
    # Late, because the settings are read when these are imported, from the environment that `main` prepares.
    from rightaway.config import boot, embedded  # noqa: PLC0415
    from rightaway.config.environment import environment  # noqa: PLC0415
    from rightaway.config.processes import Children  # noqa: PLC0415

    children = Children()
    boot.connect()
    boot.migrate()
    from rightaway.config.demo.estate import prepare, stop_all  # noqa: PLC0415
    from rightaway.config.demo.people import PASSWORD  # noqa: PLC0415
    from rightaway.config.demo.story import Story  # noqa: PLC0415

    try:
        children.start("web", "web")
        children.start("worker 1", "worker")
        story = Story(prepare(home / "estate"), tell=lambda _: None, watch=lambda _: None)
        acts: list[tuple[str, Callable[[], None]]] = [*story.acts(), ("", lambda: None)]
        camera = None
        for title, act in acts:
            act()
            for shot in SHOTS.get(title, ()):
                camera = camera or Camera(environment().url, PASSWORD)
                camera.take(shot, names_of(story))
        assert camera is not None
        camera.close()
    finally:
        children.stop()
        stop_all(home / "estate")
        embedded.stop(home)


def names_of(story: object) -> dict[str, str]:
    release, changes = story.release, story.changes  # type: ignore[attr-defined]
    deployments = story.deployments or [""]  # type: ignore[attr-defined]
    return {"release": release, "change": changes[0], "deployment": deployments[-1]}


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = Path(tempfile.mkdtemp(prefix="rightaway-pictures-"))
    home.chmod(0o711)
    for name in [name for name in os.environ if name.startswith("RIGHTAWAY_")]:
        del os.environ[name]
    os.environ |= {"RIGHTAWAY_HOME": str(home), "RIGHTAWAY_PORT": str(port)}
    try:
        tell(home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
