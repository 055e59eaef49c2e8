"""The same news in two files, whatever was done to the second; and what only looks alike."""

from __future__ import annotations

import random

import pytest

from assistant.corpus.duplicates import Likeness, find_pairs
from assistant.models import Note

_CHANCE = random.Random(1)
WORDS = ["".join(_CHANCE.choices("abcdefghijklmnopqrstuvwxyzéè", k=_CHANCE.randint(2, 9))) for _ in range(2000)]


def text(seed: int, length: int = 120) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def found(*texts: str) -> list[tuple[str, str, Likeness]]:
    notes = [Note(str(number), "T", body) for number, body in enumerate(texts)]
    return [(pair.first, pair.second, pair.likeness) for pair in find_pairs(notes)]


def test_different_notes_are_no_pair() -> None:
    assert found(*(text(seed) for seed in range(30))) == []


def test_the_same_text_in_other_typography() -> None:
    body = "L’été, « à Lyon » : voir [le site](https://example.org/a) — e\u0301lu."
    other = 'L\'ÉTÉ, "à Lyon"\n\nvoir le site - élu'
    assert found(body, text(1), other) == [("0", "2", Likeness.SAME)]


def test_several_copies_go_with_the_first() -> None:
    assert found(text(1), text(1), text(1)) == [("0", "1", Likeness.SAME), ("0", "2", Likeness.SAME)]


def test_a_reworded_note_is_nearly_the_same() -> None:
    words = text(1).split()
    words[10], words[50], words[90] = "autre", "mot", "ici"
    ((first, second, likeness),) = found(text(1), text(2), " ".join(words))
    assert (first, second, likeness) == ("0", "2", Likeness.NEAR)
    assert 0.5 < find_pairs([Note("a", "T", text(1)), Note("b", "T", " ".join(words))])[0].shared < 1


@pytest.mark.parametrize("longer_first", [True, False])
def test_a_note_within_another(longer_first: bool) -> None:
    longer, shorter = f"{text(2, 300)} {text(1)} {text(3, 300)}", text(1)
    texts = (longer, shorter) if longer_first else (shorter, longer)
    expected = ("1", "0") if longer_first else ("0", "1")
    assert found(*texts) == [(*expected, Likeness.WITHIN)]


def test_what_a_series_has_in_common_is_no_likeness() -> None:
    template = text(1, 80)
    assert found(*(f"{template} {text(seed, 20)}" for seed in range(2, 14))) == []
    assert found(f"{template} {text(2, 20)}", f"{template} {text(3, 20)}") == [("0", "1", Likeness.NEAR)]


@pytest.mark.parametrize("texts", [(), ("",), ("", ""), ("un", "deux mots"), ("…", "un deux trois", "un deux quatre")])
def test_little_text_or_none(texts: tuple[str, ...]) -> None:
    assert [likeness for *_, likeness in found(*texts)] in ([], [Likeness.SAME])


def test_more_copies_than_the_common_limit_are_found_all_the_same() -> None:
    assert len(found(*[text(1)] * 150)) == 149
