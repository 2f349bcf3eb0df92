"""pyinfra, as its documentation has it: its own operations, which look before they act."""

from pyinfra import host
from pyinfra.operations import files, server

data = host.data
files.directory(path=f"{data.folder}/releases")
files.directory(path=data.release)
files.put(src=data.archive, dest=f"{data.folder}/shop.tar.gz")
server.shell(commands=[f"echo '{data.sha256}  {data.folder}/shop.tar.gz' | sha256sum -c"])
server.shell(commands=[f"tar -xzf {data.folder}/shop.tar.gz -C {data.release}"])
files.link(path=f"{data.folder}/current", target=data.release)
server.shell(commands=[f"{data.folder}/current/bin/health {data.folder} {data.version}"])
