"""Killed at any moment, the published build answers as before or as after; the next change leaves no trace."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import killing
import pytest
from killing import IDENTITY, change, notes, tell_and_change, vector

from assistant import audit
from assistant.errors import IndexBusyError
from assistant.index import Build, current_build_id
from assistant.index.build import BUILDS, ID
from assistant.index.sweep import PENDING

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def processes() -> Iterator[Any]:
    """Processes that start in a moment: forked from one that has everything imported and nothing open."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([killing.__name__, "chromadb", "assistant.index.store"])
    yield context
    from multiprocessing import forkserver, resource_tracker

    forkserver._forkserver._stop()
    resource_tracker._resource_tracker._stop()


def answers(index_dir: Path) -> tuple[str, dict[str, str], dict[str, list[str]]]:
    """What a reader is told: the build, the notes, and the nearest chunk to each of some questions."""
    build = Build.open_current(index_dir, IDENTITY)
    try:
        texts = {key: build.catalogue.note(key).text for key in build.catalogue.note_ids()}
        ids = build.catalogue.chunk_ids()
        chunks = build.catalogue.chunks(ids)
        near = {key: list(build.vectors.search(vector(chunks[key][0].embedded_text), 1)) for key in ids}
        assert near == {key: [key] for key in ids}, "every chunk finds itself"
        return build.id, texts, near
    finally:
        build.close()


def texts(version: str) -> dict[str, str]:
    return {note.id: note.text for note in notes(version)}


def assert_no_trace(index_dir: Path, state_dir: Path) -> None:
    assert [path.name for path in (index_dir / BUILDS).iterdir() if not ID.fullmatch(path.name)] == []
    assert list((index_dir / BUILDS).glob(f"*/{PENDING}")) == []
    told = [entry.after for entry in audit.entries(state_dir) if entry.what != "retour à une version"]
    assert len(told) == len(set(told)), "each build is in the journal once"
    made = {path.name for path in (index_dir / BUILDS).iterdir()}
    assert made <= set(told)


def killed_at_random(processes: Any, folder: Path, times: int, seed: int) -> None:
    chance = random.Random(seed)
    index_dir, state_dir = folder / "index", folder / "state"
    (index_dir / BUILDS).mkdir(parents=True)
    change(index_dir, state_dir, "publication", None, "", "0")
    change(index_dir, state_dir, "publication", current_build_id(index_dir), "0", "1")
    longest, version, done = 0.1, "1", 0
    for number in range(2, times + 2):
        before = answers(index_dir)
        what = chance.choice(["publication", "publication", "compactage", "retour"])
        after = str(number) if what == "publication" else version
        arguments = (index_dir, state_dir, what, before[0], version, after)
        ours, theirs = processes.Pipe()
        process = processes.Process(target=tell_and_change, args=(theirs, *arguments))
        process.start()
        assert ours.recv() == "at it"
        begun = time.monotonic()
        process.join(chance.uniform(0, longest) if number > 2 else None)  # the first may end, to see how long it takes
        longest = max(longest, time.monotonic() - begun)
        process.kill()
        process.join()
        done += process.exitcode == 0
        process.close()
        found = answers(index_dir)
        if found != before:
            assert current_build_id(index_dir) == found[0] != before[0]
            if what != "retour":
                assert found[1] == texts(after)
        version = next(str(known) for known in range(number + 1) if found[1] == texts(str(known)))
    change(index_dir, state_dir, "publication", current_build_id(index_dir), version, "fin")
    assert answers(index_dir)[1] == texts("fin")
    assert_no_trace(index_dir, state_dir)
    assert done < times, "some were killed on the way"


def test_killed_at_random_moments(processes: Any, tmp_path: Path) -> None:
    killed_at_random(processes, tmp_path, 10, 1)


@pytest.mark.long
def test_killed_at_a_hundred_random_moments(processes: Any, tmp_path: Path) -> None:
    killed_at_random(processes, tmp_path, 100, 2)


# A caller of the writer's process that hangs once it holds the lock.
_CALLER = """
import sys, time
from pathlib import Path
from assistant.index.lock import Holder
from assistant.index.writer import Writer
with Writer(Path(sys.argv[1])).locked(Holder("Camille", "publication")):
    print("at it", flush=True)
    time.sleep(600)
"""


def test_the_lock_names_its_holder_and_falls_with_it(tmp_path: Path) -> None:
    index_dir, state_dir = tmp_path / "index", tmp_path / "state"
    command = [sys.executable, "-c", _CALLER, str(index_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as caller:
        assert caller.stdout
        assert caller.stdout.readline() == "at it\n"
        with pytest.raises(IndexBusyError) as caught:
            change(index_dir, state_dir, "publication", None, "", "0")
        (index_dir / BUILDS / ".making-20260101T000000000-abcdef").mkdir()
        os.kill(caller.pid, signal.SIGKILL)
    holder = json.loads((index_dir / ".lock-holder.json").read_text(encoding="utf-8"))
    assert str(caught.value) == (
        f"L'index {index_dir} est déjà en cours de mise à jour (publication par Camille depuis "
        f"{holder['since'][11:19]} (processus {caller.pid} sur {holder['host']})) : réessayez dans un instant."
    )
    for _ in range(100):
        try:
            change(index_dir, state_dir, "publication", None, "", "0")
            break
        except IndexBusyError:
            time.sleep(0.1)  # the writer's process is about to see that its caller is gone
    assert answers(index_dir)[1] == texts("0")
    assert_no_trace(index_dir, state_dir)


def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    index_dir, state_dir = small_disk / "index", tmp_path / "state"
    (index_dir / BUILDS).mkdir(parents=True)
    change(index_dir, state_dir, "publication", None, "", "0")
    before = answers(index_dir)
    filler = small_disk / "filler"
    for free in (400_000, 200_000, 50_000, 0):
        room = os.statvfs(small_disk)
        filler.write_bytes(b"x" * max(0, room.f_bavail * room.f_bsize - free))
        with pytest.raises(BaseException, match=r"(?i)full|space|writ") as caught:  # Chroma's own, SQLite's, ours
            change(index_dir, state_dir, "publication", before[0], "0", "1")
        assert not isinstance(caught.value, KeyboardInterrupt)
        filler.unlink()
        assert answers(index_dir) == before
        assert_no_trace(index_dir, state_dir)
    change(index_dir, state_dir, "publication", before[0], "0", "1")
    assert answers(index_dir)[1] == texts("1")
