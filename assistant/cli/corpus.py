"""`assistant corpus`: the notes, seen; `corpus_changes.py` has what changes them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.add import add
from assistant.cli.corpus_changes import edit, remove, trash
from assistant.cli.shared import KIND, count, load_settings
from assistant.errors import CorpusError
from assistant.models import Note

if TYPE_CHECKING:
    from assistant.corpus.check import NoteWarning, Report

_SHOWN = 20
_SORTS = ("date", "title", "id", "kind", "file")


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def corpus() -> None:
    """Les notes."""


for command in (add, edit, remove, trash):
    corpus.add_command(command)


@corpus.command("list")
@click.option("--sort", type=click.Choice(_SORTS), default="date", metavar="CHAMP", help="Ordre des notes.")
@click.option("--reverse", is_flag=True, help="Dans l'ordre inverse.")
@click.option("--kind", "kinds", multiple=True, type=KIND, metavar="NATURE", help="Nature des notes.")
@click.option("--theme", "themes", multiple=True, metavar="THÈME", help="Thème des notes (répétable, comme --kind).")
@click.option("--text", default="", metavar="MOTS", help="Mots à trouver, dans le titre, les thèmes ou le texte.")
@click.option("--json", "as_json", is_flag=True, help="Écrit une liste d'objets JSON.")
def list_(as_json: bool, **choice: Any) -> None:
    """Montre les notes en un tableau, les plus récentes d'abord.

    CHAMP vaut date, title, id, kind ou file ; NATURE vaut programme, gouvernance, événement, étude ou autre.
    """
    from assistant.cli.table import table
    from assistant.corpus import read_corpus
    from assistant.corpus.listing import select_notes

    folder = load_settings().corpus_dir
    found = read_corpus(folder, progress=True)
    notes = select_notes(found, **choice)
    if as_json:
        click.echo(json.dumps([_fields(note, found.paths[note.id]) for note in notes], ensure_ascii=False, indent=1))
    elif notes:
        rows = [_row(note, found.paths[note.id].relative_to(folder)) for note in notes]
        for line in table(("id", "titre", "date", "nature", "thèmes", "fichier"), rows, elastic=(5, 4, 1)):
            click.echo(line)
    of = f" sur {len(found.notes)}" if len(notes) < len(found.notes) else ""
    click.echo(f"\n{count(len(notes), 'note')}{of} dans {folder}.", err=as_json)
    if found.faults:
        wrong = len({fault.path for fault in found.faults})
        click.echo(f"{count(wrong, 'fichier')} en erreur : voyez « assistant corpus check ».", err=True)


def _row(note: Note, path: Path) -> tuple[str, ...]:
    return note.id, note.title, _date(note), str(note.kind), ", ".join(note.themes), str(path)


def _date(note: Note) -> str:
    return "—" if note.date is None else f"{note.date}{' (déduite)' if note.date_inferred else ''}"


def _fields(note: Note, path: Path) -> dict[str, Any]:
    return {
        "id": note.id,
        "title": note.title,
        "date": str(note.date) if note.date else None,
        "date_inferred": note.date_inferred,
        "kind": note.kind,
        "themes": note.themes,
        "source": note.source,
        "file": str(path),
    }


@corpus.command("show")
@click.argument("note", metavar="ID")
def show(note: str) -> None:
    """Montre une note : son en-tête, son fichier, son original s'il y en a un, son texte."""
    from assistant.corpus.files import find_note, original_of

    folder = load_settings().corpus_dir
    file = find_note(folder, note)
    lines = [("id", file.id), ("fichier", str(file.path))]
    if original := original_of(folder, file.content):
        lines.append(("original", f"{original}{'' if original.is_file() else ' (il manque)'}"))
    if (found := file.note) is None:
        click.echo(f"La note « {file.id} » a des erreurs : voyez « assistant corpus check ».", err=True)
    else:
        lines[1:1] = [("titre", found.title), ("date", _date(found)), ("nature", found.kind)]
        lines[4:4] = [("thèmes", ", ".join(found.themes) or "—"), ("source", found.source or "—")]
    for name, value in lines:
        click.echo(f"{name:<9} {value}")
    click.echo(f"\n{found.text if found else file.content}")


@corpus.command("check")
@click.option(
    "--older-than", metavar="ÂGE", help="Signale les notes plus anciennes : 3a (ans), 36m (mois), 90j (jours)."
)
@click.option("--all", "all_", is_flag=True, help=f"Montre tous les avertissements, pas {_SHOWN} de chaque sorte.")
@click.option("--strict", is_flag=True, help="Un avertissement compte comme une erreur : statut 3.")
def check(older_than: str | None, all_: bool, strict: bool) -> None:
    """Vérifie toutes les notes : les erreurs, qui empêchent de publier, et ce qui mérite un coup d'œil.

    Avertissements : doublons et quasi-doublons, liens, dates, titres répétés, textes très courts. Le réseau n'est pas
    interrogé : un lien bien écrit vers une page disparue n'est pas signalé.
    """
    from datetime import date

    from assistant.corpus.age import day_before
    from assistant.corpus.check import check_corpus
    from assistant.corpus.reader import no_notes

    today = date.today()
    try:
        limit = day_before(today, older_than) if older_than else None
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    folder = load_settings().corpus_dir
    report = check_corpus(folder, today, limit, progress=True)
    if not report.notes and not report.faults:
        raise CorpusError(no_notes(folder))
    _show_warnings(report, None if all_ else _SHOWN)
    warned = count(len(report.warnings), "avertissement") if report.warnings else "aucun avertissement"
    if report.faults:
        raise CorpusError.from_faults(report.faults)
    click.echo(f"{count(len(report.notes), 'note')} dans {folder}, aucune erreur, {warned}.")
    if strict and report.warnings:
        sys.exit(CorpusError.exit_status)


def _show_warnings(report: Report, most: int | None) -> None:
    from assistant.corpus.check import WarningCode

    groups: dict[WarningCode, list[NoteWarning]] = {}
    for warning in report.warnings:
        groups.setdefault(warning.code, []).append(warning)
    for code in (code for code in WarningCode if code in groups):
        found = groups[code]
        click.echo(f"{code.label} ({len(found)})")
        for warning in found[:most]:
            click.echo(f"  {warning}")
        if most and len(found) > most:
            click.echo(f"  … et {count(len(found) - most, 'autre')} : « assistant corpus check --all »")
        click.echo()
