"""Bytes of a text -> the text: byte order marks, declared charsets, UTF-8, then what the bytes look like."""

from __future__ import annotations

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

from assistant.errors import DocumentError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"""<(?:meta[^>]{0,200}?charset|\?xml[^>]{0,100}?encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I
)
_GUESS_BYTES = 200_000
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")


def decode(data: bytes, declared: str | None = None) -> str:
    """The text, in NFC, with line feeds; `declared` is the charset that came with it (mail, HTTP).

    Raises:
        DocumentError: these bytes are no text.
    """
    text = _decode(data, declared)
    if len(_CONTROL.findall(text[:100_000])) > len(text[:100_000]) / 100:
        raise DocumentError("le fichier n'est pas du texte, ou son encodage n'est pas reconnu")
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", text)


def _decode(data: bytes, declared: str | None) -> str:
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None) or _without_mark(data)
    if encoding:
        return data.decode(encoding, errors="replace")
    in_page = _DECLARED.search(data[:4096])
    for name in filter(None, ("utf-8", declared, in_page[1].decode("ascii") if in_page else None)):
        if (text := _try(data, name)) is not None:
            return text
    return _guess(data)


def _without_mark(data: bytes) -> str | None:
    """UTF-16 by its zero bytes: every other one, in European languages."""
    head = data[:2000]
    if len(head) < 4:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > len(head) * 0.3 and even < len(head) * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > len(head) * 0.3 and odd < len(head) * 0.05 else None


def _try(data: bytes, name: str) -> str | None:
    """As browsers do, what says latin-1 is read as cp1252: it is the same but for quotes and the euro sign."""
    try:
        codec = codecs.lookup(name).name
        return data.decode("cp1252" if codec in ("iso8859-1", "ascii") else codec)
    except (LookupError, UnicodeDecodeError):
        return None


def _guess(data: bytes) -> str:
    """cp1252 where it can be, for these are French notes; else the likeliest of the European code pages."""
    text = _try(data, "cp1252")
    if text is not None and _reads_as_french(text):
        return text
    best = from_bytes(
        data[:_GUESS_BYTES], cp_isolation=["cp1252", "latin_1", "iso8859_15", "mac_roman", "cp850"]
    ).best()
    if best is None:
        return data.decode("utf-8", errors="replace")  # damaged UTF-8, or no text: the caller counts what is left
    return data.decode(best.encoding, errors="replace")


def _reads_as_french(text: str) -> bool:
    """Whether nearly all that is beyond ASCII is a letter or sign that French texts use."""
    beyond = [char for char in text[:_GUESS_BYTES] if char > "\x7f"]
    usual = sum(char in "àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ«»’‘“”–—…•·°€§²³\xa0©®™½¼±×" for char in beyond)
    return usual >= 0.9 * len(beyond)
