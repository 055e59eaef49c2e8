"""Cases from anywhere: our own files, SQuAD, BEIR, passages and questions; those of others bring their notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.errors import CaseError
from assistant.evaluation.cases import read_cases
from assistant.evaluation.datasets.aside import Aside, index_aside
from assistant.evaluation.datasets.beir import CORPUS, QUERIES, read_beir
from assistant.evaluation.datasets.dataset import OWN, Dataset
from assistant.evaluation.datasets.passages import CASES, NOTES, PASSAGES, read_passages, read_written, write
from assistant.evaluation.datasets.squad import read_squad


def load(paths: Sequence[Path]) -> Dataset:
    """What the paths hold: several files or folders of cases on the project's notes, or one dataset with its own.

    Raises:
        CaseError: a path holds nothing known, files are at fault, or one dataset with notes is not alone.
    """
    readers = [_reader(path) for path in paths]
    if all(reader is None for reader in readers):
        return Dataset(OWN, tuple(placed.case for placed in read_cases(paths)))
    if len(paths) > 1:
        raise CaseError("Un jeu qui apporte ses propres notes s'évalue seul : lancez une évaluation pour chacun.")
    assert readers[0] is not None
    return readers[0](paths[0])


def _reader(path: Path) -> Callable[[Path], Dataset] | None:
    """What reads a dataset with its own notes; None for cases alone."""
    if path.suffix == ".json":
        return read_squad
    for names, reader in (
        ((CORPUS, QUERIES), read_beir),
        ((PASSAGES,), read_passages),
        ((NOTES, CASES), read_written),
    ):
        if all((path / name).is_file() for name in names):
            return reader
    return None


__all__ = ["OWN", "Aside", "Dataset", "index_aside", "load", "write"]
