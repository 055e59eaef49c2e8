"""What docs/ says against the code. `python -m tests.test_docs --write` writes the pages anew that are made from it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from assistant import errors
from assistant.cli import cli
from assistant.models import Answer, Chunk, Citation, NearestNote, Note, Passage, Reason, Refusal, Sentence
from assistant.serialise import reply_to_json
from assistant.settings import Settings
from deploy.licences_page import licences_page
from tests.settings_page import descriptions, settings_page

ROOT = Path(__file__).parent.parent
_WIDTH = 100
_HEAD = """# La ligne de commande

Cette page est l'aide du programme, commande par commande (`assistant COMMANDE --help`). Elle en est tirée par
`.venv/bin/python -m tests.test_docs --write` : ne la modifiez pas à la main.

L'objet JSON de `ask --json` est décrit dans le [guide des programmes](json.md), les réglages et les statuts de sortie
dans [reglages.md](reglages.md) et le [guide d'exploitation](exploitation.md#statuts-de-sortie).
"""
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *(ROOT / name / "README.md" for name in ("corpus", "evals"))]
)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def cli_page() -> str:
    """The command reference, from click's help."""
    root = click.Context(cli, info_name="assistant", terminal_width=_WIDTH, **cli.context_settings)
    parts = (f"\n## {context.command_path}\n\n```\n{context.get_help()}\n```\n" for context in _contexts(root))
    return _HEAD + "".join(parts)


def _contexts(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None
            yield from _contexts(click.Context(command, context, name, terminal_width=_WIDTH))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(page: str, header: str) -> list[list[str]]:
    """The cells of the table that begins with this header, without it."""
    table = page.split(f"{header}\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


#: Page -> what it is made by.
MADE: dict[str, Callable[[], str]] = {
    "docs/cli.md": cli_page,
    "docs/reglages.md": settings_page,
    "docs/licences.md": licences_page,
}


@pytest.mark.parametrize("name", MADE)
def test_generated_pages_are_those_of_the_program(name: str) -> None:
    assert read(name) == MADE[name](), "run: python -m tests.test_docs --write"


def test_every_setting_is_described() -> None:
    texts = descriptions()
    assert [name for name in Settings.model_fields if not texts.get(name, "").endswith(".")] == []


def test_settings_page_tells_values_and_defaults() -> None:
    page = settings_page()
    for said in (
        "`ASSISTANT_PORT`, ou `port` dans le fichier. Valeurs : un entier de 1 à 65535. Par défaut : `7860`.",
        "Valeurs : un nombre de 0 à 10. Par défaut : `1.0`.",
        "Valeurs : `auto`, `float32`, `bfloat16`.",
        "Valeurs : `fr`, `en`. Par défaut : `fr`.",
        "Valeurs : `true` ou `false`. Par défaut : `false`.",
    ):
        assert said in page.replace("\n", " ")


def test_every_exit_status_is_documented() -> None:
    def tree(kind: type[errors.AssistantError]) -> Iterator[int]:
        yield kind.exit_status
        for child in kind.__subclasses__():
            yield from tree(child)

    documented = {int(status) for status, _ in rows(read("docs/exploitation.md"), "| statut | sens |")}
    assert documented == {0, *tree(errors.AssistantError)}


def replies() -> tuple[Answer, Refusal]:
    note = Note("n", "t", "Un fait.")
    passage = Passage(Chunk("c", "n", 0, 0, 8, "Un fait.", (), "t"), note, 1, 1.0, 1.0, 1.0)
    citation = Citation(1, "n", "t", None, False, 0, 8, "Un fait.")
    answer = Answer("q", "q", (Sentence("Un fait.", (1,)),), (citation,), (passage,), "extractive", "b")
    nearest = (NearestNote("n", "t", None),)
    return answer, Refusal("q", "q", Reason.TOO_VAGUE, "", nearest, (passage,), "extractive", "b")


def test_every_json_field_is_documented() -> None:
    page = read("docs/json.md")
    answer, refusal = (reply_to_json(reply) for reply in replies())
    assert [quoted(row[0])[0] for row in rows(page, "| champ | type | sens |")] == list(answer)
    expected = {name: list(answer[name][0]) for name in ("sentences", "citations", "passages")}
    expected |= {"nearest": list(refusal["nearest"][0]), "timings_ms": list(answer["timings_ms"])}
    assert inner_fields(page) == expected


def inner_fields(page: str) -> dict[str, list[str]]:
    """Field -> the fields of what it holds, from the second table."""
    found: dict[str, list[str]] = {}
    owner = ""
    for first, names, *_ in rows(page, "| champ de | nom | type | sens |"):
        owner = quoted(first)[0] if first else owner
        found.setdefault(owner, []).extend(quoted(names))
    return found


def test_every_reason_is_documented() -> None:
    page = read("docs/json.md")
    assert all(f"`{reason}`" in page for reason in Reason)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://")) or "…" in link:
            continue
        target, _, anchor = link.partition("#")
        path = (page.parent / unquote(target)).resolve() if target else page
        assert path.exists(), link
        if anchor:
            assert unquote(anchor) in anchors(path), link


def anchors(page: Path) -> set[str]:
    """Of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_lines_are_at_most_120_long(page: Path) -> None:
    assert [line for line in page.read_text(encoding="utf-8").splitlines() if len(line) > 120] == []


def test_decisions_are_short_and_numbered_in_a_row() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    assert [page.name for page in pages if len(page.read_text(encoding="utf-8").splitlines()) > 25] == []


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m tests.test_docs --write")
    for page, made in MADE.items():
        (ROOT / page).write_text(made(), encoding="utf-8")
