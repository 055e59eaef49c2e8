"""`assistant eval report`: a run as one page."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.cli.shared import load_settings


@click.command()
@click.argument("run", metavar="[ÉVALUATION]", required=False)
@click.option("--out", metavar="FICHIER", type=click.Path(dir_okay=False, path_type=Path), help="Où l'écrire.")
@click.option("--site", metavar="ADRESSE", help="Celle du chat, pour y poser de nouveau une question.")
@click.option("--open", "open_browser", is_flag=True, help="Ouvre le navigateur.")
def report(run: str | None, out: Path | None, site: str | None, open_browser: bool) -> None:
    """Écrit le rapport d'une évaluation, de la dernière par défaut : un seul fichier HTML, à lire, garder, imprimer."""
    from assistant.evaluation.report import FILE, same_cases, write_report
    from assistant.evaluation.runs import read_run, run_folder

    settings = load_settings()
    found = read_run(run_folder(settings.evals_dir, run))
    path = out or found.folder / FILE
    address = (site or f"http://{settings.host}:{settings.port}").rstrip("/")
    write_report(found, path, same_cases(settings.evals_dir, found), address)
    click.echo(f"Rapport : {path}")
    if open_browser:
        import webbrowser

        webbrowser.open(path.resolve().as_uri())
