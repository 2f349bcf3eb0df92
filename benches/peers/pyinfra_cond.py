"""pyinfra with as little as it takes: an upload and one operation of shell commands."""

from pyinfra import host
from pyinfra.operations import files, server

data = host.data
archive = f"{data.folder}/shop.tar.gz"
files.put(src=data.archive, dest=archive)
work = (
    f"echo '{data.sha256}  {archive}' | sha256sum -c && mkdir -p {data.release} && "
    f"tar -xzf {archive} -C {data.release} && ln -sfn {data.release} {data.folder}/current.new && "
    f"mv -T {data.folder}/current.new {data.folder}/current && "
    f"{data.folder}/current/bin/health {data.folder} {data.version}"
)
server.shell(commands=[work])
