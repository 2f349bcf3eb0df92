"""The command `rightaway demo`."""

import json
import logging
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from rightaway.config import boot, embedded
from rightaway.config.environment import ROOT_HOME, environment
from rightaway.config.processes import Children, check_port
from rightaway.domain.errors import Refused, Unavailable

OK, FAILED = 0, 1
MARK = "story.json"


def demo(*, exit: bool = False, fresh: bool = False) -> int:  # noqa: A002 -- the name of the option
    """
    Show one release from registration to closure, on real targets of this machine, and keep serving it.

    Starts the embedded database, a web server, a worker and a small shop; nothing outside its own folder is
    touched, and everything listens on loopback only.

    Args:
        exit: End after the story, with 0 only if every promise of it held.
        fresh: Start over: an earlier demonstration is stopped and its folder removed.
    """
    home = _home()
    os.environ["RIGHTAWAY_HOME"] = str(home)
    environment.cache_clear()
    if fresh:
        _remove(home)
    told = _state(home)
    if told == "begun":
        raise Refused(
            "demo.unfinished",
            f"An earlier demonstration in {home} did not finish.",
            hint="Start over with: rightaway demo --fresh",
        )
    check_port(environment().bind, environment().port)
    return _Demo(home).run(has_run=told == "told", ends=exit)


def _home() -> Path:
    """Give the demonstration's own home, beside the real one, so that it can be removed without a thought."""
    given = os.environ.get("RIGHTAWAY_HOME")
    if given:
        return Path(given)
    default = environment().home
    return ROOT_HOME.with_name("demo") if default == ROOT_HOME else default.with_name("rightaway-demo")


def _state(home: Path) -> str:
    try:
        return str(json.loads((home / MARK).read_text())["state"])
    except (OSError, ValueError, KeyError):
        return ""


def _remove(home: Path) -> None:
    if not home.exists():
        return
    if not (home / MARK).exists() and any(home.iterdir()):
        raise Refused(
            "demo.not_ours",
            f"{home} holds something that no demonstration made; it is not removed.",
            hint="Name another folder: RIGHTAWAY_HOME=/tmp/demo rightaway demo --fresh",
        )
    _stop_processes(home)
    embedded.stop(home)
    shutil.rmtree(home)


def _stop_processes(home: Path) -> None:
    """Stop an earlier demonstration, and the shop's processes it left."""
    try:
        pid = int(json.loads((home / MARK).read_text())["pid"])
        if b"rightaway" in Path(f"/proc/{pid}/cmdline").read_bytes() and pid != os.getpid():
            os.kill(pid, signal.SIGTERM)
            for _ in range(100):
                time.sleep(0.1)
                os.kill(pid, 0)
    except (OSError, ValueError, KeyError):
        pass
    from rightaway.config.demo.estate import stop_all  # noqa: PLC0415

    stop_all(home / "estate")


class _Demo:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.console = Console(stderr=True)
        self.children = Children()
        self._ending = threading.Event()

    def run(self, *, has_run: bool, ends: bool) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        self.home.mkdir(parents=True, exist_ok=True)
        begun = time.monotonic()
        try:
            result = self._again() if has_run else self._tell(begun)
            if not ends and not self._ending.is_set():
                self._keep_serving()
        finally:
            self.children.stop()
            self._stop_estate()
            embedded.stop(self.home)
        return result

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        if self._ending.is_set():
            raise KeyboardInterrupt
        self._ending.set()
        self.console.print("stopping ...")
        raise SystemExit(FAILED)

    def _mark(self, state: str) -> None:
        (self.home / MARK).write_text(json.dumps({"state": state, "pid": os.getpid()}))

    def _again(self) -> int:
        self._mark("told")
        boot.connect()
        boot.migrate()
        from rightaway.config.demo.estate import wake  # noqa: PLC0415

        wake(self.home / "estate")
        self._start_children()
        self.console.print("The story was told before; start over with: [bold]rightaway demo --fresh[/bold]")
        return OK

    def _start_children(self) -> None:
        self.children.start("web", "web")
        self.children.start("worker 1", "worker")

    def _tell(self, begun: float) -> int:
        self._mark("begun")
        self.console.print(f"Setting up the demonstration in {self.home} ...")
        boot.connect()
        boot.migrate()
        logging.getLogger().setLevel(logging.WARNING)
        from rightaway.config.demo.checks import promises  # noqa: PLC0415
        from rightaway.config.demo.estate import prepare  # noqa: PLC0415
        from rightaway.config.demo.story import Story  # noqa: PLC0415

        self._start_children()
        estate = prepare(self.home / "estate")
        with self._progress() as progress, _Watch(progress) as watch:
            story = Story(estate, tell=lambda text: progress.console.print(f"  {text}"), watch=watch.start)
            acts = story.acts()
            bar = progress.add_task("The story", total=len(acts))
            for title, act in acts:
                progress.update(bar, description=title)
                progress.console.print(f"[bold]{title}[/bold]")
                self._play(act)
                progress.advance(bar)
        kept = promises(story)
        for one in kept:
            self.console.print(f"{'held  ' if one.holds else 'BROKEN'}  {one.text}: {one.seen}")
        self._mark("told")
        self.console.print(
            f"{sum(one.holds for one in kept)} of {len(kept)} promises held in {time.monotonic() - begun:.0f} s"
        )
        return OK if all(one.holds for one in kept) else FAILED

    def _play(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Unavailable:
            os.kill(self.children.pid("worker 1"), signal.SIGUSR1)
            time.sleep(1)  # for it to say what it waits for, before it is stopped
            raise

    def _progress(self) -> Progress:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        return Progress(*columns, console=self.console, transient=True)

    def _keep_serving(self) -> None:
        from rightaway.config.demo.people import PASSWORD, PEOPLE  # noqa: PLC0415

        self.console.print(
            f"\nLook at it: [bold]{environment().url}[/bold]   password of everyone: [bold]{PASSWORD}[/bold]"
        )
        for username, (name, roles) in PEOPLE.items():
            self.console.print(f"  {username:8} {name}, {', '.join(roles).replace('_', ' ')}")
        self.console.print("Ctrl-C stops it.")
        while not self._ending.is_set():
            time.sleep(0.3)
            self.children.revive()

    def _stop_estate(self) -> None:
        from rightaway.config.demo.estate import stop_all  # noqa: PLC0415

        stop_all(self.home / "estate")


class _Watch:
    """Shows the targets of a running deployment as a progress bar of its own."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the database before it is stopped, also when the story broke off."""
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def start(self, number: str) -> None:
        thread = threading.Thread(target=self._follow, args=(number,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _follow(self, number: str) -> None:
        from django.db import connections  # noqa: PLC0415

        from rightaway.domain.deployment_states import DeploymentStatus  # noqa: PLC0415
        from rightaway.queries import deployments  # noqa: PLC0415

        bar = self._progress.add_task(number, total=None)
        try:
            while not self._ending.wait(0.3):
                row = deployments.deployment(number)
                if row is None:
                    return
                counts = deployments.progress(row)
                text = f"  {number} to {row.environment.key}: {row.status.replace('_', ' ')}"
                done = counts["done"] + counts["reverted"]
                self._progress.update(bar, description=text, total=counts["total"], completed=done)
                if DeploymentStatus(row.status).complete:
                    return
        finally:
            self._progress.remove_task(bar)
            connections.close_all()
