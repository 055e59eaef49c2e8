"""`assistant purge`: personal data that is too old."""

from __future__ import annotations

import click

from assistant.cli.shared import count, load_settings


@click.command()
def purge() -> None:
    """Efface les données personnelles gardées plus longtemps que ne le disent les réglages : avis et journal.

    Durées : ASSISTANT_FEEDBACK_DAYS et ASSISTANT_JOURNAL_DAYS. Le chat le fait de lui-même à son ouverture, puis une
    fois par jour.
    """
    from assistant.audit import Entry, local_user, record
    from assistant.retention import forget

    settings = load_settings()
    gone = forget(settings)
    if gone.feedback or gone.journal:
        detail = f"{gone.feedback} avis, {count(gone.journal, 'ligne')} du journal"
        record(settings.state_dir, Entry(local_user(), "données purgées", detail))
    click.echo(f"Avis de plus de {count(settings.feedback_days, 'jour')} : {_erased(gone.feedback)}.")
    click.echo(f"Lignes du journal de plus de {count(settings.journal_days, 'jour')} : {_erased(gone.journal, 'e')}.")


def _erased(number: int, ending: str = "") -> str:
    if not number:
        return "rien à effacer"
    return f"{number} effacé{ending}{'s' if number > 1 else ''}"
