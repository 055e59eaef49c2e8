"""`assistant corpus add`: documents, pages and feeds become notes, each confirmed by a person."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.shared import count, fail, load_settings
from assistant.errors import CorpusError, DocumentError, french_reason
from assistant.models import Kind

if TYPE_CHECKING:
    from assistant.corpus.drafts import Draft
    from assistant.corpus.formats import Extractor
    from assistant.corpus.inventory import Inventory
    from assistant.settings import Settings

    Propose = Callable[[], Draft]

_EXCERPT = 240  # characters of the text that are shown


@click.command("add")
@click.argument("sources", nargs=-1, metavar="[FICHIER|DOSSIER|ADRESSE]…")
@click.option("--feed", "feeds", multiple=True, metavar="ADRESSE", help="Fil RSS ou Atom : ses entrées nouvelles.")
@click.option("--yes", is_flag=True, help="Prend ce qui est proposé, sans rien demander.")
@click.option("--title", metavar="TITRE", help="Titre de la note (pour un seul document).")
@click.option("--date", metavar="DATE", help="Date de publication : AAAA, AAAA-MM ou AAAA-MM-JJ.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), metavar="NATURE", help="Nature des notes.")
@click.option("--theme", "themes", multiple=True, metavar="THÈME", help="Thème des notes (répétable).")
@click.option("--source", metavar="ADRESSE", help="Où lire la publication d'origine (pour un seul document).")
def add(sources: tuple[str, ...], feeds: tuple[str, ...], yes: bool, **given: Any) -> None:
    """Fait des notes de documents : Markdown, texte, HTML, PDF, DOCX, ODT, EML.

    Un dossier est parcouru en entier. Une adresse n'est lue que si son hôte est permis (ASSISTANT_ALLOWED_HOSTS). Le
    document est gardé dans corpus/originals/. NATURE vaut programme, gouvernance, événement, étude ou autre.
    """
    from assistant.corpus.formats import Extractor
    from assistant.corpus.inventory import Inventory

    changes = _changes(**given)
    settings = load_settings()
    if not sources and not feeds:
        raise click.UsageError("Donnez un fichier, un dossier ou une adresse, ou un fil avec --feed.")
    if not yes and not sys.stdin.isatty():
        raise click.UsageError(
            "Sans terminal, rien ne peut être confirmé : ajoutez --yes pour prendre ce qui est proposé."
        )
    known = Inventory.of(settings.corpus_dir)
    with Extractor() as extractor:
        clerk = _Clerk(settings, extractor, known, yes, changes)
        documents = [*clerk.documents(sources), *clerk.entries(feeds)]
        if len(documents) > 1 and changes.keys() & {"title", "source"}:
            raise click.UsageError("--title et --source ne vont qu'avec un seul document.")
        clerk.add_all(documents)
    clerk.conclude()


def _changes(title: str | None, date: str | None, kind: str | None, themes: tuple[str, ...], source: str | None) -> Any:
    from assistant.corpus.drafts import written_date, written_source

    changes: dict[str, Any] = {"title": title, "date": written_date(date) if date else None}
    changes |= {"kind": Kind(kind) if kind else None, "themes": themes, "source": written_source(source or "")}
    return {name: value for name, value in changes.items() if value}


@dataclass(slots=True)
class _Clerk:
    """Takes documents one after the other: what is wrong with one is said and stops no other."""

    settings: Settings
    extractor: Extractor
    known: Inventory
    sure: bool
    changes: dict[str, Any]
    added: int = 0
    refused: int = 0
    left: int = 0
    place: str = ""

    def documents(self, sources: Iterable[str]) -> Iterator[tuple[str, Propose]]:
        """A name to show and what makes the draft, for each file and address."""
        for source in sources:
            if source.startswith(("http://", "https://")):
                yield source, partial(self._page, source)
            else:
                for path in _files(Path(source)):
                    yield str(path), partial(self._file, path)

    def entries(self, feeds: Iterable[str]) -> Iterator[tuple[str, Propose]]:
        """As `documents`, for each new entry of the feeds."""
        from assistant.corpus.feeds import draft_entry, new_entries, read_feed

        for feed in feeds:
            try:
                found = list(new_entries(read_feed(self._fetch(feed), self.extractor), self.known.sources))
            except DocumentError as refusal:
                self._refuse(feed, refusal)
                continue
            click.echo(f"{feed} : {count(len(found), 'entrée')} à ajouter.")
            for entry in found:
                make = partial(draft_entry, entry, self._fetch, self.known.ids, self.extractor)
                yield entry.link or entry.title, make

    def _file(self, path: Path) -> Draft:
        from assistant.corpus.drafts import propose
        from assistant.corpus.formats import MAX_BYTES

        try:
            if path.stat().st_size > MAX_BYTES:  # not read into memory to be refused
                raise DocumentError(f"le fichier est trop gros : {MAX_BYTES >> 20} Mo au plus")
            data = path.read_bytes()
        except OSError as error:
            raise DocumentError(f"le fichier ne peut pas être lu ({french_reason(error)})") from None
        return propose(data, path.name, self.known.ids, self.extractor)

    def _page(self, url: str) -> Draft:
        from assistant.corpus.drafts import propose_page

        return propose_page(self._fetch(url), self.known.ids, self.extractor)

    def _fetch(self, url: str) -> Any:
        from assistant.corpus.fetching import fetch

        return fetch(url, self.settings.allowed_hosts)

    def add_all(self, documents: list[tuple[str, Propose]]) -> None:
        """Propose, confirm and keep each."""
        for number, (name, make) in enumerate(documents, 1):
            self.place = f"[{number}/{len(documents)}] " if len(documents) > 1 else ""
            try:
                self._add(name, make)
            except DocumentError as refusal:
                self._refuse(name, refusal)

    def _add(self, name: str, make: Propose) -> None:
        from assistant import audit
        from assistant.corpus.drafts import keep

        draft = make().corrected(self.known.ids, **self.changes)
        if draft.sha256 in self.known.originals:  # before anyone is asked
            raise DocumentError(f"ce document est déjà la note « {self.known.originals[draft.sha256]} »")
        if not self.sure:
            click.echo(f"\n{self.place}{name}\n{_shown(draft)}")
            confirmed = self._confirmed(draft)
            if confirmed is None:
                self.left += 1
                return
            draft = confirmed
        path = keep(self.settings.corpus_dir, draft, self.known)
        self.known.add(draft)
        self.added += 1
        audit.record(self.settings.state_dir, audit.Entry(audit.local_user(), "note ajoutée", draft.note.id))
        date = (
            f"{draft.note.date}{', date déduite' if draft.note.date_inferred else ''}"
            if draft.note.date
            else "sans date"
        )
        click.echo(f"{self.place}✓ {name} → {path.name} : {draft.note.title} ({date})")
        if self.sure:
            for warning in draft.warnings:
                click.echo(f"    ! {warning}")

    def _confirmed(self, draft: Draft) -> Draft | None:
        """The draft as a person wants it, or nothing where they do not."""
        while True:
            answer = click.prompt(
                "Ajouter cette note ? (o : oui, n : non, m : modifier, t : oui à tout)",
                type=click.Choice(["o", "n", "m", "t"]),
                default="o",
                show_choices=False,
            )
            if answer == "m":
                draft = _corrected(draft, self.known)
                click.echo(_shown(draft))
                continue
            self.sure = answer == "t"
            return None if answer == "n" else draft

    def _refuse(self, name: str, refusal: DocumentError) -> None:
        self.refused += 1
        click.echo(f"{self.place}✗ {name} : {refusal}", err=True)

    def conclude(self) -> None:
        """Say how many, and what to do now."""
        parts = [f"{count(self.added, 'note')} {'ajoutées' if self.added > 1 else 'ajoutée'}"]
        parts += [f"{count(self.left, 'document')} {'laissés' if self.left > 1 else 'laissé'}"] if self.left else []
        parts += (
            [f"{count(self.refused, 'document')} {'refusés' if self.refused > 1 else 'refusé'}"] if self.refused else []
        )
        click.echo(", ".join(parts) + ".")
        if self.added:
            click.echo("Pour les publier : assistant index sync")
        if self.refused:
            fail("Des documents ont été refusés : voir les lignes « ✗ ».", CorpusError.exit_status)


def _files(path: Path) -> list[Path]:
    """The file, or all those below a folder in path order, but for hidden ones."""
    if not path.is_dir():
        return [path]
    found = []
    for base, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(base, name) for name in sorted(names) if not name.startswith(".")]
    return found


def _shown(draft: Draft) -> str:
    note = draft.note
    date = "inconnue"
    if note.date:
        date = f"{note.date}{' (déduite)' if note.date_inferred else ''}, d'après {draft.date_origin}"
    excerpt = " ".join(note.text.split())
    excerpt = f"{excerpt[:_EXCERPT]}…" if len(excerpt) > _EXCERPT else excerpt
    rows = {
        "Titre": note.title,
        "Date": date,
        "Nature": note.kind,
        "Thèmes": ", ".join(note.themes),
        "Auteur": draft.author,
        "Source": note.source,
        "Id": note.id,
        "Texte": f"{count(len(note.text.split()), 'mot')} : {excerpt}",
    }
    lines = [f"  {name:<7} {value}" for name, value in rows.items() if value]
    return "\n".join([*lines, *(f"  ! {warning}" for warning in draft.warnings)])


def _corrected(draft: Draft, known: Inventory) -> Draft:
    """Ask for each field, with what is there as the answer to Enter."""
    from assistant.corpus.drafts import written_date, written_source

    def ask(label: str, value: object, read: Callable[[str], Any]) -> Any:
        return click.prompt(label, default=str(value or "-"), value_proc=lambda text: _read(text, read))

    return draft.corrected(
        known.ids,
        title=click.prompt("Titre", default=draft.note.title),
        date=ask("Date (AAAA, AAAA-MM ou AAAA-MM-JJ ; - : aucune)", draft.note.date, written_date),
        kind=Kind(
            click.prompt("Nature", type=click.Choice([kind.value for kind in Kind]), default=draft.note.kind.value)
        ),
        themes=ask("Thèmes, entre virgules (- : aucun)", ", ".join(draft.note.themes), _themes),
        source=ask("Source (- : aucune)", draft.note.source, written_source),
        author=ask("Auteur (- : aucun)", draft.author, lambda text: text or None),
    )


def _read(text: str, read: Callable[[str], Any]) -> Any:
    try:
        return read("" if text.strip() == "-" else text.strip())
    except DocumentError as error:
        raise click.UsageError(f"{error}.") from None


def _themes(text: str) -> tuple[str, ...]:
    return tuple(theme.strip() for theme in text.split(",") if theme.strip())
