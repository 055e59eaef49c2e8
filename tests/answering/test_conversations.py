"""Conversations over the project's own notes, from end to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant import Answer, Assistant, Note, Refusal, Settings, Turn
from assistant.embedding import Embedder
from assistant.index import Recipe, sync
from assistant.models import Reply

Talk = Callable[..., list[Reply]]
DCANT = "Qui pilote le programme DcANT ?"
FORUM = "Quand se tient le Forum des Interconnectés ?"
ELSEWHERE = [
    *("Quelle est la capitale de l'Australie ?", "Quelle est la recette de la tarte aux pommes ?"),
    *("Qui a gagné la coupe du monde ?", "Quelle est la capitale ?"),
    *("Et son budget ?", "Combien de visiteurs attend-il ?", "Et à Marseille ?", "Qui est le maire de Marseille ?"),
]
#: The questions of a conversation, and the note that the last one is answered from.
TALKS = [
    ([DCANT, "Et depuis quand ?"], "programme-dcant"),
    ([DCANT, "Quels sont les objectifs ?"], "programme-dcant"),
    ([DCANT, "Donne-moi plus de détails"], "programme-dcant"),
    ([DCANT, "Tu peux développer ?"], "programme-dcant"),
    ([DCANT, "Vous pouvez m'en dire plus ?"], "programme-dcant"),
    ([DCANT, "Pourquoi ?"], "programme-dcant"),
    ([DCANT, "Et le CNI ?", "Et lui ?"], "conseil-national-industrie"),
    (["Que veut dire INP ?", "Depuis quand existe-t-elle ?"], "programme-dcant"),
    (["Que veut dire INP ?", "Et le CNI ?"], "conseil-national-industrie"),
    ([FORUM, "C'est où ?"], "forum-interconnectes"),
    ([FORUM, "Qui l'organise ?"], "forum-interconnectes"),
    ([FORUM, "Et à Lyon ?"], "forum-interconnectes"),
    ([FORUM, "Merci !", "Et où ?"], "forum-interconnectes"),
    ([FORUM, "Qui l'organise ?", "Et le Forum Smart City ?"], "forum-smart-city-grand-paris"),
    (["Quand a lieu le forum des interconectés ?", "salut, tu peux me dire où stp ?"], "forum-interconnectes"),
    (["Qui est Denis Hameau ?", "Quel est son rôle ?"], "demi-journee-smart-city-syntec"),
    (["Qui est maire de Besançon ?", "Et de Clermont-Ferrand ?"], "demi-journee-smart-city-syntec"),
    (["What is the DcANT programme?", "And when?"], "programme-dcant"),
    ([DCANT, FORUM], "forum-interconnectes"),
    ([DCANT, "Qui est Olivier Bianchi ?"], "demi-journee-smart-city-syntec"),
]
WORDED = [
    ("Qui pilote le progrmme DcANT ?", "programme-dcant"),
    ("QUI PILOTE LE PROGRAMME DCANT ?", "programme-dcant"),
    ("qui est le secretaire general du dcant", "programme-dcant"),
    ("Quand a lieu le forum des interconectés ?", "forum-interconnectes"),
    ("OÙ SE TIENT LE FORUM DES INTERCONNECTÉS ?", "forum-interconnectes"),
    ("Salut, est-ce que tu pourrais me dire stp quand a lieu le Forum des Interconnectés ?", "forum-interconnectes"),
    ("c koi l'INP", "programme-dcant"),
    ("c koi l'inp", "programme-dcant"),
    ("qui a presente la politque industrielle", "conseil-national-industrie"),
    ("Que regroupe le conseil national de l'industrie ?", "conseil-national-industrie"),
    ("Jean Rotner est maire de quelle ville ?", "demi-journee-smart-city-syntec"),
    ("kan a lieu le forum smart city ?", "forum-smart-city-grand-paris"),
    ("Who runs the DcANT programme?", "programme-dcant"),
    ("What does INP stand for?", "programme-dcant"),
    ("How many municipalities are in the Dijon consortium?", "demi-journee-smart-city-syntec"),
    ("Where is the Interconnectés forum held?", "forum-interconnectes"),
]
UNKNOWN = [
    *("QUELLE EST LA CAPITALE DE L'AUSTRALIE ?", "Salut, tu peux me dire la recette de la tarte aux pommes stp ?"),
    *("c koi le PIB", "quel maire à marseille ?", "What is the capital of Australia?", "Who wrote Hamlet?"),
    *("Who won the 1998 world cup?", "Who is the mayor of Marseille?", "How much does the forum cost?"),
]


@pytest.fixture(scope="module")
def talk(bot: Assistant) -> Talk:
    """Ask one question after the other, as the chat does."""

    def ask(*asked: str, cited: bool = True) -> list[Reply]:
        history, replies = list[Turn](), list[Reply]()
        for question in asked:
            reply = bot.ask(question, history)
            notes = sources(reply) if cited else ()
            history += [Turn("user", question), Turn("assistant", reply.text, tuple(sorted(notes)))]
            replies.append(reply)
        return replies

    return ask


def sources(reply: Reply) -> set[str]:
    return {citation.note_id for citation in reply.citations} if isinstance(reply, Answer) else set()


@pytest.mark.parametrize(("asked", "note_id"), TALKS, ids=lambda value: str(value))
def test_a_follow_up_is_answered_from_the_right_note(talk: Talk, asked: list[str], note_id: str) -> None:
    *_, last = talk(*asked)
    assert isinstance(last, Answer), last.standalone_question
    assert note_id in sources(last), last.standalone_question


@pytest.mark.parametrize("question", ELSEWHERE)
@pytest.mark.parametrize("first", [DCANT, FORUM])
def test_what_the_notes_do_not_say_is_not_answered_from_the_topic_before(talk: Talk, first: str, question: str) -> None:
    *_, last = talk(first, question)
    assert isinstance(last, Refusal) or last.corrects, last.text


def test_a_change_of_topic_is_shown_as_it_was_asked(talk: Talk) -> None:
    *_, last = talk(DCANT, "Qui est le maire de Dijon ?")
    assert last.standalone_question == "Qui est le maire de Dijon ?"


def test_a_conversation_without_known_sources_goes_on_as_well(talk: Talk) -> None:
    *_, last = talk(DCANT, "Et depuis quand ?", cited=False)
    assert sources(last) == {"programme-dcant"}


@pytest.mark.parametrize(("question", "note_id"), WORDED)
def test_is_answered_however_it_is_typed(bot: Assistant, question: str, note_id: str) -> None:
    reply = bot.ask(question)
    assert isinstance(reply, Answer), reply.standalone_question
    assert note_id in sources(reply)


@pytest.mark.parametrize("question", UNKNOWN)
def test_is_refused_however_it_is_typed(bot: Assistant, question: str) -> None:
    assert isinstance(bot.ask(question), Refusal)


@pytest.fixture(scope="module")
def two_notes(tmp_path_factory: pytest.TempPathFactory, recipe: Recipe, embedder: Embedder) -> Iterator[Assistant]:
    """Each of the first two notes holds one form of an acronym; the third introduces it."""
    settings = Settings.load(index_dir=tmp_path_factory.mktemp("two"))
    sync(settings.index_dir, acronym_notes(), recipe)
    made = Assistant(settings, embedder)
    yield made
    made.close()


def acronym_notes() -> list[Note]:
    return [
        Note("courte", "Siège de la CTZ", "La CTZ est installée à Besançon, rue des Granges."),
        Note("longue", "Budget", "La conférence territoriale des zones dispose de trois millions d'euros par an."),
        Note("sigle", "Sigles", "Il faut compter avec la conférence territoriale des zones (CTZ) et ses membres."),
        Note("autre", "Le jardin", "Le jardin botanique de Lyon ouvre ses portes au printemps."),
    ]


@pytest.mark.parametrize(
    ("question", "note_id"),
    [
        ("Où est installée la conférence territoriale des zones ?", "courte"),
        ("Où est installée la CTZ ?", "courte"),
        ("De combien de millions dispose la CTZ ?", "longue"),
        ("De combien de millions dispose la conférence territoriale des zones ?", "longue"),
    ],
)
def test_either_form_of_an_acronym_finds_the_other(two_notes: Assistant, question: str, note_id: str) -> None:
    reply = two_notes.ask(question)
    assert isinstance(reply, Answer), reply.standalone_question
    assert note_id in sources(reply)
    assert reply.passages[0].note.id == note_id
    assert reply.passages[0].lexical > 0


def test_acronyms_go_with_the_note_that_introduced_them(tmp_path: Path, recipe: Recipe, embedder: Embedder) -> None:
    settings = Settings.load(index_dir=tmp_path)
    notes = acronym_notes()
    sync(settings.index_dir, notes, recipe)
    made = Assistant(settings, embedder)
    with made.reader.lease() as build:
        assert build.catalogue.acronyms.phrasings("la CTZ") == ("la conférence territoriale des zones",)
    sync(settings.index_dir, [note for note in notes if note.id != "sigle"], recipe, force=True)
    with made.reader.lease() as build:
        assert build.catalogue.acronyms.phrasings("la CTZ") == ()
    made.close()
