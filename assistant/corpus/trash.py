"""Notes taken out of the corpus: kept in `corpus/trash/`, brought back, or deleted for good."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from assistant import audit
from assistant.corpus.files import NoteFile, declared_id, original_of, read_text, sync_folder
from assistant.corpus.reader import TRASH, note_files
from assistant.errors import CorpusError, french_reason

_LABEL = "removed.json"
_DELETED = ".deleted-"


@dataclass(frozen=True, slots=True)
class Removed:
    """A note in the trash. `path` and `original` are where they were, below the corpus; `when` is UTC, ISO 8601."""

    entry: str
    id: str
    title: str
    path: str
    original: str | None
    who: str
    when: str


def remove_note(folder: Path, file: NoteFile, who: str, state_dir: Path) -> Removed:
    """Move the note to the trash, with its original unless another note names it too.

    At any moment the note is in the corpus or in the trash, whole.

    Raises:
        CorpusError: the file is gone or cannot be moved.
        AssistantError: the note is moved, but the journal is not written.
    """
    now = datetime.now(UTC)
    entry = f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}-{file.id}"
    original = _own_original(folder, file)
    removed = Removed(
        entry,
        file.id,
        file.note.title if file.note else file.path.name,
        str(file.path.relative_to(folder)),
        str(original.relative_to(folder)) if original else None,
        who,
        now.isoformat(timespec="seconds"),
    )
    place = folder / TRASH / entry
    try:
        place.mkdir(parents=True)
        (place / _LABEL).write_text(json.dumps(asdict(removed), ensure_ascii=False, indent=1), encoding="utf-8")
        sync_folder(place)
        _move(file.path, place / file.path.name)  # the note first: its original alone in the trash would be lost to it
        if original:
            (place / "originals").mkdir()
            _move(original, place / "originals" / original.name)
    except OSError as error:
        raise CorpusError(
            f"La note {file.path} ne peut pas être mise à la corbeille ({french_reason(error)})."
        ) from None
    audit.record(state_dir, audit.Entry(who, "note retirée", f"{file.id} : {removed.title}"))
    return removed


def _own_original(folder: Path, file: NoteFile) -> Path | None:
    original = original_of(folder, file.content)
    if original is None or not original.is_file():
        return None
    name = original.name.encode()
    for path in note_files(folder):
        if path != file.path and name in path.read_bytes() and original_of(folder, read_text(path)) == original:
            return None
    return original


def _move(source: Path, target: Path) -> None:
    source.rename(target)
    sync_folder(target.parent)
    sync_folder(source.parent)


def in_trash(folder: Path) -> list[Removed]:
    """What the trash holds, last removed first."""
    place = folder / TRASH
    names = sorted((path.name for path in place.iterdir()), reverse=True) if place.is_dir() else []
    return [removed for name in names if (removed := _read(place / name)) is not None]


def _read(place: Path) -> Removed | None:
    """None where a removal was cut before the note had moved: nothing is there."""
    try:
        removed = Removed(**json.loads((place / _LABEL).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return removed if (place / Path(removed.path).name).is_file() else None


def restore_note(folder: Path, name: str, who: str, state_dir: Path) -> Path:
    """Bring a note back, by its id (the one removed last) or its entry in the trash; where it is now.

    It takes the place it had; where another file has it, a free name beside.

    Raises:
        CorpusError: the trash does not hold it, its id is another note's now, or the files cannot be moved.
        AssistantError: the note is back, but the journal is not written.
    """
    removed = next((found for found in in_trash(folder) if name in (found.entry, found.id)), None)
    if removed is None:
        raise CorpusError(f"La corbeille ne contient pas « {name} » : voyez « assistant corpus trash list ».")
    taken = next((path for path in note_files(folder) if declared_id(path) == removed.id), None)
    if taken:
        raise CorpusError(f"L'id « {removed.id} » est maintenant celui de {taken} : retirez d'abord cette note.")
    place = folder / TRASH / removed.entry
    try:
        _restore_original(folder, place, removed)
        path = _free(folder / removed.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        _move(place / Path(removed.path).name, path)
        shutil.rmtree(place)
    except OSError as error:
        raise CorpusError(f"La note « {removed.id} » ne peut pas être remise ({french_reason(error)}).") from None
    audit.record(state_dir, audit.Entry(who, "note remise", f"{removed.id} : {removed.title}"))
    return path


def _restore_original(folder: Path, place: Path, removed: Removed) -> None:
    kept = place / "originals"
    if removed.original is None or not kept.is_dir():
        return
    target = folder / removed.original
    for source in kept.iterdir():
        if target.exists() and target.read_bytes() != source.read_bytes():
            raise CorpusError(f"{target} est maintenant un autre document : déplacez-le, puis recommencez.")
        target.parent.mkdir(parents=True, exist_ok=True)
        _move(source, target)


def _free(path: Path) -> Path:
    number, free = 2, path
    while free.exists() or free.is_symlink():
        number, free = number + 1, path.with_stem(f"{path.stem}-{number}")
    return free


def empty_trash(folder: Path, held: Sequence[Removed], who: str, state_dir: Path) -> None:
    """Delete for good what `in_trash` gave and a person agreed to lose; what came since stays.

    Raises:
        CorpusError: something cannot be deleted.
        AssistantError: they are deleted, but the journal is not written.
    """
    place = folder / TRASH
    try:
        for removed in held:
            (place / removed.entry).rename(place / f"{_DELETED}{removed.entry}")  # so that none is left half deleted
        for path in place.glob(f"{_DELETED}*"):
            shutil.rmtree(path)
    except OSError as error:
        raise CorpusError(f"La corbeille {place} ne peut pas être vidée ({french_reason(error)}).") from None
    if held:
        audit.record(state_dir, audit.Entry(who, "corbeille vidée", ", ".join(removed.id for removed in held)))
