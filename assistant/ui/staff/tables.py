"""Tables and messages as HTML. Gradio's own table hides its rows from screen readers and speaks English."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import quote

from assistant.french.calendar import french_date
from assistant.models import PartialDate
from assistant.ui.markup import escape_line

_UNITS = ("octets", "ko", "Mo", "Go")


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], caption: str, empty: str) -> str:
    """A table whose first column names its rows; one sentence where there is no row.

    Args:
        headers: of the columns, as text.
        rows: cells of HTML, each escaped already.
        caption: what the table is, as text.
        empty: what to say instead, as text.
    """
    body = "".join(_row(row, headers) for row in rows)
    if not body:
        return f'<p class="hint">{escape_line(empty)}</p>'
    head = "".join(f'<th scope="col">{escape_line(header)}</th>' for header in headers)
    return (
        f'<div class="rows"><table><caption>{escape_line(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(cells: Sequence[str], headers: Sequence[str]) -> str:
    first, *others = cells
    # The column's name is repeated before each cell: a narrow screen shows a row as a list.
    named = zip(headers[1:], others, strict=True)
    rest = "".join(f'<td><span class="column">{escape_line(name)} : </span>{cell}</td>' for name, cell in named)
    return f'<tr><th scope="row">{first}</th>{rest}</tr>'


def note_link(note_id: str, title: str) -> str:
    """A link that opens a note in the editor, by the page's own script."""
    return f'<a href="#note={quote(note_id, safe="")}">{escape_line(title)}</a>'


def badge(text: str, tone: str = "") -> str:
    """A short state in words, `tone` one of "", good, warn, bad."""
    return f'<span class="badge {tone}">{escape_line(text)}</span>'


def done(text: str) -> str:
    """That something was done."""
    return f'<p class="said done">{escape_line(text)}</p>'


def failed(text: str) -> str:
    """That something was not done, and why; each line is a paragraph."""
    lines = "<br>".join(escape_line(line) for line in text.splitlines())
    return f'<p class="said failed">{lines}</p>'


def progress(stage: str, part: int, whole: int) -> str:
    """How far a long work is."""
    told = f"{escape_line(stage)} {part} sur {whole}" if whole else escape_line(stage)
    bar = f'<progress value="{part}" max="{max(whole, 1)}">{told}</progress>' if whole else "<progress></progress>"
    return f'<div class="said working"><p>{told}</p>{bar}</div>'


def size(count: int) -> str:
    """`1,2 Mo`, in decimal units."""
    if count < 1000:
        return f"{count} octets"
    rank = min(3, (len(str(count)) - 1) // 3)
    value = count / 1000**rank
    return f"{value:.0f} {_UNITS[rank]}" if value >= 10 else f"{value:.1f} {_UNITS[rank]}".replace(".", ",")


def local_time(moment: str | datetime) -> str:
    """`24 novembre 2026 à 17 h 05`, in the server's time; a text that is no ISO 8601 moment stays as it is."""
    try:
        at = (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).astimezone()
    except ValueError:
        return str(moment)
    return f"{french_date(PartialDate(at.year, at.month, at.day))} à {at.hour} h {at.minute:02}"
