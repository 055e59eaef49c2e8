"""`assistant corpus edit|remove|trash`: what changes the notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.shared import KIND, agreed, count, load_settings
from assistant.errors import CorpusError

if TYPE_CHECKING:
    from assistant.corpus.editing import Value
    from assistant.corpus.files import NoteFile
    from assistant.corpus.trash import Removed
    from assistant.settings import Settings

_PUBLISH = "Pour publier : « assistant index sync »."


@click.command()
@click.argument("note", metavar="ID")
@click.option("--title", metavar="TITRE", help="Nouveau titre.")
@click.option("--date", metavar="DATE", help="Date de publication : AAAA, AAAA-MM ou AAAA-MM-JJ.")
@click.option("--inferred", is_flag=True, help="Avec --date : la date est déduite, pas imprimée dans la source.")
@click.option("--no-date", is_flag=True, help="La date est inconnue.")
@click.option("--kind", type=KIND, metavar="NATURE", help="Nature de la note.")
@click.option("--theme", "themes", multiple=True, metavar="THÈME", help="Thème (répétable) : remplace tous les thèmes.")
@click.option("--no-theme", is_flag=True, help="Sans thème.")
@click.option("--source", metavar="ADRESSE", help="Adresse de la publication d'origine.")
@click.option("--no-source", is_flag=True, help="Sans adresse d'origine.")
@click.option("--editor", is_flag=True, help="Ouvre le fichier entier dans votre éditeur ($EDITOR).")
@click.option("--file", type=click.Path(path_type=Path), metavar="FICHIER", help="Remplace tout par ce fichier.")
def edit(note: str, editor: bool, file: Path | None, **given: Any) -> None:
    """Modifie une note ; son id ne change jamais.

    Les options ne touchent que les lignes de leurs champs : commentaires, ordre et texte restent tels quels. NATURE
    vaut programme, gouvernance, événement, étude ou autre.
    """
    from assistant.corpus.files import find_note

    changes = _changes(**given)
    if bool(changes) + editor + (file is not None) != 1:
        raise click.UsageError("Donnez des champs à changer (--title, --date…), ou bien --editor, ou bien --file.")
    settings = load_settings()
    found = find_note(settings.corpus_dir, note)
    if editor:
        _edit_by_hand(found, settings)
    elif file is not None:
        from assistant.corpus.files import read_text

        _keep(found, read_text(file), settings)
    else:
        _keep(found, _with_fields(found, changes), settings)


def _changes(
    title: str | None,
    date: str | None,
    inferred: bool,
    no_date: bool,
    kind: str | None,
    themes: tuple[str, ...],
    no_theme: bool,
    source: str | None,
    no_source: bool,
) -> dict[str, Value]:
    """The fields that the options set or, None, take out."""
    for taken, name in ((date, "date"), (themes, "theme"), (source, "source")):
        if taken and {"date": no_date, "theme": no_theme, "source": no_source}[name]:
            raise click.UsageError(f"--{name} et --no-{name} ne vont pas ensemble.")
    if inferred and not date:
        raise click.UsageError("--inferred ne va qu'avec --date.")
    changes: dict[str, Value] = {
        name: value for name, value in (("title", title), ("kind", kind), ("source", source)) if value is not None
    }
    if date is not None or no_date:
        changes |= {"date": date, "date_inferred": "true" if inferred else None}
    if themes or no_theme:
        changes["themes"] = themes or None
    if no_source:
        changes["source"] = None
    return changes


def _with_fields(file: NoteFile, changes: dict[str, Value]) -> str:
    from assistant.corpus.editing import edit_fields
    from assistant.corpus.front_matter import FrontMatterError
    from assistant.errors import Fault

    try:
        return edit_fields(file.content, changes)
    except FrontMatterError as error:
        faults = tuple(Fault(file.path, line, message) for line, message in error.faults)
        raise CorpusError("Rien n'est enregistré :", faults) from None


def _keep(file: NoteFile, after: str, settings: Settings) -> None:
    from assistant import audit
    from assistant.corpus.editing import changed, save

    note = save(file, after, audit.local_user(), settings.state_dir)
    if after == file.content:
        click.echo(f"Rien à changer : « {file.id} » est déjà ainsi.")
    else:
        click.echo(f"Note modifiée : {file.id} ({', '.join(changed(file.note, note))}). {_PUBLISH}")


def _edit_by_hand(file: NoteFile, settings: Settings) -> None:
    from assistant.corpus.files import read_text
    from assistant.corpus.working_copy import copy_aside, run_editor

    copy = copy_aside(file, settings.state_dir)
    try:
        run_editor(copy)
        _keep(file, read_text(copy), settings)
    except (CorpusError, KeyboardInterrupt):
        if copy.is_file() and read_text(copy) == file.content:
            copy.unlink()
        else:
            click.echo(f"Votre version est gardée : {copy}", err=True)
            click.echo(f"Corrigez-la, puis : assistant corpus edit {file.id} --file {copy}", err=True)
        raise
    copy.unlink()


@click.command()
@click.argument("notes", nargs=-1, required=True, metavar="ID…")
@click.option("--yes", is_flag=True, help="Sans demander.")
def remove(notes: Sequence[str], yes: bool) -> None:
    """Retire des notes : elles vont à la corbeille, avec leur original.

    Un chemin de fichier est admis à la place d'un id, pour retirer l'une de deux notes qui ont le même.
    """
    from assistant import audit
    from assistant.corpus.files import find_note
    from assistant.corpus.trash import remove_note

    settings = load_settings()
    files = list({file.path: file for file in (find_note(settings.corpus_dir, note) for note in notes)}.values())
    if not yes:
        for file in files:
            click.echo(f"  {file.id} : {file.note.title if file.note else 'note en erreur'} ({file.path})")
        asked = "Retirer cette note ?" if len(files) == 1 else f"Retirer ces {len(files)} notes ?"
        if not agreed(asked):
            click.echo("Rien n'est retiré.")
            return
    for file in files:
        remove_note(settings.corpus_dir, file, audit.local_user(), settings.state_dir)
        click.echo(f"À la corbeille : {file.id}. Pour la remettre : « assistant corpus trash restore {file.id} ».")
    click.echo(_PUBLISH)


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def trash() -> None:
    """La corbeille : les notes retirées."""


@trash.command("list")
def trash_list() -> None:
    """Montre ce qu'elle contient, les dernières retirées d'abord."""
    from assistant.corpus.trash import in_trash

    settings = load_settings()
    held = in_trash(settings.corpus_dir)
    if held:
        _show(held)
        click.echo()
    click.echo(f"{count(len(held), 'note')} à la corbeille." if held else "La corbeille est vide.")


def _show(held: Sequence[Removed]) -> None:
    from assistant.cli.table import table

    rows = [(found.id, found.title, _local(found.when), found.who, found.entry) for found in held]
    for line in table(("id", "titre", "retirée le", "par", "entrée"), rows, elastic=(1,)):
        click.echo(line)


def _local(when: str) -> str:
    return f"{datetime.fromisoformat(when).astimezone():%Y-%m-%d %H:%M}"


@trash.command("restore")
@click.argument("notes", nargs=-1, required=True, metavar="ID…")
def trash_restore(notes: Sequence[str]) -> None:
    """Remet des notes à leur place, avec leur original.

    D'un id retiré plusieurs fois revient la dernière note ; pour une autre, donnez son entrée (« trash list »).
    """
    from assistant import audit
    from assistant.corpus.trash import restore_note

    settings = load_settings()
    for note in notes:
        path = restore_note(settings.corpus_dir, note, audit.local_user(), settings.state_dir)
        click.echo(f"Remise : {note}, dans {path}.")
    click.echo(_PUBLISH)


@trash.command("empty")
@click.option("--yes", is_flag=True, help="Sans demander.")
def trash_empty(yes: bool) -> None:
    """Supprime pour de bon tout ce qu'elle contient."""
    from assistant import audit
    from assistant.corpus.trash import empty_trash, in_trash

    settings = load_settings()
    held = in_trash(settings.corpus_dir)
    if held and not yes:
        _show(held)
        click.echo()
        if not agreed(f"Supprimer pour de bon {'cette note' if len(held) == 1 else f'ces {len(held)} notes'} ?"):
            click.echo("Rien n'est supprimé.")
            return
    empty_trash(settings.corpus_dir, held, audit.local_user(), settings.state_dir)
    click.echo(f"{count(len(held), 'note')} supprimée{'s' * (len(held) > 1)}." if held else "La corbeille était vide.")
