"""Acts on hosts over SSH: pinned host keys, no agent, no configuration file of the worker's user."""

from rightaway.drivers.ssh.config import SshConfig
from rightaway.drivers.ssh.driver import SshDriver
from rightaway.drivers.ssh.host_keys import HostKey, fetch_host_key

__all__ = ["HostKey", "SshConfig", "SshDriver", "fetch_host_key"]
