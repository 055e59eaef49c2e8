"""A mail (EML) -> its text, with the subject, the date and the sender that its headers give."""

from __future__ import annotations

import re
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from assistant.corpus.formats.decode import decode
from assistant.corpus.formats.extracted import Extracted
from assistant.corpus.formats.html_pages import fragment
from assistant.corpus.formats.texts import plain_title
from assistant.errors import DocumentError
from assistant.models import PartialDate

_REPLY = re.compile(r"^\s*(?:(?:re|ré|fwd?|tr|rép)\s*:\s*)+", re.I)
_SIGNATURE = re.compile(r"^-- ?$.*", re.DOTALL | re.MULTILINE)


def read(data: bytes, name: str) -> Extracted:
    """A mail's own text: the formatted version where there is one, for its headings and lists; no attachment.

    Raises:
        DocumentError: it holds no text.
    """
    message = BytesParser(policy=policy.default).parsebytes(data)
    body = message.get_body(("html", "plain"))
    text = _text(body) if isinstance(body, EmailMessage) else ""
    if not re.search(r"\w", text):
        plain = message.get_body(("plain",))
        text = _text(plain) if isinstance(plain, EmailMessage) else ""
    if not re.search(r"\w", text):
        raise DocumentError("le message ne contient pas de texte, ou seulement des pièces jointes")
    subject = _REPLY.sub("", str(message.get("subject", "")))
    date = _date(message)
    return Extracted(
        plain_title(subject or text.splitlines()[0], name),
        text,
        date,
        "l'en-tête Date du message" if date else "",
        author=_sender(message),
        warnings=_attachments(message),
    )


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    text = decode(payload, part.get_content_charset()) if isinstance(payload, bytes) and payload else ""
    if part.get_content_type() == "text/html":
        return fragment(text)
    return re.sub(r"\n{3,}", "\n\n", _SIGNATURE.sub("", text)).strip("\n \t")


def _date(message: EmailMessage) -> PartialDate | None:
    sent: datetime | None = getattr(message["date"], "datetime", None)
    return PartialDate(sent.year, sent.month, sent.day) if sent and sent.year > 1985 else None


def _sender(message: EmailMessage) -> str | None:
    addresses = getattr(message["from"], "addresses", ())
    return (addresses[0].display_name or addresses[0].addr_spec or None) if addresses else None


def _attachments(message: EmailMessage) -> tuple[str, ...]:
    names = [part.get_filename() or "sans nom" for part in message.iter_attachments()]
    return (f"Pièces jointes non reprises : {', '.join(names)}. Ajoutez-les à part.",) if names else ()
