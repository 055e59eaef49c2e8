"""Real files, damaged copies and bombs through the readers: `python -m benchmarks.documents`.

Over `shared/data/raw_docs`, whose MANIFEST.jsonl names for each file phrases that its text must hold (probes) and, in
`note`, what is wrong with it where something is (a trap).

A probe counts as found where the extracted text holds it once both are stripped of what Markdown and typesetting add:
compatibility forms and ligatures (NFKC), curly quotes, link targets, emphasis, table bars, bullets, and all blanks.

Menu text is the text of the links and items in a page's own nav, header (outside of article, main and section), footer
and cookie elements, and of those whose class or id says menu or breadcrumb; a page fails when a line of its note is one
of them and stands nowhere else in the page.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import html

from assistant.corpus.formats import Extracted, Extractor
from assistant.corpus.formats.decode import decode
from assistant.errors import DocumentError
from benchmarks import hostile

RAW_DOCS = Path(__file__).parents[2] / "shared" / "data" / "raw_docs"
COPIES = 60
SLOWEST = 30.0  # seconds that no file may take
#: What a trap of the manifest must be refused or warned about with, by words of its note.
TRAPS = {"ToUnicode": "polices", "scanné": "numérisé", "hors périmètre": "format non pris en charge"}
_MENUS = " | ".join(
    [
        "//nav | //footer | //*[@role='navigation']",
        "//header[not(ancestor::article or ancestor::main or ancestor::section)]",
        *(f"//*[contains(@{key}, '{name}')]" for key in ("class", "id") for name in ("cookie", "menu", "breadcrumb")),
    ]
)
_ITEMS = "a li p button td h1 h2 h3 h4 h5 h6".split()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one file gave; `refusal` is the French reason, `seconds` the wall time."""

    name: str
    found: Extracted | None
    refusal: str
    seconds: float


def run(extractor: Extractor, data: bytes, name: str) -> Outcome:
    """Read one document as the command does."""
    start = time.monotonic()
    try:
        found, refusal = extractor.extract(data, name), ""
    except DocumentError as error:
        found, refusal = None, str(error)
    return Outcome(name, found, refusal, time.monotonic() - start)


def manifest() -> list[dict[str, Any]]:
    """The lines of MANIFEST.jsonl."""
    return [json.loads(line) for line in (RAW_DOCS / "MANIFEST.jsonl").read_text(encoding="utf-8").splitlines()]


def squeezed(text: str) -> str:
    """A text without what Markdown and typesetting add; see above."""
    text = unicodedata.normalize("NFKC", text).translate(str.maketrans("’‘“”", "''\"\""))
    text = re.sub(r"\]\(https?://[^)\s]*\)", "]", text)
    text = re.sub(r"^\s*[-•◦]\s", "", text, flags=re.MULTILINE)
    return re.sub(r"[\s*_`#>|\[\]\\]", "", text)


def missed_probes(outcome: Outcome, probes: list[str]) -> list[str]:
    """The phrases that the note, with its title, does not hold."""
    text = squeezed(f"{outcome.found.title}\n{outcome.found.text}") if outcome.found else ""
    return [probe for probe in probes if squeezed(probe) not in text]


def menu_lines(data: bytes) -> set[str]:
    """The menu entries of a page that stand nowhere else in it."""
    page = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", decode(data)))
    inside = {item for area in page.xpath(_MENUS) for item in area.iter(*_ITEMS)}
    outside = {squeezed(item.text_content()) for item in page.iter(*_ITEMS) if item not in inside}
    return {text for item in inside if len(text := squeezed(item.text_content())) > 2} - outside


def menus_left(outcome: Outcome, data: bytes) -> set[str]:
    """Menu entries that are lines of the note."""
    lines = {squeezed(line) for line in outcome.found.text.splitlines()} if outcome.found else set()
    return menu_lines(data) & lines


def trap_is_told(outcome: Outcome, note: str) -> bool | None:
    """Whether a trap was refused or warned about with its reason; nothing for a file that is none."""
    reason = next((reason for words, reason in TRAPS.items() if words in note), None)
    if reason is None:
        return None
    return reason in " ".join([outcome.refusal, *(outcome.found.warnings if outcome.found else ())])


def damaged_copies() -> Iterator[tuple[str, bytes]]:
    """Sixty damaged copies, of the files of all formats in turn."""
    families: dict[str, list[str]] = {}
    for line in manifest():
        families.setdefault(line["kind"], []).append(line["file"])
    kinds = sorted(families)
    for seed in range(COPIES):
        name = random.Random(seed).choice(families[kinds[seed // 2 % len(kinds)]])
        yield name, hostile.damaged((RAW_DOCS / name).read_bytes(), seed)


def bombs() -> Iterator[tuple[str, bytes]]:
    """What is made to try a reader."""
    yield "bombe.docx", hostile.zip_bomb()
    yield "bombe-menteuse.docx", hostile.lying_bomb()
    yield "10000-pages.pdf", hostile.many_pages()
    yield "10000-pages-pleines.pdf", hostile.many_pages(lines=20)


def main() -> None:
    """Print a line a file and the totals; exit 1 where one of them misses its mark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    lines = manifest()
    with Extractor() as extractor:
        outcomes = [run(extractor, (RAW_DOCS / line["file"]).read_bytes(), line["file"]) for line in lines]
        damaged = [run(extractor, data, name) for name, data in damaged_copies()]
        made = [run(extractor, data, name) for name, data in bombs()]
    missed = {o.name: missed_probes(o, line["probes"]) for o, line in zip(outcomes, lines, strict=True)}
    for outcome in [*outcomes, *damaged, *made]:
        said = f"{len(outcome.found.text):7} characters" if outcome.found else outcome.refusal
        print(f"{outcome.seconds:6.2f} s  {outcome.name[:60]:60}  {said}")
        for probe in missed.get(outcome.name, ()):
            print(f"{'':10}missed: {probe}")
    report(lines, outcomes, missed, [*outcomes, *damaged, *made])


def report(
    lines: list[dict[str, Any]], outcomes: list[Outcome], missed: dict[str, list[str]], timed: list[Outcome]
) -> None:
    """The totals, and whether each holds."""
    probes = sum(len(line["probes"]) for line in lines)
    found = probes - sum(map(len, missed.values()))
    pages = {o: (RAW_DOCS / o.name).read_bytes() for o in outcomes if o.name.endswith(".html")}
    with_menus = sum(bool(menu_lines(data)) for data in pages.values())
    left = {o.name: menus for o, data in pages.items() if (menus := menus_left(o, data))}
    clean = len(pages) - len(left)
    told = [
        told for o, line in zip(outcomes, lines, strict=True) if (told := trap_is_told(o, line["note"])) is not None
    ]
    slowest = max(timed, key=lambda o: o.seconds)
    refused = sum(o.found is None for o in timed[len(outcomes) :])
    print(f"\n{'probes found':28}{found} of {probes} ({100 * found / probes:.1f} %, 98 wanted)")
    print(f"{'pages without menu text':28}{clean} of {len(pages)} ({with_menus} have menus; 90 % wanted)")
    for name, menus in left.items():
        print(f"{'':10}{name}: {', '.join(sorted(menus))}")
    print(f"{'traps told, with reason':28}{sum(told)} of {len(told)}")
    print(f"{'damaged copies and bombs':28}{refused} of {len(timed) - len(outcomes)} refused, the others read")
    print(f"{'slowest':28}{slowest.seconds:.1f} s ({slowest.name}), {SLOWEST:.0f} allowed")
    holds = found >= 0.98 * probes and clean >= 0.9 * len(pages) and all(told) and slowest.seconds <= SLOWEST
    raise SystemExit(0 if holds else 1)


if __name__ == "__main__":
    main()
