"""`assistant serve`: the chat."""

from __future__ import annotations

from contextlib import closing
from threading import Thread

import click

from assistant.cli.shared import load_settings


@click.command()
@click.option("--host", metavar="ADRESSE", help="Adresse d'écoute (par défaut : 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), metavar="NOMBRE", help="Port (par défaut : 7860).")
@click.option("--open", "open_browser", is_flag=True, help="Ouvre le navigateur.")
def serve(host: str | None, port: int | None, open_browser: bool) -> None:
    """Ouvre le chat, et à qui a le compte qu'il faut les pages des notes (/corpus) et des évaluations (/evaluation)."""
    from assistant.ui.listening import listen

    given = {"host": host, "port": port}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    listen(settings.host, settings.port).close()  # a port in use is said before the model loads
    click.echo("Chargement du modèle et de l'index…", err=True)
    from assistant.assistant import Assistant

    bot = Assistant.open(settings)
    # What the page proposes is asked first: on the other core, while Gradio is imported.
    Thread(target=bot.examples, daemon=True).start()
    from assistant.desk import Desk
    from assistant.ui import server
    from assistant.ui.evaluation import evaluation_place
    from assistant.ui.staff import staff_place

    with closing(Desk(bot, settings)) as desk:
        server.serve(bot, settings, open_browser, (staff_place(desk), evaluation_place(settings.evals_dir)))
