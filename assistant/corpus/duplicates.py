"""Notes -> the pairs that tell the same news: the same text, nearly the same, or one within the other."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from assistant.models import Note

RUN = 3  # words that must follow each other in both notes to count as shared
ALIKE = 0.6  # shared part, by weight, of what the two notes say together, from which they are nearly the same
REWORDED = 0.4  # the same by count, where …
SPECIFIC = 0.5  # … what is shared weighs so much on average: it is in hardly any other note
WITHIN = 0.9  # shared part of the shorter note, from which it is contained in the longer
_COMMON = 100  # notes that hold a run of words, from which it says nothing of any pair
_TARGET = re.compile(r"\]\([^)\s]*\)|https?://\S+")  # where links lead is no part of the news
_WORD = re.compile(r"[^\W_]+")
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)


class Likeness(StrEnum):
    """How the two notes of a pair are alike."""

    SAME = "same"
    NEAR = "near"
    WITHIN = "within"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two notes by id, in the order of the corpus; of `WITHIN`, `first` is the note that the other contains.

    `shared`, 0 to 1, is the part of their text that is in both: of both together, of the shorter for `WITHIN`.
    """

    first: str
    second: str
    likeness: Likeness
    shared: float


def find_pairs(notes: Sequence[Note]) -> list[Pair]:
    """Every pair of notes that tell the same news, most alike first. Of several same texts, each goes with the first.

    Exact: each note is the set of its runs of `RUN` words, and a run that m notes hold weighs 1 / (m - 1), so that what
    a series of notes has in common (a template, a closing formula) hardly counts.
    """
    tokens = [_words(note.text) for note in notes]
    first_of: dict[bytes, int] = {}
    firsts, pairs = [], []
    for index, found in enumerate(tokens):
        same = first_of.setdefault(hashlib.sha256("\0".join(found).encode()).digest(), index)
        if same == index:
            firsts.append(index)
        else:
            pairs.append(Pair(notes[same].id, notes[index].id, Likeness.SAME, 1.0))
    ids = [notes[index].id for index in firsts]
    return pairs + sorted(_near(ids, [tokens[index] for index in firsts]), key=lambda pair: -pair.shared)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", _TARGET.sub(" ", text)).lower())


def _near(ids: list[str], tokens: list[list[str]]) -> list[Pair]:
    runs = _matrix(tokens)
    holders = np.asarray(runs.sum(axis=0)).ravel()
    weights = np.where(holders > _COMMON, 0.0, 1 / np.maximum(1, holders - 1))
    size, length = runs @ weights, np.asarray(runs.sum(axis=1)).ravel()
    kept = (holders > 1) & (weights > 0)
    runs = runs[:, kept]
    weighted = _shared(runs.multiply(weights[kept]).tocsr(), runs)
    counted = _shared(runs, runs)
    one, other, both, count = counted.row, counted.col, weighted.data, counted.data
    alike = both / (size[one] + size[other] - both)
    reworded = count / (length[one] + length[other] - count)
    near = (alike >= ALIKE) | ((reworded >= REWORDED) & (both / count >= SPECIFIC))
    within = both / np.minimum(size[one], size[other])
    pairs = []
    for k in np.flatnonzero(near | (within >= WITHIN)):
        a, b = int(one[k]), int(other[k])
        if near[k]:
            pairs.append(Pair(ids[a], ids[b], Likeness.NEAR, float(max(alike[k], reworded[k]))))
        else:
            a, b = (a, b) if size[a] <= size[b] else (b, a)
            pairs.append(Pair(ids[a], ids[b], Likeness.WITHIN, float(within[k])))
    return pairs


def _shared(left: sparse.csr_array, right: sparse.csr_array) -> sparse.coo_array:
    """What each two notes share, above the diagonal, in the same order whatever the weights."""
    product = sparse.triu(left @ right.T, 1).tocsr()
    product.sort_indices()
    return product.tocoo()


def _matrix(tokens: list[list[str]]) -> sparse.csr_array:
    """Which note (row) holds which run of words (column): float ones, shape (notes, distinct runs)."""
    numbers: dict[str, int] = {}
    runs = [_runs(np.array([numbers.setdefault(w, len(numbers)) for w in found], dtype=np.uint64)) for found in tokens]
    rows = np.repeat(np.arange(len(runs)), [len(found) for found in runs])
    distinct, columns = np.unique(np.concatenate([*runs, np.array([], dtype=np.uint64)]), return_inverse=True)
    return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(runs), len(distinct)))


def _runs(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A 64-bit code for each distinct run of `RUN` words; for a shorter text, none."""
    count = len(numbers) - RUN + 1
    if count < 1:
        return np.array([], dtype=np.uint64)
    codes = np.zeros(count, dtype=np.uint64)
    for place, factor in enumerate(_FACTORS[:RUN]):
        codes = (codes ^ (numbers[place : place + count] + np.uint64(1))) * factor
    return np.unique(codes)
