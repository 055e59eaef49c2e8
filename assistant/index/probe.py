"""Opens one build, as a reader would: what is damaged may end the process, so this one has nothing else to do.

`python -m assistant.index.probe FOLDER`; exit status 0 where the build answers.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from assistant import runtime
from assistant.index import catalogue, unreached, vectors
from assistant.index.catalogue import Catalogue
from assistant.index.places import Folder
from assistant.index.store import check_some


def main(folder: Path) -> None:
    """Open the build and ask it something."""
    runtime.prepare()
    with closing(Catalogue(folder / catalogue.FILE)) as opened:
        ids = opened.chunk_ids()
        opened.notes(opened.note_ids())
    check_some(Folder(folder / vectors.FOLDER), ids, unreached.read(folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
