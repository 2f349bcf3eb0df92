"""A real Prometheus on this machine, whose past is written before it starts."""

import contextlib
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from tests.drivers.sshd import _free_port

Points = Iterable[tuple[datetime, float]]


@contextlib.contextmanager
def serving(folder: Path, series: Mapping[str, Points]) -> Iterator[str]:
    """
    Give the address of a server that knows these series; it scrapes nothing.

    Args:
        series: By their names with labels, such as `errors_total{side="canary"}`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data, config = folder / "data", folder / "prometheus.yml"
    config.write_text("global: {}\n")
    _write_past(folder, data, series)
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        _program("prometheus"),
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=10y",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_for(address, process, folder / "log")
            yield address
        finally:
            process.terminate()
            process.wait()


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found is not None, name
    return found


def _write_past(folder: Path, data: Path, series: Mapping[str, Points]) -> None:
    lines = []
    for name in sorted({name.partition("{")[0] for name in series}):
        lines.append(f"# TYPE {name} gauge")
        for full, points in series.items():
            if full.partition("{")[0] == name:
                lines += [f"{full} {value} {at.timestamp():.3f}" for at, value in points]
    metrics = folder / "past.txt"
    metrics.write_text("\n".join([*lines, "# EOF", ""]))
    made = [_program("promtool"), "tsdb", "create-blocks-from", "openmetrics", metrics, data]
    subprocess.run(made, check=True, capture_output=True)


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/-/ready", timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(f"prometheus did not start: {log.read_text()}")
