"""What `benchmarks.soak` serves: the chat over a folder's notes, which publishes them anew when it is told to."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from assistant import runtime

runtime.prepare()

import uvicorn  # noqa: E402

from assistant import Assistant, Settings  # noqa: E402
from assistant.corpus import read_corpus  # noqa: E402
from assistant.embedding import Embedder  # noqa: E402
from assistant.index import Publisher, Recipe  # noqa: E402
from assistant.ui.listening import allow_files, listen  # noqa: E402
from assistant.ui.server import build_app, server_config  # noqa: E402


def _publish_when_told(folder: Path, publisher: Publisher) -> None:
    told = folder / "publish"
    while True:
        time.sleep(0.2)
        if told.exists():
            publisher.publish(read_corpus(folder / "corpus"), "soak")
            told.unlink()


def main() -> None:
    """Serve until ended."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    settings = Settings.load(
        corpus_dir=folder / "corpus",
        index_dir=folder / "index",
        state_dir=folder / "state",
        questions_per_minute=0,
    )
    embedder = Embedder.from_settings(settings)
    publisher = Publisher(settings.index_dir, Recipe(embedder.identity, lambda: embedder, settings.chunk_tokens))
    publisher.publish(read_corpus(settings.corpus_dir), "soak")
    bot = Assistant(settings, embedder)
    threading.Thread(target=_publish_when_told, args=(folder, publisher), daemon=True).start()
    allow_files(4000)
    uvicorn.Server(server_config(build_app(bot, settings))).run(sockets=[listen("127.0.0.1", port)])


if __name__ == "__main__":
    main()
