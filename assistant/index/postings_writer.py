"""Writes the lexical index of a catalogue: what comes and goes is gathered by block, and each row written once."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assistant.index.postings import BLOCK, COUNT, LENGTH, PLACE, unpacked

_MOST = {kind: int(np.iinfo(kind).max) for kind in (COUNT, LENGTH)}
_EMPTY = (b"", b"")


@dataclass(slots=True)
class _Block:
    """What changes in one block: places that lose their chunk, and what comes, packed, by term."""

    gone: dict[str, bytearray] = field(default_factory=lambda: defaultdict(bytearray))
    places: dict[str, bytearray] = field(default_factory=lambda: defaultdict(bytearray))
    counts: dict[str, bytearray] = field(default_factory=lambda: defaultdict(bytearray))
    lengths: dict[int, int] = field(default_factory=dict)

    def remove(self, place: int, terms: list[str]) -> None:
        for term in set(terms):
            self.gone[term] += place.to_bytes(PLACE.itemsize, "little")
        self.lengths[place] = 0

    def add(self, place: int, terms: list[str]) -> None:
        packed = place.to_bytes(PLACE.itemsize, "little")
        for term, count in Counter(terms).items():
            self.places[term] += packed
            self.counts[term].append(min(count, _MOST[COUNT]))
        self.lengths[place] = min(len(terms), _MOST[LENGTH])


class PostingsWriter:
    """Changes of one open catalogue. Removals come before additions, for a number may be given anew."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._blocks = defaultdict[int, _Block](_Block)

    def remove(self, number: int) -> None:
        """Take out a chunk that is there."""
        heading, text = self._db.execute("SELECT heading, text FROM terms WHERE chunk = ?", (number,)).fetchone()
        self._blocks[number // BLOCK].remove(number % BLOCK, [*heading.split(), *text.split()])
        self._db.execute("DELETE FROM terms WHERE chunk = ?", (number,))

    def add(self, number: int, heading: str, text: str) -> None:
        """Put in a chunk: the terms of what stands above it, and its own, separated by spaces."""
        self._db.execute("INSERT INTO terms VALUES (?,?,?)", (number, heading, text))
        self._blocks[number // BLOCK].add(number % BLOCK, [*heading.split(), *text.split()])
        for full in [block for block in self._blocks if block < number // BLOCK]:
            self._write(full, self._blocks.pop(full))  # numbers rise: nothing more comes, and memory is bounded

    def write(self) -> None:
        """Write what is left."""
        for number, block in sorted(self._blocks.items()):
            self._write(number, block)
        self._blocks.clear()

    def _write(self, number: int, block: _Block) -> None:
        for term in sorted({*block.gone, *block.places}):  # in the order of the table's index
            places, counts = self._left(term, number, block.gone.get(term))
            places, counts = places + block.places.get(term, b""), counts + block.counts.get(term, b"")
            if counts:
                row = (term, number, places, counts)
                self._db.execute("INSERT OR REPLACE INTO postings VALUES (?,?,?,?)", row)
            else:
                self._db.execute("DELETE FROM postings WHERE term = ? AND block = ?", (term, number))
        self._write_lengths(number, block.lengths)

    def _left(self, term: str, number: int, gone: bytearray | None) -> tuple[bytes, bytes]:
        sql = "SELECT places, counts FROM postings WHERE term = ? AND block = ?"
        places, counts = self._db.execute(sql, (term, number)).fetchone() or _EMPTY
        if gone is None:
            return places, counts
        kept = ~np.isin(unpacked(places, PLACE), unpacked(bytes(gone), PLACE))
        return unpacked(places, PLACE)[kept].tobytes(), unpacked(counts, COUNT)[kept].tobytes()

    def _write_lengths(self, number: int, changed: dict[int, int]) -> None:
        row = self._db.execute("SELECT lengths FROM lengths WHERE block = ?", (number,)).fetchone()
        old = unpacked(row[0], LENGTH) if row else np.zeros(0, LENGTH)
        lengths: NDArray[np.uint16] = np.zeros(max(len(old), max(changed) + 1), LENGTH)
        lengths[: len(old)] = old
        lengths[list(changed)] = list(changed.values())
        self._db.execute("INSERT OR REPLACE INTO lengths VALUES (?,?)", (number, lengths.tobytes()))
