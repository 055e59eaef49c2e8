"""Serves the chat: `python app.py`. Settings come from ASSISTANT_… variables or assistant.toml."""

import sys

from assistant.runtime import prepare

prepare()  # before the heavy imports below read the environment

from assistant import Assistant, Settings  # noqa: E402
from assistant.errors import AssistantError  # noqa: E402
from assistant.ui import serve  # noqa: E402

if __name__ == "__main__":
    try:
        settings = Settings.load()
        serve(Assistant.open(settings), settings)
    except AssistantError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_status)
