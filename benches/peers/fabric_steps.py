"""fabric: an upload and four commands, a thread per host."""

from concurrent.futures import ThreadPoolExecutor

import measured
from fabric import Config, Connection


def main() -> None:
    told = measured.fleet()

    def one(host: str) -> None:
        keys = {"key_filename": told["identity"], "allow_agent": False, "look_for_keys": False}
        connection = Connection(
            host, user=told["user"], port=told["port"], config=Config(), connect_kwargs=keys
        )
        with connection:
            connection.put(told["archive"], f"{told['root']}/{host}/shop.tar.gz")
            for command in measured.steps(told, host):
                connection.run(command, hide=True, in_stream=False)

    def work() -> None:
        with ThreadPoolExecutor(told["concurrency"]) as pool:
            list(pool.map(one, told["hosts"]))

    measured.run(work)


main()
