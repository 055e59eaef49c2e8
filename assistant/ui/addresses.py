"""Where notes and cited passages are found, for links."""

from __future__ import annotations

from hashlib import sha256
from urllib.parse import quote, urlencode

from assistant.models import Citation


def note_url(note_id: str) -> str:
    """The page of a whole note: an address that stays."""
    return f"/note/{quote(note_id, safe='')}"


def citation_url(citation: Citation, build: str | None = None) -> str:
    """The page of a note with one span highlighted, as it was in the build that the answer was read in.

    `extrait` tells the page whether the text that it found still reads the same.
    """
    query = {"debut": citation.start, "fin": citation.end, "extrait": fingerprint(citation.quote)}
    version = {"version": build} if build else {}
    return f"{note_url(citation.note_id)}?{urlencode(query | version)}#extrait"


def fingerprint(quoted: str) -> str:
    """Eight hexadecimal digits that change with the quoted text."""
    return sha256(quoted.encode()).hexdigest()[:8]


def escape_url(url: str) -> str:
    """A URL as the value of an attribute; `urlencode` and `quote` left only `&` and `'` to escape."""
    return url.replace("&", "&amp;").replace("'", "&#39;")
