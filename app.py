"""Serves the chat and the pages beside it: `python app.py`. Settings: ASSISTANT_… variables or assistant.toml."""

import sys
from contextlib import closing

from assistant.runtime import prepare

prepare()  # before the heavy imports below read the environment

from assistant import Assistant, Settings  # noqa: E402
from assistant.desk import Desk  # noqa: E402
from assistant.errors import AssistantError  # noqa: E402
from assistant.ui.evaluation import evaluation_place  # noqa: E402
from assistant.ui.server import serve  # noqa: E402
from assistant.ui.staff import staff_place  # noqa: E402

if __name__ == "__main__":
    try:
        settings = Settings.load()
        bot = Assistant.open(settings)
        with closing(Desk(bot, settings)) as desk:
            serve(bot, settings, places=(staff_place(desk), evaluation_place(settings.evals_dir)))
    except AssistantError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_status)
