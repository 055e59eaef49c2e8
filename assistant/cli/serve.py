"""`assistant serve`: the chat."""

from __future__ import annotations

import click

from assistant.cli.shared import load_settings


@click.command()
@click.option("--host", metavar="ADRESSE", help="Adresse d'écoute (par défaut : 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), metavar="NOMBRE", help="Port (par défaut : 7860).")
@click.option("--open", "open_browser", is_flag=True, help="Ouvre le navigateur.")
def serve(host: str | None, port: int | None, open_browser: bool) -> None:
    """Ouvre le chat, et à qui a le compte qu'il faut les pages des notes (/corpus) et des évaluations (/evaluation)."""
    from assistant.ui.starting import start

    given = {"host": host, "port": port}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    start(settings, open_browser)
