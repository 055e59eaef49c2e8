"""A conversation -> PDF on A4 pages, by ReportLab: headings that make an outline, embedded fonts, links that work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import escape as xml
from io import BytesIO
from threading import Lock
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import TimeStamp
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import HRFlowable, KeepTogether, Paragraph, SimpleDocTemplate

from assistant.language import current, tr
from assistant.models import Sentence
from assistant.ui.conversation import Conversation
from assistant.ui.export.content import Entry, Sheet, Source, dates_of, nearest_heading, one_line, sheet
from assistant.ui.export.glyphs import REPLACEMENT, Glyphs
from assistant.ui.export.quotes import anchor, length, link, quoted, styled
from assistant.ui.export.styles import BODY, FONT, LINE, MUTED, STYLES
from assistant.ui.markup import inline

AUTHOR = "Assistant France urbaine"
_MARGIN = 20 * mm
_FOOT = 10 * mm
_OUTLINE = 80  # characters of a question in the outline
_MOST_PASSAGES = 100_000  # characters of passages in all: beyond, quotes stand alone
_drawing = Lock()  # a long conversation takes a processor for a second: not all of them


def to_pdf(conversation: Conversation, base_url: str, when: date, title: str) -> bytes:
    """The conversation with its sources, the quotes highlighted in their passages. Same arguments, same bytes.

    Characters that the fonts lack are replaced by one that is seen, and the document says so.

    Args:
        conversation: what to write, as it is shown.
        base_url: where the assistant is served; addresses of notes begin with it.
        when: the day of the export, also that of the document's making.
        title: of the document.
    """
    said = sheet(conversation, base_url, when, title)
    with _drawing:
        return _Drawing(said, when).drawn()


class _Document(SimpleDocTemplate):  # type: ignore[misc]
    """Puts headings into the outline as they are drawn."""

    def afterFlowable(self, flowable: Any) -> None:  # noqa: N802 (ReportLab's name)
        entry = getattr(flowable, "outline", None)
        if entry is not None:
            name, text = entry
            self.canv.bookmarkPage(name)
            self.canv.addOutlineEntry(text, name, 0)


class _Drawing:
    def __init__(self, said: Sheet, when: date) -> None:
        self.said, self.when = said, when
        self.glyphs = Glyphs()
        self.pages = self.room = 0

    def drawn(self) -> bytes:
        """Drawn twice: only then is it known how many pages there are."""
        self._pass()
        return self._pass()

    def _pass(self) -> bytes:
        self.room = _MOST_PASSAGES
        output = BytesIO()
        document = _Document(
            output,
            pagesize=A4,
            leftMargin=_MARGIN,
            rightMargin=_MARGIN,
            topMargin=_MARGIN,
            bottomMargin=_MARGIN,
            title=one_line(self.said.title),
            subject=one_line(self.said.when),
            author=AUTHOR,
            creator=AUTHOR,
            lang="fr-FR" if current() == "fr" else current().value,
            displayDocTitle=1,
            initialFontName=FONT,
        )
        story = list(self._story())
        document.build(story, onFirstPage=self._foot, onLaterPages=self._foot, canvasmaker=self._canvas)
        self.pages = document.page
        return output.getvalue()

    def _canvas(self, *args: Any, **options: Any) -> Canvas:
        canvas = Canvas(*args, **{**options, "invariant": 1})
        stamp = TimeStamp(1)
        stamp.YMDhms = (self.when.year, self.when.month, self.when.day, 0, 0, 0)
        canvas._doc._timeStamp = stamp
        return canvas

    def _foot(self, canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont(FONT, 8)
        canvas.setFillColor(MUTED)
        canvas.drawString(_MARGIN, _FOOT, self.glyphs.seen(AUTHOR))
        canvas.drawRightString(A4[0] - _MARGIN, _FOOT, f"{document.page} / {self.pages}")

    def _story(self) -> Iterator[Any]:
        yield self._text(self.said.title, "title")
        yield self._text(self.said.when, "meta")
        for entry in self.said.entries:
            yield from self._entry(entry)
        yield HRFlowable(width="100%", thickness=0.5, color=LINE, spaceBefore=14, spaceAfter=6)
        for text in self.said.closing:
            yield self._text(text, "meta")
        if self.glyphs.replaced:
            missing = tr(
                "Les caractères que la police n’a pas sont remplacés par {mark}, ou par leur lettre sans accent."
            )
            yield self._text(missing.format(mark=REPLACEMENT), "meta")

    def _text(self, text: str, style: str) -> Paragraph:
        return Paragraph(self._xml(text), STYLES[style])

    def _xml(self, text: str) -> str:
        return xml(self.glyphs.seen(one_line(text)))

    def _entry(self, entry: Entry) -> Iterator[Any]:
        heading = self._text(f"{entry.number}. {entry.question}", "question")
        heading.outline = (f"question-{entry.number}", self.glyphs.seen(f"{entry.number}. {_short(entry.question)}"))
        yield heading
        for remark in entry.remarks:
            yield self._text(remark, "meta")
        if entry.notice:
            yield Paragraph(f"<b>{self._xml(tr('À noter :'))}</b> {self._xml(entry.notice)}", STYLES["notice"])
        if entry.sentences:
            yield Paragraph(" ".join(self._sentence(s, entry.number) for s in entry.sentences), BODY)
        if entry.after:
            yield self._text(entry.after, "body")
        if entry.nearest:
            yield self._text(nearest_heading(), "meta")
        for near in entry.nearest:
            text = f"{link(near.address, self._xml(near.title))} ({self._xml(near.day)})"
            yield Paragraph(text, STYLES["item"], bulletText="•")
        if entry.sources:
            yield self._text(tr("Sources"), "sources")
        for source in entry.sources:
            yield from self._source(source, entry.number)

    def _sentence(self, sentence: Sentence, entry: int) -> str:
        numbers = "".join(link(f"#{anchor(entry, number)}", f"[{number}]") for number in sentence.citations)
        parts = (styled(inline(one_line(sentence.text)), self.glyphs), self._xml(dates_of(sentence)), numbers)
        return " ".join(filter(None, parts))

    def _source(self, source: Source, entry: int) -> Iterator[Any]:
        name = f'<a name="{anchor(entry, source.number)}"/>'
        title = Paragraph(f"{name}<b>[{source.number}] {self._xml(source.title)}</b>", STYLES["source"])
        links = [link(source.address, self._xml(tr("Lire la note, telle qu’elle a été citée")))]
        if source.original:
            links.append(link(source.original, self._xml(tr("Publication d’origine"))))
        self.room -= length(source)
        first, *rest = quoted(source, self.glyphs, alone=not length(source) or self.room < 0)
        yield KeepTogether([title, self._text(source.meta, "meta"), first])
        yield from rest
        yield Paragraph(" · ".join(links), STYLES["links"])


def _short(text: str) -> str:
    return text if len(text) <= _OUTLINE else f"{text[:_OUTLINE]}…"
