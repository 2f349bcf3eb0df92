"""
Take every text into the German catalogue and compile it: `python tools/messages.py [FRAGMENT.po ...]`.

Fragments bring translations of new texts; what has none afterwards is written out. Needs gettext.
"""  # noqa: INP001 -- a script, not a package

import subprocess
import sys
from os import chdir
from pathlib import Path

import django
from django.conf import settings
from django.core.management.commands import makemessages

SOURCE = Path(__file__).parents[1] / "src" / "rightaway"
LOCALE = SOURCE / "web" / "locale"
CATALOGUE = LOCALE / "de" / "LC_MESSAGES" / "django.po"
# They change with every run and every machine.
HEADERS = ("POT-Creation-Date", "Report-Msgid-Bugs-To")


class Command(makemessages.Command):
    """Finds what rules and commands say besides what pages say; a text that only resembles one is no translation."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=said"]
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True)


def main(fragments: list[str]) -> None:
    found = [Path(one).resolve() for one in fragments]
    if found:
        # An empty translation would win over that of a fragment.
        run("msgattrib", "--translated", "--output-file", CATALOGUE, CATALOGUE)
        run("msgcat", "--use-first", "--to-code=UTF-8", "--output-file", CATALOGUE, CATALOGUE, *found)
    settings.configure(USE_I18N=True, LOCALE_PATHS=[str(LOCALE)])
    django.setup()
    chdir(SOURCE)
    Command().run_from_argv(["messages", "makemessages", "--locale=de", "--no-location", "--no-obsolete"])
    lines = CATALOGUE.read_text().splitlines(keepends=True)
    CATALOGUE.write_text("".join(one for one in lines if not one.startswith(tuple(f'"{h}' for h in HEADERS))))
    run("msgfmt", "--check-format", "--output-file", CATALOGUE.with_suffix(".mo"), CATALOGUE)
    run("msgattrib", "--untranslated", "--no-wrap", CATALOGUE)


if __name__ == "__main__":
    main(sys.argv[1:])
