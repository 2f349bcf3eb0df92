"""Wait until the service at a port says that it is well and of the version wanted; else exit 1."""

import argparse
import json
import time
from urllib.error import HTTPError
from urllib.request import urlopen


def found_at(port):
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            said = json.load(answer)
    except HTTPError as error:
        return f"it answers {error.code}"
    except (OSError, ValueError) as error:
        return f"it does not answer ({error})"
    return said["version"] if said["ok"] else "it is not well"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("version")
    parser.add_argument("timeout_s", type=float)
    wanted = parser.parse_args()
    deadline = time.monotonic() + wanted.timeout_s
    found = found_at(wanted.port)
    while found != wanted.version and time.monotonic() < deadline:
        time.sleep(0.05)
        found = found_at(wanted.port)
    if found != wanted.version:
        raise SystemExit(f"port {wanted.port}: wanted {wanted.version}, found: {found}")
    print(f"port {wanted.port} serves {found}")
