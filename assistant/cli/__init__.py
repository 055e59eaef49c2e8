"""The command `assistant`: few verbs, one module each. French to its users."""

from __future__ import annotations

import gettext
import os
import sys
from pathlib import Path

# click reads its words from gettext: they are French whatever the terminal's language.
os.environ["LANGUAGE"] = "fr"
gettext.bindtextdomain("messages", str(Path(__file__).parents[1] / "locale"))

import click  # noqa: E402

from assistant import runtime  # noqa: E402
from assistant.cli.ask import ask  # noqa: E402
from assistant.cli.backup import backup, restore  # noqa: E402
from assistant.cli.corpus import corpus  # noqa: E402
from assistant.cli.doctor import doctor  # noqa: E402
from assistant.cli.eval import evaluate  # noqa: E402
from assistant.cli.feedback import feedback  # noqa: E402
from assistant.cli.index import index  # noqa: E402
from assistant.cli.mcp import mcp  # noqa: E402
from assistant.cli.purge import purge  # noqa: E402
from assistant.cli.serve import serve  # noqa: E402
from assistant.cli.shared import fail, unexpected  # noqa: E402
from assistant.cli.users import users  # noqa: E402
from assistant.errors import AssistantError  # noqa: E402
from assistant.observing import logs  # noqa: E402


def main() -> None:
    """Run the command; whatever happens, the user reads one French message and the shell gets a status."""
    runtime.prepare()
    logs.plain()
    try:
        cli()
    except AssistantError as error:
        fail(str(error), error.exit_status)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        fail(unexpected(error), 1)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    subcommand_metavar="COMMANDE [ARGUMENTS]…",
)
@click.option("--debug", is_flag=True, help="Montre le détail technique d'une erreur inattendue.")
@click.version_option(package_name="assistant-france-urbaine", prog_name="assistant")
def cli(debug: bool) -> None:
    """Répond aux questions à partir des notes de France urbaine, en citant ses sources.

    Réglages : variables ASSISTANT_… ou fichier assistant.toml (voir docs/exploitation.md).
    """


for command in (corpus, index, ask, serve, mcp, users, feedback, evaluate, backup, restore, purge, doctor):
    cli.add_command(command)
