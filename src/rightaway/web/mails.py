"""Mail as a person reads it: plain text and simple HTML in their language, with links that only lead to pages."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rightaway.domain.mails import MailKind
from rightaway.queries import mails as ask
from rightaway.queries import people
from rightaway.web import telling

LONGEST_SUBJECT = 150


def compose(person: Any, kind: str, rows: list[Any]) -> EmailMessage:
    """Make the message that tells a person of these notifications, oldest first."""
    language = people.preferences(person.pk).language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(ZoneInfo(ask.wishes(person.pk).zone)):
        lines = [_line(row) for row in rows]
        context = {
            "lead": _lead(kind),
            "lines": lines,
            "preferences": _absolute(reverse("mail-preferences")),
            "language": language,
        }
        return _message(
            to=person.email,
            name=str(person),
            subject=_subject(kind, lines),
            text=render_to_string("mails/message.txt", context),
            html=render_to_string("mails/message.html", context),
        )


def sample(address: str) -> EmailMessage:
    """Make the message with which an administrator tries the mail server."""
    context = {
        "lead": _("This is a test. Mail from Rightaway reaches you."),
        "lines": [],
        "preferences": _absolute(reverse("mail-preferences")),
        "language": settings.LANGUAGE_CODE,
    }
    text = render_to_string("mails/message.txt", context)
    html = render_to_string("mails/message.html", context)
    return _message(to=address, name="", subject=_("A test"), text=text, html=html)


def _line(row: Any) -> dict[str, Any]:
    told = telling.told(row)
    return {
        "text": told.text,
        "record": f"{row.subject_key}: {row.title}",
        "at": row.at,
        "address": _absolute(telling.target(row)),
    }


def _subject(kind: str, lines: list[dict[str, Any]]) -> str:
    if kind == MailKind.NOTICE and len(lines) == 1:
        return f"{lines[0]['record'].partition(':')[0]}: {lines[0]['text']}"
    return ngettext("{count} thing is new", "{count} things are new", len(lines)).format(count=len(lines))


def _lead(kind: str) -> str:
    if kind == MailKind.SUMMARY:
        return _("Much happened in a short time; here is the rest of it together.")
    if kind == MailKind.DIGEST:
        return _("What happened since the last digest, and you have not read yet.")
    return ""


def _absolute(path: str) -> str:
    url: str = settings.ENVIRONMENT.url
    return url + path


def _message(*, to: str, name: str, subject: str, text: str, html: str) -> EmailMessage:
    """
    Put the parts together; a value with a line break cannot become a header of its own.

    Source: RFC 2369 for List-Unsubscribe, which leads to a page behind the sign-in; RFC 3834 for Auto-Submitted.
    """
    message = EmailMessage()
    sender, sender_address = parseaddr(settings.ENVIRONMENT.mail_from)
    message["From"] = Address(sender, addr_spec=sender_address)
    message["To"] = Address(_plain(name), addr_spec=to)
    message["Subject"] = _plain(f"[Rightaway] {subject}")[:LONGEST_SUBJECT]
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=sender_address.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{_absolute(reverse('mail-preferences'))}>"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def _plain(text: str) -> str:
    """Leave out everything that is no character of a line."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
