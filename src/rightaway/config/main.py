"""The program `rightaway`: the command line of the API, and the commands of a server."""

import sys


def main() -> None:
    if sys.argv[1:] in (["--version"], ["-V"]):
        from rightaway import __version__  # noqa: PLC0415 -- answered without loading anything else

        print(f"rightaway {__version__}")
        return
    from rightaway.config.commands import run  # noqa: PLC0415

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
