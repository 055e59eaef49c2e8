"""Serves the chat and the pages beside it: `python app.py`. Settings: ASSISTANT_… variables or assistant.toml."""

import sys

from assistant.errors import AssistantError
from assistant.runtime import prepare
from assistant.settings import Settings
from assistant.ui.starting import start

if __name__ == "__main__":
    prepare()
    try:
        settings = Settings.load()
        prepare(hub=settings.names_hub_model)
        start(settings)
    except KeyboardInterrupt:
        sys.exit(1)
    except AssistantError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_status)
