"""Conversations about records: comments, their files, and watching."""

from pathlib import Path
from typing import Any, Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import contents, saved
from rightaway.cli.client import at
from rightaway.domain.errors import Invalid

Kind = Literal["release", "change", "deployment", "ci", "incident", "problem", "known_error", "article"]

app = App(name="comment", help="Comments on records, with their files.")


@app.command(name="list")
def list_(kind: Kind, record: str, /, *, limit: int = 50) -> None:
    """
    List what was said about a record, oldest first.

    Args:
        kind: What the record is.
        record: Its number, or the key of a configuration item.
        limit: How many at most.
    """
    rows = client.rows(at("records", kind, record, "comments"), limit)
    for row in rows:
        row["files"] = [one["name"] for one in row["attachments"]]
    output.table(rows, "id", "created_at=said", "author=who", "text", "files", "edited_at", "withdrawn_at")


@app.command
def add(kind: Kind, record: str, text: str = "", /, *, file: str = "") -> None:
    """
    Say something about a record and print the id of the comment.

    Args:
        kind: What the record is.
        record: Its number, or the key of a configuration item.
        text: Markdown; `@name` tells that person.
        file: Read the text from here instead; - reads standard input.
    """
    made = client.send("POST", at("records", kind, record, "comments"), {"text": _text(text, file)})
    output.line(str(made["id"]), made)


@app.command
def edit(comment: int, text: str = "", /, *, file: str = "", version: int | None = None) -> None:
    """
    Say it in other words; what it said before is kept.

    Args:
        comment: Its id.
        text: Markdown.
        file: Read the text from here instead; - reads standard input.
        version: The version you looked at.
    """
    _show(client.send("PATCH", at("comments", comment), {"text": _text(text, file)}, version=version))


@app.command
def history(comment: int, /) -> None:
    """
    List what a comment said before its edits.

    Args:
        comment: Its id.
    """
    output.table(client.get(at("comments", comment, "wordings")), "written_at", "text")


@app.command
def withdraw(comment: int, /) -> None:
    """
    Take a comment of yours back.

    Args:
        comment: Its id.
    """
    _show(client.send("POST", at("comments", comment, "withdrawal")))


@app.command
def restore(comment: int, /) -> None:
    """
    Undo the withdrawal of a comment, within ten minutes.

    Args:
        comment: Its id.
    """
    _show(client.send("DELETE", at("comments", comment, "withdrawal")))


@app.command
def attach(comment: int, file: Path, /, *, name: str = "") -> None:
    """
    Attach a file to a comment of yours and print its id.

    Args:
        comment: Its id.
        file: Text in UTF-8, PNG, JPEG, GIF, WebP, PDF, zip or gzip, of up to 10 MiB.
        name: What it is called, when not as the file.
    """
    made = client.send(
        "POST",
        at("comments", comment, "attachments"),
        content=contents(str(file)),
        media_type=client.OCTETS,
        name=name or file.name,
    )
    output.line(str(made["id"]), made)


@app.command
def download(attachment: int, /, *, out: str = "") -> None:
    """
    Save an attached file.

    Args:
        attachment: Its id, as `rightaway comment list --json` shows it.
        out: File to write instead of standard output. A file that is there already stays.
    """
    saved(client.download(at("attachments", attachment)), out)


def watch(kind: Kind, record: str, /) -> None:
    """
    Be told what happens to a record, in the inbox.

    Args:
        kind: What the record is.
        record: Its number, or the key of a configuration item.
    """
    _watching(client.send("PUT", at("records", kind, record, "watch")))


def unwatch(kind: Kind, record: str, /) -> None:
    """
    Be told no more of a record.

    Args:
        kind: What the record is.
        record: Its number, or the key of a configuration item.
    """
    _watching(client.send("DELETE", at("records", kind, record, "watch")))


def _watching(found: dict[str, Any]) -> None:
    output.record(found, "is_watching", "watchers")


def _show(row: dict[str, Any]) -> None:
    output.record(row, "id", "version", "text", "edited_at", "withdrawn_at")


def _text(text: str, file: str) -> str:
    if bool(text) == bool(file):
        raise Invalid("cli.text", "Give the text or --file, one of them.", hint="Put the text in quotes.")
    if text:
        return text
    try:
        return contents(file).decode()
    except UnicodeDecodeError:
        raise Invalid("text.encoding", f"{file} is not UTF-8.", hint="Save it as UTF-8.", at=file) from None
