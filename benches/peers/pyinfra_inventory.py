"""pyinfra: the fleet as an inventory; the file is named in an environment variable."""

import json
import os
from pathlib import Path

_told = json.loads(Path(os.environ["BENCH_FLEET"]).read_text())
fleet = [
    (
        host,
        {
            "ssh_port": _told["port"],
            "ssh_user": _told["user"],
            "ssh_key": _told["identity"],
            "ssh_known_hosts_file": "/dev/null",
            "ssh_strict_host_key_checking": "off",
            "folder": f"{_told['root']}/{host}",
            "release": f"{_told['root']}/{host}/releases/{_told['version']}",
            **{name: _told[name] for name in ("archive", "sha256", "version")},
        },
    )
    for host in _told["hosts"]
]
