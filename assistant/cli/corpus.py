"""`assistant corpus`: the notes."""

from __future__ import annotations

import click

from assistant.cli.add import add
from assistant.cli.shared import count, load_settings


@click.group(subcommand_metavar="COMMANDE [ARGUMENTS]…")
def corpus() -> None:
    """Les notes."""


corpus.add_command(add)


@corpus.command("check")
def corpus_check() -> None:
    """Vérifie toutes les notes et montre toutes les erreurs d'un coup."""
    from assistant.corpus import load_corpus

    settings = load_settings()
    notes = load_corpus(settings.corpus_dir)
    undated = sum(note.date is None for note in notes)
    click.echo(f"{count(len(notes), 'note')} dans {settings.corpus_dir}, aucune erreur ({undated} sans date).")
