"""Shares requests between the storefronts, round robin; one that does not answer is passed over."""

import http.client
import itertools
import os
import threading
from collections import Counter

from service import VERSION, Handler, serve

PORTS = [int(port) for port in os.environ.get("TARGET_UPSTREAMS", "").split()]
TURN = itertools.count()
ANSWERS = {port: Counter() for port in PORTS}
LOCK = threading.Lock()


class Proxy(Handler):
    routes = {"/status": "status", "/health": "health"}

    def do_GET(self):  # noqa: N802 - named by http.server
        if self.path in self.routes:
            super().do_GET()
            return
        first = next(TURN)
        for port in (PORTS[(first + step) % len(PORTS)] for step in range(len(PORTS))):
            answer = self.ask(port)
            if answer:
                self.pass_on(port, *answer)
                return
        self.send_error(502, "no storefront answers")

    def ask(self, port):
        upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        headers = {name: self.headers[name] for name in ("X-Currency", "Accept") if name in self.headers}
        try:
            upstream.request("GET", self.path, headers=headers)
            response = upstream.getresponse()
            return response.status, response.getheader("Content-Type", ""), response.read()
        except (OSError, http.client.HTTPException):
            with LOCK:
                ANSWERS[port]["no answer"] += 1
            return None
        finally:
            upstream.close()

    def pass_on(self, port, status, kind, body):
        with LOCK:
            ANSWERS[port][str(status)] += 1
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Served-By", str(port))
        self.end_headers()
        self.wfile.write(body)

    def status(self):
        with LOCK:
            upstreams = [{"port": port, "answers": dict(ANSWERS[port])} for port in PORTS]
        return self.as_json({"version": VERSION, "upstreams": upstreams})


if __name__ == "__main__":
    serve(Proxy)
