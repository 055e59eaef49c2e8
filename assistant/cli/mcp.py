"""`assistant mcp`: the operations for an agent, over standard input and output."""

from __future__ import annotations

import click

from assistant.cli.shared import load_settings


@click.command("mcp")
def mcp() -> None:
    """Répond à un agent par le Model Context Protocol, sur l'entrée et la sortie standard (voir docs/api.md)."""
    from contextlib import closing

    from assistant import Assistant
    from assistant.mcp_server import mcp_server

    with closing(Assistant.open(load_settings())) as bot:
        mcp_server(bot).run("stdio")
