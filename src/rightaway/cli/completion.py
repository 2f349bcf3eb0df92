"""Completion of command lines in a shell."""

from typing import Literal


def completion(shell: Literal["bash", "zsh", "fish"], /) -> None:
    """
    Print the completion script of a shell.

    For bash: `rightaway completion bash > ~/.local/share/bash-completion/completions/rightaway`

    Args:
        shell: Which one.
    """
    from rightaway.cli.app import app  # noqa: PLC0415 -- it names this module

    print(app.generate_completion(prog_name="rightaway", shell=shell))
