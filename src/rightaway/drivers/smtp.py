"""Hands one message to the mail server, and says how sure it is of the answer."""

import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP, SMTP_SSL, SMTPException, SMTPRecipientsRefused, SMTPResponseException

TIMEOUT_S = 20
PERMANENT = 500


@dataclass(frozen=True, slots=True)
class MailServer:
    """
    Where mail is handed over.

    Args:
        tls: `starttls`, `tls`, or `none`.
        user: Empty signs in nowhere.
        password_file: Read for each message, so that a new password needs no restart.
    """

    host: str
    port: int
    tls: str
    user: str = ""
    password_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What became of a message.

    Args:
        is_sent: The server took it over.
        is_known: False when the connection was lost after the message had left: nobody knows.
        is_final: Refused for good, so that trying again is of no use.
    """

    is_sent: bool
    text: str = ""
    is_known: bool = True
    is_final: bool = False


def deliver(to: MailServer, message: EmailMessage) -> Answer:
    """Speak to the server once; never raises for what the server or the network does."""
    try:
        server = _open(to)
    except (OSError, SMTPException) as error:
        return Answer(is_sent=False, text=_said(error))
    try:
        server.send_message(message)
    except SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        return Answer(is_sent=False, text=_line(code, text), is_final=code >= PERMANENT)
    except SMTPResponseException as error:
        return Answer(
            is_sent=False,
            text=_line(error.smtp_code, error.smtp_error),
            is_final=error.smtp_code >= PERMANENT,
        )
    except (OSError, SMTPException) as error:
        return Answer(is_sent=False, text=_said(error), is_known=False)
    finally:
        _close(server)
    return Answer(is_sent=True)


def check(to: MailServer) -> str:
    """Sign in and leave again; gives what went wrong, nothing when all is well."""
    try:
        _close(_open(to))
    except (OSError, SMTPException) as error:
        return _said(error)
    return ""


def _open(held: MailServer) -> SMTP:
    if held.tls == "tls":
        context = ssl.create_default_context()
        server: SMTP = SMTP_SSL(held.host, held.port, timeout=TIMEOUT_S, context=context)
    else:
        server = SMTP(held.host, held.port, timeout=TIMEOUT_S)
    try:
        if held.tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if held.user:
            server.login(held.user, _password(held.password_file))
    except (OSError, SMTPException):
        _close(server)
        raise
    return server


def _password(path: Path | None) -> str:
    return path.read_text().strip() if path else ""


def _close(server: SMTP) -> None:
    try:
        server.quit()
    except (OSError, SMTPException):
        server.close()


def _line(code: int, text: bytes | str) -> str:
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {said}"[:300]


def _said(error: Exception) -> str:
    if isinstance(error, SMTPResponseException):
        return _line(error.smtp_code, error.smtp_error)
    return (str(error) or type(error).__name__)[:300]
