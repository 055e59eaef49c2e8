"""Documents that try a reader: a ZIP bomb, ten thousand pages, damaged copies; made here, the same each time."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Sequence

_TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def zip_bomb(unpacked: int = 2**28) -> bytes:
    """A DOCX whose text is that many zero bytes, in about a thousandth of them."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(unpacked >> 20):
                part.write(bytes(2**20))
    return made.getvalue()


def lying_bomb(unpacked: int = 2**28) -> bytes:
    """The same, with a directory that declares a hundred bytes."""
    data = zip_bomb(unpacked)
    size = unpacked.to_bytes(4, "little")
    return data.replace(size, (100).to_bytes(4, "little"))


def pdf(pages: Sequence[Sequence[tuple[float, str]]], info: str = "", encrypted: bool = False) -> bytes:
    """A PDF of these pages, each of `(size, line)` from the top down, in Helvetica and WinAnsi, written by hand.

    `info` is the inside of the information dictionary; `encrypted` asks for a password that nobody knows.
    """
    count = len(pages)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {count} /Kids [{' '.join(f'{4 + 2 * n} 0 R' for n in range(count))}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        shown = _content(lines)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream")
    objects.append(f"<< {info} >>")
    secret = f" /ID [<{'00' * 16}> <{'00' * 16}>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'11' * 32}> "
    return _written(objects, f"{secret}/U <{'22' * 32}> >>" if encrypted else "")


def _content(lines: Sequence[tuple[float, str]]) -> str:
    made, top = [], 800.0
    for size, text in lines:
        top -= 1.4 * size
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        made.append(f"BT /F1 {size} Tf 50 {top:.1f} Td ({escaped}) Tj ET" if text else "")
    return "\n".join(made)


def _written(objects: Sequence[str], secret: str) -> bytes:
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += "".join(f"{place:010} 00000 n \n" for place in places).encode()
    trailer = f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R{secret} >>"
    return bytes(out + f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode())


def many_pages(count: int = 10_000, lines: int = 4) -> bytes:
    """A PDF of that many pages with so many lines each."""
    line = "La commission examine le budget des transports et des mobilités de la métropole"
    return pdf([[(10, f"{line}, page {page}, ligne {at}.") for at in range(lines)] for page in range(1, count + 1)])


def damaged(data: bytes, seed: int) -> bytes:
    """A copy cut short (odd seeds) or with up to a hundred bits flipped (even ones)."""
    chance = random.Random(seed)
    if seed % 2:
        return data[: chance.randrange(1, len(data))]
    copy = bytearray(data)
    for _ in range(chance.randrange(1, 100)):
        copy[chance.randrange(len(copy))] ^= 1 << chance.randrange(8)
    return bytes(copy)
