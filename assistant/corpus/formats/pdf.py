"""A PDF with a text layer -> its text: paragraphs joined, headings by their size, running heads left out."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from itertools import islice

import pypdfium2
import pypdfium2.raw as pdfium

from assistant.corpus.formats.extracted import Extracted
from assistant.corpus.formats.found_dates import file_date
from assistant.corpus.formats.pdf_layout import Line, to_markdown
from assistant.corpus.formats.texts import plain_title
from assistant.errors import DocumentError

_MAX_TEXT = 5_000_000  # characters: a note of more would be of no use to anyone
_FEWEST_LETTERS = 20
_UNREADABLE = 0.2  # share of characters without a meaning from which the text is refused; below, a warning
_SAMPLED = 60  # pages whose characters are each asked for their meaning
_NO_TITLE = re.compile(
    r"microsoft|untitled|sans titre|sans nom|document\d*$|.*\.(?:docx?|odt|pptx?|xlsx?|indd|pdf)$", re.I
)
_BREAKS = str.maketrans({"\ufffe": "", "\x02": "", "\u00ad": "", "\xa0": " ", "\t": " "})  # hyphens at line ends


def read(data: bytes, name: str) -> Extracted:
    """A PDF's text, page after page, in the order in which it was written.

    Raises:
        DocumentError: it is damaged or protected, holds no text (a scan), or its fonts do not say what they show.
    """
    document = _open(data)
    pages, size = [], 0
    for number in range(len(document)):
        pages.append(_lines(document, number))
        size += sum(len(line.text) for line in pages[-1])
        if size > _MAX_TEXT:
            raise DocumentError("le document est trop long : découpez-le")
    letters = (char for page in pages for line in page for char in line.text if char.isalpha())
    if len(list(islice(letters, _FEWEST_LETTERS))) < _FEWEST_LETTERS:
        raise DocumentError(
            "le PDF n'a pas de texte, seulement des images (document numérisé) : faites-le reconnaître (OCR)"
        )
    warnings = (*_unreadable(document), *_silent(sum(not page for page in pages), len(pages)))
    text, heading = to_markdown(pages)
    return _found(document, name, text, heading, warnings)


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise DocumentError("le PDF est protégé par un mot de passe : enregistrez-le sans protection") from None
        raise DocumentError("le PDF est abîmé ou incomplet : il ne peut pas être ouvert") from None
    if len(document) == 0:
        raise DocumentError("le PDF est abîmé ou incomplet : il n'a aucune page")
    return document


def _lines(document: pypdfium2.PdfDocument, number: int) -> list[Line]:
    """The lines of a page with their places; none where the page is damaged."""
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return []
    text_page = page.get_textpage()
    text = text_page.get_text_range()
    placed = text_page.count_chars() == len(text)  # else the places of characters are not those of the text
    lines, at = [], 0
    for written in text.split("\n"):
        shown = unicodedata.normalize("NFC", written.translate(_BREAKS)).strip()
        if any(char.isprintable() and not char.isspace() for char in shown):
            first = at + len(written) - len(written.lstrip())
            last = at + len(written.rstrip()) - 1
            lines.append(_line(text_page, shown, first, last) if placed else Line(shown))
        at += len(written) + 1
    text_page.close()
    page.close()
    return lines


def _line(text_page: pypdfium2.PdfTextPage, text: str, first: int, last: int) -> Line:
    # Not the bullet or the number at the head of the line, which often has another font and size.
    mark = re.match(r"(?:\W|\d{1,2}[.)]?)\s+(?=\S)", text)
    left, bottom, _, top = text_page.get_charbox(min(first + (mark.end() if mark else 0), last), loose=True)
    _, lower, right, _ = text_page.get_charbox(last, loose=True)
    bold = _is_bold(text_page, first) and _is_bold(text_page, last)
    return Line(text, round(top - bottom, 1), left, right, top, lower, bold)


def _is_bold(text_page: pypdfium2.PdfTextPage, index: int) -> bool:
    name = ctypes.create_string_buffer(128)
    pdfium.FPDFText_GetFontInfo(text_page, index, name, 128, None)
    return re.search(rb"bold|black|heavy|demi", name.value, re.I) is not None


def _unreadable(document: pypdfium2.PdfDocument) -> tuple[str, ...]:
    """Characters whose font does not say which letters they are, counted on a sample of pages."""
    bad = total = 0
    for number in range(0, len(document), max(1, len(document) // _SAMPLED)):
        try:
            text_page = document[number].get_textpage()
        except pypdfium2.PdfiumError:
            continue
        count = text_page.count_chars()
        total += count
        bad += sum(_means_nothing(text_page, index) for index in range(count))
    share = bad / max(total, 1)
    if share >= _UNREADABLE:
        raise DocumentError(
            f"les polices du PDF ne disent pas quelles lettres elles montrent ({share:.0%} du texte est illisible) : "
            "réexportez-le depuis le document d'origine, ou faites-le reconnaître (OCR)"
        )
    if share >= 0.01:
        return (
            f"{share:.0%} des caractères du PDF sont illisibles (police sans table de lettres) : relisez le texte.",
        )
    return ()


def _means_nothing(text_page: pypdfium2.PdfTextPage, index: int) -> bool:
    if pdfium.FPDFText_HasUnicodeMapError(text_page, index) == 1:
        return True
    code = pdfium.FPDFText_GetUnicode(text_page, index)
    # The private use area is where fonts keep bullets and logos; only those of Word's symbol font are usual.
    return code == 0xFFFD or (0xE000 <= code <= 0xF8FF and not 0xF000 <= code <= 0xF0FF)


def _silent(silent: int, pages: int) -> tuple[str, ...]:
    if not silent:
        return ()
    count = "1 page" if silent == 1 else f"{silent} pages"
    return (f"{count} sur {pages} sans texte (image ou page blanche) : ce qu'on y lit n'est pas repris.",)


def _found(
    document: pypdfium2.PdfDocument, name: str, text: str, heading: str | None, warnings: tuple[str, ...]
) -> Extracted:
    about = {key: " ".join(value.replace("\0", "").split()) for key, value in document.get_metadata_dict().items()}
    title = about.get("Title", "")
    if not re.search(r"\w{2}", title) or _NO_TITLE.match(title):
        title = heading or text.lstrip("#*- ").split("\n")[0]
    elif _squeezed(title) not in _squeezed(text):
        warnings += ("Le titre vient des propriétés du fichier et ne figure pas dans le texte : vérifiez-le.",)
    author = about.get("Author") or None
    date, origin, inferred = file_date(about.get("CreationDate", ""), text)
    return Extracted(plain_title(title, name), text, date, origin, inferred, author, None, warnings)


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()
