"""What people say about a record: how long it may be, whom it names, how long it can be taken back."""

import re
from datetime import datetime, timedelta

from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.sentences import said

COMMENT_CHARACTERS = 20_000
FILES_PER_COMMENT = 10
MENTIONS_PER_COMMENT = 50
UNDO_WITHIN = timedelta(minutes=10)

# A fence of three or more, closed by the same one or by the end; then code inside a line.
_CODE = re.compile(
    r"^ {0,3}(`{3,}+|~{3,}+).*?(?:^ {0,3}\1[^\n]*$|\Z)|(?<!`)(`++).+?(?<!`)\2(?!`)", re.MULTILINE | re.DOTALL
)
# Not inside a word or an address: somebody@example.org mentions nobody. A full stop after it ends the sentence.
_MENTION = re.compile(r"(?<![\w@.+/-])@([A-Za-z0-9_](?:[\w.+-]{0,148}\w)?)(?![\w@])", re.ASCII)


def mentioned(text: str) -> tuple[str, ...]:
    """Give the names after an @, in order, each once; what stands in code is no mention."""
    names = _MENTION.findall(_CODE.sub(" ", text))
    return tuple(dict.fromkeys(names))[:MENTIONS_PER_COMMENT]


def check_text(text: str) -> str:
    """Accept the text of a comment; its characters have been judged by the door."""
    if not text.strip():
        raise Invalid(
            "comment.empty", said("A comment needs a text."), at="text", hint=said("Write something.")
        )
    if len(text) > COMMENT_CHARACTERS:
        raise Invalid(
            "text.length",
            said(
                "A comment has at most {most} characters, this has {count}.",
                most=COMMENT_CHARACTERS,
                count=len(text),
            ),
            at="text",
            hint=said("Attach a long text as a file."),
        )
    return text


def check_undo(done_at: datetime, now: datetime) -> None:
    """Refuse to take back what was done more than ten minutes ago: others have acted on it since."""
    if now - done_at > UNDO_WITHIN:
        raise Refused(
            "undo.too_late",
            said(
                "This can be taken back for {minutes} minutes; they are over.",
                minutes=UNDO_WITHIN.seconds // 60,
            ),
            hint=said("Do the opposite as an act of its own."),
            evidence={"done_at": done_at.isoformat()},
        )
