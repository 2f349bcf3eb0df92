"""What the services of the shop share: HTTP with threads, a pid file, a log file, and a graceful end."""

import json
import logging
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

LOG = logging.getLogger("shop")
APP = Path(__file__).parent
VERSION = (APP / "VERSION").read_text().strip()
FEATURES = json.loads((APP / "features.json").read_text())
ITEMS = json.loads((APP / "items.json").read_text())


class Handler(BaseHTTPRequestHandler):
    """Answers GET from `routes`: a path, and a method that gives (status, content type, text)."""

    routes = {}
    timeout = 10
    server_version = f"shop/{VERSION}"

    def do_GET(self):
        route = self.routes.get(urlsplit(self.path).path)
        try:
            status, kind, text = (
                getattr(self, route)() if route else self.as_json({"error": "not found"}, 404)
            )
        except Exception:
            LOG.exception("%s failed, currency %s", self.path, self.headers.get("X-Currency"))
            status, kind, text = self.as_json({"error": "internal error"}, 500)
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def as_json(self, value, status=200):
        return status, "application/json", json.dumps(value)

    def health(self):
        return self.as_json({"ok": True, "service": os.environ["TARGET_SERVICE"], "version": VERSION})

    def version(self):
        return self.as_json({"version": VERSION, "features": sorted(FEATURES)})

    def log_message(self, format, *values):  # noqa: A002 - named by http.server
        LOG.info(format, *values)


class Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for the requests that have begun
    request_queue_size = 128


def serve(handler):
    """Serve at TARGET_PORT until SIGTERM; the pid file is there exactly while requests are answered."""
    home, name = Path(os.environ["TARGET_HOME"]), os.environ["TARGET_SERVICE"]
    for folder in ("log", "run"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=home / "log" / f"{name}.log",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
    )
    server = Server(("127.0.0.1", int(os.environ["TARGET_PORT"])), handler)
    # `shutdown` waits for the loop that this signal interrupts, so it needs a thread of its own.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    pid_file = home / "run" / f"{name}.pid"
    pid_file.write_text(f"{os.getpid()}\n")
    LOG.info("%s %s answers at port %s", name, VERSION, server.server_port)
    try:
        server.serve_forever(poll_interval=0.05)
    finally:
        server.server_close()
        if pid_file.read_text().strip() == str(os.getpid()):
            pid_file.unlink()
        LOG.info("%s %s has ended", name, VERSION)
