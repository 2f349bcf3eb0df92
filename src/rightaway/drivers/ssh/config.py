"""What a target of kind `ssh` says about itself."""

from pathlib import Path
from typing import Annotated

import asyncssh
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rightaway.drivers.places import Folder


def _host_key(line: str) -> str:
    if not line:
        return line
    try:
        asyncssh.import_public_key(line)
    except asyncssh.KeyImportError as error:
        raise ValueError("not a public key line such as 'ssh-ed25519 AAAA...'") from error
    return line


class SshConfig(BaseModel):
    """
    One host as a target.

    Args:
        identity_file: Private key of the worker, without a passphrase.
        host_key: The host's public key line, compared at every connection. Left empty, the target is known
            but nothing is done on it: the refusal shows the key that was seen.
        state_dir: Where receipts are kept there; empty means `.rightaway` in the home of the user.
        working_dir: Where steps start there; empty means that home.
        connect_timeout_s: For the whole handshake, from the first packet to the accepted key.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9:][A-Za-z0-9.:_-]{0,254}$")]
    port: Annotated[int, Field(ge=1, le=65535)] = 22
    user: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}$")]
    identity_file: Path
    host_key: Annotated[str, AfterValidator(_host_key)]
    state_dir: Folder = ""
    working_dir: Folder = ""
    connect_timeout_s: Annotated[float, Field(gt=0, le=60)] = 15.0
