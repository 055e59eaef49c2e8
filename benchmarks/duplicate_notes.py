"""Duplicates among 1,788 open notes: `python -m benchmarks.duplicate_notes`.

Prints how many pairs are found and how fast, how many of those read by hand are real (`evals/duplicates.jsonl`), and
how many second files of a note are found, by what was done to them. `--minhash` compares with datasketch, where it is
installed.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant import Note
from assistant.corpus.duplicates import find_pairs
from assistant.french.sentences import sentence_spans
from benchmarks.data import ROOT, open_notes, read_jsonl
from benchmarks.refusal import wilson

CHECKED = ROOT / "evals" / "duplicates.jsonl"
Edit = Callable[[str, random.Random], str]


def typography(text: str, _: random.Random) -> str:
    """Other apostrophes, quotes and line ends; links taken out; capitals in the first line."""
    text = text.translate({ord("’"): "'", ord("«"): '"', ord("»"): '"', ord("\u00a0"): " "})
    first, _, rest = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).partition("\n")
    return f"{first.upper()}\n{rest}"


def framed(text: str, _: random.Random) -> str:
    """Between a heading and a closing formula of 30 words."""
    contact = " ".join("abcdefghijklmnopqrstuvwxy")
    return f"Communiqué de presse\n\n{text}\n\nContact : service de la communication, {contact}"


def shortened(text: str, chance: random.Random) -> str:
    """A fifth of the sentences left out."""
    return " ".join(text[a:b] for a, b in sentence_spans(text) if chance.random() > 0.2)


def halved(text: str, _: random.Random) -> str:
    """The first half of the words."""
    found = text.split()
    return " ".join(found[: len(found) // 2])


def reworded(share: float) -> Edit:
    """A share of the words replaced by others."""

    def edit(text: str, chance: random.Random) -> str:
        return " ".join(f"mot{chance.random()}" if chance.random() < share else word for word in text.split(" "))

    return edit


EDITS: dict[str, Edit] = {
    "typography": typography,
    "heading and closing formula": framed,
    "a fifth of the sentences left out": shortened,
    "the first half": halved,
    **{f"{share:.0%} of the words changed": reworded(share) for share in (0.05, 0.1, 0.15, 0.2)},
}


def found_of(notes: Sequence[Note], edit: Edit) -> list[bool]:
    """Whether the second file of each of 200 notes, of 60 words at least, is paired with it, among all notes."""
    chance = random.Random(20171120)
    chosen = chance.sample([note for note in notes if len(note.text.split()) >= 60], 200)
    twins = [replace(note, id=f"{note.id}-2", text=edit(note.text, chance)) for note in chosen]
    pairs = {frozenset((pair.first, pair.second)) for pair in find_pairs([*notes, *twins])}
    return [frozenset((note.id, twin.id)) in pairs for note, twin in zip(chosen, twins, strict=True)]


def copied_posts() -> list[frozenset[str]]:
    """Pairs of two sites of one programme with one title: the new site took over the posts of the old one."""
    old, new = (
        {note["title"].casefold(): note["id"] for note in read_jsonl("notes_open.jsonl") if note["source"] == site}
        for site in ("entrepreneur-interet-general/site-eig", "entrepreneur-interet-general/site-eig-v3")
    )
    return [frozenset((old[title], new[title])) for title in sorted(old.keys() & new.keys())]


def minhash(notes: Sequence[Note]) -> set[frozenset[str]]:
    """Pairs that datasketch's MinHash finds: 128 permutations of runs of 3 words, Jaccard of at least 0.4."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=0.4, num_perm=128)
    pairs = set()
    for note in notes:
        found = re.findall(r"[^\W_]+", note.text.lower())
        made = MinHash(num_perm=128)
        made.update_batch([" ".join(found[k : k + 3]).encode() for k in range(len(found) - 2)])
        pairs |= {frozenset((note.id, str(other))) for other in index.query(made)}
        index.insert(note.id, made)
    return pairs


def compare(name: str, pairs: set[frozenset[str]], started: float) -> None:
    """Print one method's pairs, time and shares of what was read by hand and of the copied posts."""
    print(f"{name}: {len(pairs)} pairs, {time.process_time() - started:.1f} s of processor")
    checked = read_checked()
    for real, label in ((True, "real"), (False, "not real")):
        read = [pair for pair, judged in checked.items() if judged == real]
        print(f"  of the {len(read)} read by hand that are {label}, found: {sum(pair in pairs for pair in read)}")
    copied = copied_posts()
    print(f"  posts copied under one title, found: {wilson(sum(pair in pairs for pair in copied), len(copied))}")


def read_checked() -> dict[frozenset[str], bool]:
    """Pairs drawn at random from those found, and whether they tell the same news, read by hand."""
    lines = [json.loads(line) for line in CHECKED.read_text(encoding="utf-8").splitlines()]
    return {frozenset((line["first"], line["second"])): line["real"] for line in lines}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minhash", action="store_true", help="compare with datasketch's MinHash, which must be there")
    arguments = parser.parse_args()
    notes = open_notes()
    started = time.process_time()
    pairs = find_pairs(notes)
    compare("runs of words", {frozenset((pair.first, pair.second)) for pair in pairs}, started)
    print("  " + ", ".join(f"{likeness} {count}" for likeness, count in Counter(p.likeness for p in pairs).items()))
    checked = read_checked()
    print(f"  real among those read by hand: {wilson(sum(checked.values()), len(checked))}")
    if arguments.minhash:
        started = time.process_time()
        compare("MinHash", minhash(notes), started)
    print("second files of a note that are found, by what was done to them")
    for name, edit in EDITS.items():
        found = found_of(notes, edit)
        print(f"  {name:36}{wilson(sum(found), len(found))}", flush=True)


if __name__ == "__main__":
    main()
