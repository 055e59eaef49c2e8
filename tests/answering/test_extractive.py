"""Which sentences answer: ranked on the real notes, chosen by rules that can be checked by hand."""

from __future__ import annotations

import pytest

from assistant.answering.extractive import Candidate, TermWeights, rank_sentences, select
from assistant.embedding import Embedder
from assistant.index import Build
from assistant.models import Chunk, Note, Passage
from assistant.retrieval import Retrieval, retrieve


def candidates(*scored: tuple[str, str, float]) -> list[Candidate]:
    """`(note id, sentence, score)`: sentences of a note follow each other in its text."""
    texts: dict[str, str] = {}
    for note_id, sentence, _ in scored:
        texts[note_id] = f"{texts[note_id]} {sentence}" if note_id in texts else sentence
    found, used = [], dict.fromkeys(texts, 0)
    for note_id, sentence, score in scored:
        note = Note(note_id, note_id, texts[note_id])
        start = note.text.index(sentence, used[note_id])
        used[note_id] = start + 1
        chunk = Chunk(note_id, note_id, 0, 0, len(note.text), note.text, (), note_id)
        found.append(Candidate(Passage(chunk, note, 1, 1, 1, 1), start, start + len(sentence), 0, 0, score))
    return sorted(found, key=lambda candidate: -candidate.score)


def chosen(*scored: tuple[str, str, float], most: int = 3) -> list[str]:
    return [candidate.text for candidate in select(candidates(*scored), most)]


def test_the_best_alone_where_the_others_are_far() -> None:
    assert chosen(("a", "Un.", 5), ("a", "Deux.", 1), ("b", "Trois.", 0)) == ["Un."]


def test_a_second_where_the_first_is_not_sure_enough() -> None:
    assert chosen(("a", "Un.", 5), ("a", "Deux.", 3), ("b", "Trois.", -1)) == ["Un.", "Deux."]


def test_those_nearly_as_good_in_reading_order() -> None:
    assert chosen(("a", "Un.", 4.9), ("a", "Deux.", 5), ("a", "Trois.", 4.8)) == ["Un.", "Deux.", "Trois."]


def test_notes_come_in_the_order_of_their_best() -> None:
    assert chosen(("a", "Un.", 4.7), ("b", "Deux.", 4.8), ("b", "Trois.", 5)) == ["Deux.", "Trois.", "Un."]


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_never_more_than_asked(most: int) -> None:
    assert len(chosen(*((note, f"Phrase {note}.", 5) for note in "abcd"), most=most)) == min(most, 4)


def test_the_same_sentence_is_said_once() -> None:
    assert chosen(("a", "Un fait.", 5), ("b", "Un fait.", 5), ("b", "Autre fait.", 4.9)) == ["Un fait.", "Autre fait."]


def test_a_long_best_is_kept_whole_and_alone() -> None:
    long = "Très " * 200 + "long."
    assert chosen(("a", long, 5), ("a", "Court.", 4.9)) == [long]


def test_a_label_is_chosen_only_when_nothing_else_is_there() -> None:
    assert chosen(("a", "Construire les territoires", 5), ("a", "Une phrase.", 1)) == ["Une phrase."]
    assert chosen(("a", "Construire les territoires", 5), ("a", "Innover", 1)) == ["Construire les territoires"]


@pytest.mark.parametrize("end", [".", "!", "?", "…", "»", '"', ")"])
def test_any_end_mark_will_do(end: str) -> None:
    assert chosen(("a", "Un titre", 5), ("a", f"Une phrase{end}", 1)) == [f"Une phrase{end}"]


def test_nothing_ranked_nothing_chosen() -> None:
    assert select([], 3) == []


def ranked(build: Build, embedder: Embedder, question: str) -> list[Candidate]:
    return rank_sentences(build, embedder, question, retrieve(build, embedder, question, 5))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Qui pilote le programme DcANT ?", "secrétariat général"),
        ("Combien de communes compte le consortium de Dijon ?", "24 communes"),
        ("Que veut dire INP ?", "instance nationale partenariale"),
        ("Quel rapport Luc Belot a-t-il rendu ?", "De la smart city aux territoires d’intelligence"),
    ],
)
def test_the_best_sentence_of_the_notes(build: Build, embedder: Embedder, question: str, words: str) -> None:
    assert words in ranked(build, embedder, question)[0].text


def test_candidates_are_whole_sentences_of_their_passages(build: Build, embedder: Embedder) -> None:
    found = ranked(build, embedder, "Quelle gouvernance pour le numérique dans les villes ?")
    assert [candidate.score for candidate in found] == sorted((c.score for c in found), reverse=True)
    for candidate in found:
        chunk = candidate.passage.chunk
        assert chunk.start <= candidate.start < candidate.end <= chunk.end
        assert candidate.text == candidate.passage.note.text[candidate.start : candidate.end] == candidate.text.strip()
        assert 0 <= candidate.shared <= 1
        assert candidate.span == (candidate.passage.note, candidate.start, candidate.end)


def test_nothing_retrieved_nothing_ranked(build: Build, embedder: Embedder) -> None:
    nothing = Retrieval(embedder.encode_query("Qui ?"), ())
    assert rank_sentences(build, embedder, "Qui ?", nothing) == []


def test_shared_weighs_rare_words_more(build: Build) -> None:
    weights = TermWeights(build, "le programme DcANT numérique")
    assert weights.shared("Le programme DcANT, numérique.") == pytest.approx(1)
    assert weights.shared("Rien de tout cela.") == 0
    assert weights.shared("DcANT") > weights.shared("numérique") > 0
    assert TermWeights(build, "qui est-ce ?").shared("DcANT") == 0
