"""The lexical index of a catalogue: for each term the chunks that hold it, packed by blocks; BM25 over them.

A block is `BLOCK` chunks by their number. Of a term and a block one row holds the chunks' places in the block and how
often each holds the term; a row of lengths holds how many terms each chunk of the block has.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.index.connections import Connections

TABLES = """
CREATE TABLE terms (chunk INTEGER PRIMARY KEY REFERENCES chunks(number), heading TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE postings (term TEXT NOT NULL, block INTEGER NOT NULL, places BLOB NOT NULL, counts BLOB NOT NULL);
CREATE UNIQUE INDEX postings_of_term ON postings(term, block);
CREATE TABLE lengths (block INTEGER PRIMARY KEY, lengths BLOB NOT NULL);
"""
BLOCK = 65_536  # so that a place takes two bytes
PLACE, COUNT, LENGTH = np.dtype("<u2"), np.dtype("u1"), np.dtype("<u2")
_K1, _B = 1.2, 0.75  # Lucene's, and FTS5's
PERFECT = _K1 + 1  # the limit of BM25 over the mass of idf

Numbers = NDArray[np.int64]
Scores = NDArray[np.float64]


def idf(count: int, frequency: int) -> float:
    """Of a term that `frequency` of `count` chunks hold: Robertson and Spärck Jones', at least 1e-6."""
    return max(math.log((count - frequency + 0.5) / (frequency + 0.5)), 1e-6)


class Postings:
    """Reads the lexical index of `count` chunks."""

    def __init__(self, db: Connections, count: int) -> None:
        self._db = db
        self._count = count

    def frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many chunks each term occurs; terms that occur nowhere are left out."""
        sql = "SELECT term, SUM(length(counts)) FROM postings WHERE term IN ({}) GROUP BY term"
        return {str(term): int(str(count)) for term, count in self._db.rows_of(sql, terms)}

    def scores(self, terms: Sequence[str], limit: int) -> tuple[Numbers, Scores]:
        """Numbers of the chunks that hold any of the terms, in order, and their BM25 (> 0): the best `limit`, and those
        that score as much as the last of them.
        """
        found = self._read(terms)
        if not found:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        total = np.zeros(len(self._norms))
        for numbers, counts in found.values():
            total[numbers] += idf(self._count, len(numbers)) * counts * PERFECT / (counts + self._norms[numbers])
        held = np.flatnonzero(total)
        if len(held) > limit:
            held = held[total[held] >= np.partition(total[held], -limit)[-limit]]
        return held, total[held]

    def _read(self, terms: Sequence[str]) -> dict[str, tuple[Numbers, Scores]]:
        """Term -> numbers and counts, in the order of the terms, so that a sum is the same in every build."""
        found = defaultdict[str, list[tuple[Numbers, Scores]]](list)
        sql = "SELECT term, block, places, counts FROM postings WHERE term IN ({}) ORDER BY term, block"
        for term, block, places, counts in self._db.rows_of(sql, list(dict.fromkeys(terms))):
            numbers = unpacked(places, PLACE).astype(np.int64) + int(str(block)) * BLOCK
            found[str(term)].append((numbers, unpacked(counts, COUNT).astype(np.float64)))
        joined = {term: tuple(map(np.concatenate, zip(*parts, strict=True))) for term, parts in found.items()}
        return {term: (joined[term][0], joined[term][1]) for term in dict.fromkeys(terms) if term in joined}

    @cached_property
    def _norms(self) -> Scores:
        """What a chunk's length adds to the counts of its terms, by its number."""
        rows = self._db.rows("SELECT block, lengths FROM lengths ORDER BY block")
        lengths = np.zeros((int(str(rows[-1][0])) + 1) * BLOCK)
        for block, packed in rows:
            some = unpacked(packed, LENGTH)
            lengths[int(str(block)) * BLOCK :][: len(some)] = some
        lengths = lengths[: np.flatnonzero(lengths)[-1] + 1]
        return np.asarray(_K1 * (1 - _B + _B * lengths * (self._count / lengths.sum())))


def unpacked(packed: object, kind: np.dtype) -> NDArray[np.unsignedinteger]:
    """The numbers of a packed column."""
    assert isinstance(packed, bytes)
    return np.frombuffer(packed, kind)
