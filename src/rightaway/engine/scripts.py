"""The bytes of a package that a deployment needs: its archive and its scripts, verified when read."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from rightaway.domain.errors import Refused
from rightaway.drivers.contract import Blob
from rightaway.queries.library import library


@dataclass(frozen=True)
class Scripts:
    archive: Blob
    texts: dict[str, str]

    def text(self, name: str, sha256: str) -> str:
        """Give a script whose digest is the one in the plan; anything else stops the deployment."""
        text = self.texts[name]
        if hashlib.sha256(text.encode()).hexdigest() != sha256:
            raise Refused("plan.script_changed", f"The script {name!r} is not the one that was approved.")
        return text


@lru_cache(maxsize=8)
def scripts_of(package_digest: str) -> Scripts:
    store = library()
    manifest = store.manifest(package_digest).as_json()
    path = store.archive(package_digest)
    archive = Blob(sha256=manifest["archive"]["sha256"], size=manifest["archive"]["size"], path=path)
    texts = {name: store.script(package_digest, name).decode() for name in manifest["scripts"]}
    return Scripts(archive=archive, texts=texts)
