"""Knowledge articles: runbooks, workarounds, lessons."""

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import contents, given
from rightaway.cli.client import at
from rightaway.domain.errors import Invalid

app = App(name="article", help="Knowledge articles: runbooks, workarounds, lessons.")


@app.command(name="list")
def list_(*, text: str = "", kind: str = "", release: str = "", limit: int = 50) -> None:
    """
    List articles, newest first.

    Args:
        text: Part of the title or the text.
        kind: Such as runbook or lesson_learnt.
        release: Number of a release.
        limit: How many at most.
    """
    rows = client.rows("/articles", limit, text=text, kind=kind, release=release)
    output.table(rows, "number", "kind", "state", "title", "service", "release", "owner", "due_at")


@app.command
def show(article: str, /) -> None:
    """
    Print the text of an article.

    Args:
        article: Its number, such as KB-000001.
    """
    found = client.get(at("articles", article))
    output.say(f"{found['number']} {found['title']} ({found['kind']}, {found['state']})")
    output.line(found["body"], found)


@app.command
def write(
    file: str,
    /,
    *,
    kind: str,
    title: str,
    service: str,
    release: str = "",
    owner: str = "",
    due: str = "",
) -> None:
    """
    Write an article as a draft and print its number.

    Args:
        file: The text as Markdown; - reads standard input.
        kind: Such as workaround or lesson_learnt.
        title: What it is called.
        service: Key of the service.
        release: Number of a release it belongs to.
        owner: Who applies a lesson.
        due: Until when, such as 2026-12-31T00:00Z.
    """
    body = given(
        kind=kind, title=title, body=_text(file), service=service, release=release, owner=owner, due_at=due
    )
    made = client.send("POST", "/articles", body)
    output.line(made["number"], made)


@app.command
def edit(article: str, file: str, /, *, title: str = "", version: int | None = None) -> None:
    """
    Replace the text of an article; it is a draft again until it is published.

    Args:
        article: Its number.
        file: The text as Markdown; - reads standard input.
        title: Another title.
        version: The version you looked at.
    """
    body = {"title": title or client.get(at("articles", article))["title"], "body": _text(file)}
    output.record(
        client.send("PUT", at("articles", article), body, version=version), "number", "version", "state"
    )


@app.command
def publish(article: str, /) -> None:
    """
    Publish an article.

    Args:
        article: Its number.
    """
    output.record(
        client.send("POST", at("articles", article, "publication")), "number", "state", "published_at"
    )


def _text(file: str) -> str:
    try:
        return contents(file).decode()
    except UnicodeDecodeError:
        raise Invalid("text.encoding", f"{file} is not UTF-8.", hint="Save it as UTF-8.", at=file) from None
