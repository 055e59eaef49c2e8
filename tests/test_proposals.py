"""Questions that are proposed: well worded, asked first, and never what was told already."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant import Answer, Assistant, Filters, Note, Settings, Turn
from assistant.embedding import Embedder
from assistant.index import Recipe, sync
from assistant.models import Kind, PartialDate, Refusal
from assistant.proposals import proposer
from assistant.proposals.wording import name, question_on, questions_of

QUESTIONS = (
    "Qui pilote le programme DcANT ?",
    "Quand et où se tient le Forum des Interconnectés ?",
    "When is the Smart City forum?",
    "Quel est le budget de France urbaine ?",
)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many are looked for on a busy machine as on an idle one."""
    monkeypatch.setattr(proposer, "_PATIENCE", 60.0)


@pytest.mark.parametrize(
    ("title", "subject", "of"),
    [
        ("14ème édition du Forum des Interconnectés", "le Forum des Interconnectés", "du Forum des Interconnectés"),
        ("3e édition des Assises du vélo", "les Assises du vélo", "des Assises du vélo"),
        ("Forum Smart City du Grand Paris", "le Forum Smart City du Grand Paris", "du Forum Smart City du Grand Paris"),
        ("Programme de développement concerté (DcANT)", "le programme DcANT", "du programme DcANT"),
        (
            "Installation du nouveau Conseil (CNI)",
            "l’installation du nouveau Conseil",
            "de l’installation du nouveau Conseil",
        ),
        ("Journées de l’eau", "les journées de l’eau", "des journées de l’eau"),
        ("Jeux Olympiques à Paris", "les Jeux Olympiques à Paris", "des Jeux Olympiques à Paris"),
        ("Paris accueille le monde", "« Paris accueille le monde »", "de « Paris accueille le monde »"),
    ],
)
def test_a_title_is_spoken_of_with_its_article(title: str, subject: str, of: str) -> None:
    named = name(title)
    assert named is not None
    assert (named.subject, named.of) == (subject, of)


@pytest.mark.parametrize("title", ["", "(CNI)", "Un titre " * 20])
def test_some_titles_make_no_question(title: str) -> None:
    assert name(title) is None


def test_verbs_agree_and_spaces_do_not_break() -> None:
    note = Note("n", "Assises du vélo", "", PartialDate(2018), False, Kind.EVENT)
    assert list(questions_of(note))[:2] == [
        "Quand ont lieu les assises du vélo\u00a0?",
        "Où se tiennent les assises du vélo\u00a0?",
    ]
    assert question_on("innovation") == "Quelles notes parlent d’innovation\u00a0?"


def test_every_example_is_answered_by_a_citation(bot: Assistant) -> None:
    examples = bot.examples(8)
    assert len(examples) == len(set(examples)) == 8
    for question in examples:
        reply = bot.ask(question)
        assert isinstance(reply, Answer), question
        assert reply.citations


@pytest.mark.parametrize("limit", [0, 1, 4])
def test_as_many_examples_as_wanted(bot: Assistant, limit: int) -> None:
    assert len(bot.examples(limit)) == limit


def test_the_first_examples_are_of_different_kinds(bot: Assistant, notes: list[Note]) -> None:
    kinds = {note.id: note.kind for note in notes}
    cited = [bot.ask(question).passages[0].note.id for question in bot.examples(3)]
    assert len({kinds[note_id] for note_id in cited}) == 3


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_follow_up_is_answered_and_tells_more(bot: Assistant, question: str) -> None:
    reply = bot.ask(question)
    proposed = bot.follow_ups(reply)
    told = {(c.note_id, c.start, c.end) for c in reply.citations} if isinstance(reply, Answer) else set()
    for one in proposed:
        answer = bot.ask(one)
        assert isinstance(answer, Answer), one
        assert {(c.note_id, c.start, c.end) for c in answer.citations} - told, one
    assert len(proposed) <= 3
    assert bot.follow_ups(reply) == proposed


def test_most_replies_have_a_follow_up(bot: Assistant) -> None:
    assert sum(bool(bot.follow_ups(bot.ask(question))) for question in QUESTIONS) >= 3


def test_what_was_asked_is_not_proposed(bot: Assistant) -> None:
    reply = bot.ask(QUESTIONS[3])
    assert isinstance(reply, Refusal)
    first, *_ = bot.follow_ups(reply)
    assert first not in bot.follow_ups(reply, [Turn("user", first), Turn("assistant", "…")])


def test_filters_hold_for_what_is_proposed(bot: Assistant) -> None:
    filters = Filters(kinds=frozenset({Kind.EVENT}))
    reply = bot.ask(QUESTIONS[1], filters=filters)
    for one in bot.follow_ups(reply, (), filters):
        answer = bot.ask(one, filters=filters)
        assert isinstance(answer, Answer)
        assert {p.note.kind for p in answer.passages} == {Kind.EVENT}


@pytest.fixture
def own(tmp_path: Path, recipe: Recipe, embedder: Embedder, notes: list[Note]) -> Assistant:
    sync(tmp_path, notes, recipe)
    return Assistant(Settings.load(index_dir=tmp_path), embedder)


def test_examples_change_with_the_corpus(own: Assistant, recipe: Recipe) -> None:
    before, known = own.examples(4), own.knowledge()
    text = "La charte du vélo urbain réunit douze villes depuis le 3 mars 2021. Elle est signée à Nantes."
    note = Note("charte", "Charte du vélo urbain", text, PartialDate(2021, 3), False, Kind.PROGRAMME, ("vélo",))
    sync(own.settings.index_dir, [note], recipe, force=True)
    after = own.examples(4)
    assert any("charte du vélo" in question for question in after)
    assert not set(before) & set(after)
    assert (known.notes, own.knowledge().notes) == (8, 1)
    assert own.knowledge().last == PartialDate(2021, 3)
    assert own.themes() == (("vélo", 1),)
    assert own.count(Filters(themes=frozenset({"vélo"}))) == 1
    assert own.count(Filters(kinds=frozenset({Kind.STUDY}))) == 0
    own.close()


def test_nothing_is_looked_for_while_somebody_waits(own: Assistant) -> None:
    reply = own.ask(QUESTIONS[1])
    waiting = own.stream(QUESTIONS[0])
    next(waiting)
    assert own.follow_ups(reply) == ()
    list(waiting)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(own.follow_ups, [reply] * 4))
    assert own.follow_ups(reply) == max(found, key=len) != ()
    own.close()
