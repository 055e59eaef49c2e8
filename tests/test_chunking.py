"""Notes -> chunks: what holds for every note, and the cases that Markdown makes hard."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from assistant.chunking import chunk_note, chunk_notes
from assistant.embedding import Embedder
from assistant.french.calendar import french_date
from assistant.models import Chunk, Note, PartialDate


def count_words(texts: list[str]) -> list[int]:
    """A budget that a reader can check by hand."""
    return [len(text.split()) for text in texts]


def cut(text: str, budget: int = 30, title: str = "Titre") -> list[Chunk]:
    return chunk_note(Note("note", title, text), budget, count_words)


def dense(text: str) -> str:
    return "".join(text.split())


BLOCKS = [
    "Une phrase seule. Une autre, plus longue que la première. Et une dernière.",
    "Un titre souligné\n---\nUne suite.",
    "Un titre doublé\n===\nUne suite.",
    "---",
    "***",
    "[1]: une note en bas de page",
    "[Le site]: https://www.example.org 'titre'",
    "| a | b |\n|---|---|\n| un | 1 |\n| deux | 2 |",
    "a | b\n--|--\n1 | 2",
    "<div class='x'>\n# pas un titre\n</div>",
    "<!-- un commentaire\n\n# pas un titre -->",
    "<script>\n# pas un titre\n\nvar a = 1;\n</script>",
    "- un\n  - deux\n    - trois\n\n      # titre dans une liste\n- quatre",
    "1. un\n2. deux\n\n   suite du deux\n10. dix",
    "```\n# pas un titre\n\n## non plus\n```",
    "~~~python\n# pas un titre\nprint('oui.')\n~~~",
    "    # du code en retrait\n    print()",
    "> # un titre cité\n> Une phrase citée.\n>> Et une autre.",
    "#pas un titre",
    "####### pas un titre non plus",
    "\\# pas un titre",
    "Une ligne à deux espaces  \net sa suite\\\net sa fin",
    "M. Dupont, de la S.N.C.F., cite l'art. 3 (n° 12). La 14ème édition coûte 2,5 M€.",
    "Sans point final",
    "e\u0301te\u0301 \u00a0: \u202f« oui »\u00a0! 🏙️ 中文。",
    'Une entité &nbsp; et &amp; une image ![x](y.png "z") et <b>du gras</b>.',
    "Une tabulation\tici\u2028et un séparateur\u2029de lignes\x0bet\x0cde pages.",
    "Une phrase " + "assez longue " * 20 + "pour dépasser le budget.",
    "mot" * 400,
    "+ a\n+ b\n\n+ c",
    "* * *",
    "Terme\n: définition",
    "[^1]: une note\n\n[^1] appelée.",
]
HEADINGS = ["# Un", "## Deux ##", "### Trois *en gras*", "#### Quatre", "#", "##   ", " ## Cinq", "# Un"]


@pytest.mark.parametrize("seed", range(120))
def test_all_but_headings_lies_in_exactly_one_chunk(seed: int) -> None:
    chance = random.Random(seed)
    blocks = [chance.choice(BLOCKS) for _ in range(chance.randrange(1, 12))]
    pieces, kept = [], []
    for block in blocks:
        if chance.random() < 0.4:
            pieces.append(chance.choice(HEADINGS))
        pieces.append(block)
        kept.append(block)
    newline = chance.choice(["\n", "\n", "\r\n"])
    text = "\n\n".join(pieces).replace("\n", newline)
    budget = chance.choice([5, 12, 30, 100])
    chunks = cut(text, budget)
    assert max(count_words([chunk.text for chunk in chunks])) <= budget
    assert "".join(dense(chunk.text) for chunk in chunks) == "".join(map(dense, kept))
    assert_sound(chunks, Note("note", "Titre", text))


def assert_sound(chunks: list[Chunk], note: Note) -> None:
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert all(chunk.text == note.text[chunk.start : chunk.end] for chunk in chunks)
    assert all(chunk.text.strip() for chunk in chunks)
    assert all(chunk.text == chunk.text.strip() for chunk in chunks)
    assert all(chunk.note_id == note.id for chunk in chunks)
    assert all(first.end <= second.start for first, second in pairwise(chunks))
    assert len({chunk.id for chunk in chunks}) == len(chunks)


@pytest.mark.parametrize("budget", [32, 64, 220])
def test_the_notes_in_the_embedders_tokens(budget: int, notes: list[Note], embedder: Embedder) -> None:
    for note in notes:
        chunks = chunk_note(note, budget, embedder.count_tokens)
        assert_sound(chunks, note)
        assert "".join(dense(chunk.text) for chunk in chunks) == dense(note.text)  # they have no headings
        assert max(embedder.count_tokens([chunk.text for chunk in chunks])) <= budget


@pytest.mark.parametrize(
    "text",
    [
        "le " * 300 + "2015-991/2016.12/XZQ-" * 60,
        "x" * 3000,
        "中文" * 700,
        "Un mot puis " + "AZERTYUIOP" * 200 + " et la suite du texte sans point",
        "\n".join(f"| {n} | {n * 7919} | Ville-sur-Mer n° {n} |" for n in range(120)),
        "🏙️" * 300,
        " ".join(f"https://www.example.org/a/{n}?b=%C3%A9" for n in range(60)),
    ],
    ids=["numbers last", "one word", "no spaces", "a long word within", "table", "emoji", "addresses"],
)
@pytest.mark.parametrize("budget", [32, 220])
def test_even_an_endless_sentence_keeps_the_budget(text: str, budget: int, embedder: Embedder) -> None:
    note = Note("note", "Titre", text)
    chunks = chunk_note(note, budget, embedder.count_tokens)
    assert_sound(chunks, note)
    assert "".join(dense(chunk.text) for chunk in chunks) == dense(text)
    assert max(embedder.count_tokens([chunk.text for chunk in chunks])) <= budget


def test_nothing_that_is_embedded_is_beyond_what_the_embedder_reads(embedder: Embedder) -> None:
    text = "## Une section au titre bien long\n\n" + " ".join(f"La phrase numéro {n} est là." for n in range(400))
    note = Note("note", "Un titre qui n'en finit pas " * 4, text, PartialDate(2017, 11, 20))
    chunks = chunk_note(note, 510, embedder.count_tokens, embedder.max_tokens)
    longest = max(embedder.count_tokens([f"passage: {chunk.embedded_text}" for chunk in chunks]))
    assert 400 < longest <= embedder.max_tokens - 2  # <s> and </s>


@pytest.mark.parametrize("budget", [10, 25, 60])
def test_no_chunk_begins_or_ends_within_a_sentence(budget: int) -> None:
    sentences = [f"La phrase numéro {n} compte huit mots ici." for n in range(40)]
    paragraphs = [" ".join(sentences[at : at + 5]) for at in range(0, 40, 5)]
    chunks = cut("\n\n".join(paragraphs), budget)
    assert len(chunks) > 1
    homes = [[chunk.ordinal for chunk in chunks if sentence in chunk.text] for sentence in sentences]
    assert all(len(home) == 1 for home in homes)
    assert all(len(chunk.text.split()) <= budget for chunk in chunks)


def test_paragraphs_stay_whole_where_they_fit() -> None:
    paragraphs = [" ".join([f"Phrase {n}."] * 5) for n in range(6)]  # ten words each
    chunks = cut("\n\n".join(paragraphs), 25)
    assert [chunk.text for chunk in chunks] == ["\n\n".join(paragraphs[at : at + 2]) for at in (0, 2, 4)]


def test_headings_are_context_and_never_text() -> None:
    chunks = cut("Avant.\n\n# A\n\nUn.\n\n## B\n\nDeux.\n\n### C\n\nTrois.\n\n## D\n\nQuatre.\n\n# E\n\nCinq.")
    assert [(chunk.text, chunk.headings) for chunk in chunks] == [
        ("Avant.", ()),
        ("Un.", ("A",)),
        ("Deux.", ("A", "B")),
        ("Trois.", ("A", "B", "C")),
        ("Quatre.", ("A", "D")),
        ("Cinq.", ("E",)),
    ]
    assert [chunk.context for chunk in chunks][3] == "Titre > A > B > C"
    assert all(chunk.embedded_text == f"{chunk.context}\n{chunk.text}" for chunk in chunks)


def test_sections_of_one_name_stay_apart() -> None:
    chunks = cut("# A\n\nUn.\n\n# A\n\nDeux.\n\n#\n\nTrois.")
    assert [(chunk.text, chunk.headings) for chunk in chunks] == [("Un.", ("A",)), ("Deux.", ("A",)), ("Trois.", ())]


def test_a_heading_that_repeats_the_title_is_said_once() -> None:
    (chunk,) = cut("# Titre\n\nTexte.")
    assert (chunk.context, chunk.headings) == ("Titre", ("Titre",))


@pytest.mark.parametrize("text", ["# Un\n\n## Deux\n\n### Trois", "# Un titre"])
def test_a_note_of_headings_alone_keeps_them_as_text(text: str) -> None:
    assert "".join(dense(chunk.text) for chunk in cut(text)) == dense(text)


@pytest.mark.parametrize("text", ["", " \n\n\t", "\u00a0"])
def test_no_chunk_of_nothing(text: str) -> None:
    assert cut(text) == []


def test_headings_above_nothing_are_lost_to_no_other() -> None:
    (chunk,) = cut("# A\n\n## B\n\n# C\n\nTexte.")
    assert chunk.headings == ("C",)


@pytest.mark.parametrize(
    ("date", "context"),
    [
        (None, "Titre"),
        (PartialDate(2017), "Titre (2017)"),
        (PartialDate(2017, 11), "Titre (novembre 2017)"),
        (PartialDate(2017, 8, 1), "Titre (1er août 2017)"),
        (PartialDate(2017, 12, 11), "Titre (11 décembre 2017)"),
    ],
)
def test_the_context_tells_the_date(date: PartialDate | None, context: str) -> None:
    (chunk,) = chunk_note(Note("note", "Titre", "Texte.", date=date), 30, count_words)
    assert chunk.context == context
    assert date is None or french_date(date) in context


def ids(*notes: Note, budget: int = 6) -> dict[str, str]:
    return {chunk.text: chunk.id for chunk in chunk_notes(notes, budget, count_words)}


PARAGRAPHS = [f"Le paragraphe {n} compte six mots." for n in "abcdef"]


def test_an_id_depends_on_its_own_chunk_alone() -> None:
    before = ids(Note("a", "A", "\n\n".join(PARAGRAPHS)), Note("b", "B", "Texte de la note b."))
    changed = [*PARAGRAPHS[:2], "Le paragraphe c est autre ici.", *PARAGRAPHS[3:]]
    after = ids(Note("c", "C", "Une note de plus."), Note("a", "A", "\n\n".join(["Un début.", *changed])))
    assert len(before) == 7
    assert {text: before[text] for text in before.keys() & after.keys()} == {
        text: after[text] for text in before.keys() & after.keys()
    }
    assert len(before.keys() & after.keys()) == 5


def test_the_same_text_elsewhere_has_another_id() -> None:
    text = "Le même texte."
    assert len({ids(note)[text] for note in (Note("a", "A", text), Note("b", "A", text), Note("a", "B", text))}) == 3


def test_duplicates_within_a_note_have_distinct_and_stable_ids() -> None:
    text = "\n\n".join([PARAGRAPHS[0]] * 4)
    first, second = (cut(text, 6), cut(text, 6))
    assert len(first) == 4
    assert len({chunk.id for chunk in first}) == 4
    assert first == second
    assert [chunk.id for chunk in cut("\n\n".join([PARAGRAPHS[0]] * 3), 6)] == [chunk.id for chunk in first[:3]]
