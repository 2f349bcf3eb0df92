"""parallel-ssh: an upload and four commands, on every host at once."""

import measured
from pssh.clients import ParallelSSHClient


def main() -> None:
    told = measured.fleet()
    hosts = told["hosts"]

    def work() -> None:
        client = ParallelSSHClient(
            hosts, port=told["port"], user=told["user"], pkey=told["identity"], pool_size=told["concurrency"]
        )
        places = [
            {"local_file": told["archive"], "remote_file": f"{told['root']}/{host}/shop.tar.gz"}
            for host in hosts
        ]
        for copied in client.copy_file("%(local_file)s", "%(remote_file)s", copy_args=places):
            copied.get()
        for number in range(4):
            arguments = tuple((measured.steps(told, host)[number],) for host in hosts)
            output = client.run_command("%s", host_args=arguments)
            client.join(output)
            assert all(one.exit_code == 0 for one in output)

    measured.run(work)


main()
