"""Progress bars on standard error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.index.progress import Tell


@contextmanager
def bars() -> Iterator[Tell]:
    """One bar a stage, with its rate; a stage that takes less than a second shows none."""
    from tqdm import tqdm

    shown: dict[str, Any] = {}

    def tell(progress: Any) -> None:
        if progress.stage not in shown:
            for bar in shown.values():
                bar.close()
            shown[progress.stage] = tqdm(total=progress.total or None, desc=progress.stage, delay=1)
        bar = shown[progress.stage]
        if progress.total:
            bar.total = progress.total
            bar.update(progress.done - bar.n)

    try:
        yield tell
    finally:
        for bar in shown.values():
            bar.close()
