"""Publishes the corpus each time that a note changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from assistant.corpus import read_corpus
from assistant.errors import AssistantError
from assistant.index.progress import Tell, untold
from assistant.index.sync import Publisher, SyncReport

_QUIET = 400  # milliseconds without a change, after which those before are published together
_LONGEST = 2_000  # milliseconds that changes without a pause are waited for


def watch(
    corpus_dir: Path,
    publisher: Publisher,
    who: str,
    *,
    fault: Callable[[str], None],
    tell: Tell = untold,
    stop: threading.Event | None = None,
) -> Iterator[SyncReport]:
    """A report for what is to be published now, then for each change, until `stop` or Ctrl+C.

    Args:
        corpus_dir: the notes.
        publisher: of the index; its embedder is loaded at once, so that a change waits for nothing.
        who: as in `Publisher.publish`.
        fault: told each thing that is wrong, in French; the watch goes on.
        tell: as in `Publisher.publish`.
        stop: ends the watch.
    """
    import watchfiles

    said: tuple[str, ...] = ()
    publisher.recipe.load()
    changes = watchfiles.watch(
        corpus_dir,
        watch_filter=lambda _, path: path.endswith(".md"),
        debounce=_LONGEST,
        step=_QUIET,
        stop_event=stop,
        yield_on_timeout=True,
        rust_timeout=_LONGEST,
        raise_interrupt=False,
    )
    first = True
    for changed in changes:
        if not (changed or first):
            continue
        first = False
        try:
            report = publisher.publish(read_corpus(corpus_dir), who, tell=tell)
        except AssistantError as error:
            fault(str(error))
            continue
        for warning in report.warnings:
            if warning not in said:
                fault(warning)
        said = report.warnings
        yield report
