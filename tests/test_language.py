"""What members read, in French and in English. `tests/messages.py` gathers it; `python -m tests.messages` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import polib
import pytest
from click.testing import CliRunner

from assistant import Answer, Assistant, Refusal, Settings, language
from assistant.answering.events import _NAMES
from assistant.answering.subject import _NOUNS
from assistant.chunking import chunk_note
from assistant.cli import cli
from assistant.dates import format_date, format_day_range, format_when
from assistant.errors import QuestionError, ServeError, SettingsError
from assistant.language import Language, tr
from assistant.models import Kind, Note, PartialDate
from assistant.questions import read_filters
from assistant.ui.listening import listen
from assistant.ui.login_pages import login_page
from assistant.ui.markup import kind_label, note_date
from assistant.ui.server import serve
from assistant.ui.words import given_words, written_words
from tests.messages import CATALOGUE, PACKAGE, Gathered, gather, placeholders, unwrapped

#: Functions that speak to operators, who read French.
TO_OPERATORS = ("_unusable", "_exposed", "startup")
#: Pages of people who read French.
NOT_FOR_MEMBERS = {"staff", "evaluation", "operating"}
FOR_MEMBERS = [path for path in sorted((PACKAGE / "ui").rglob("*.py")) if not NOT_FOR_MEMBERS & {*path.parts}]


@cache
def of_the_package() -> Gathered:
    return gather()


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


@pytest.fixture
def restored() -> Iterator[None]:
    """For what changes the language itself."""
    yield
    language.use(Language.FRENCH)


def test_the_catalogue_has_what_the_code_says_and_nothing_else(catalogue: polib.POFile) -> None:
    gathered = of_the_package()
    assert gathered.unclear == [], "give tr() a text, or a constant at the top of a module that holds texts"
    assert {entry.msgid for entry in catalogue} == set(gathered.texts), "run: python -m tests.messages"


def test_every_text_has_an_english_one(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in catalogue if not entry.translated()] == []
    assert [e.msgid for e in catalogue if placeholders(e.msgid) != placeholders(e.msgstr)] == []


def test_english_is_written_as_english_is(catalogue: polib.POFile) -> None:
    wrong = re.compile(r"[\s\u00a0\u202f][:;?!]|[«»]|\w'\w")
    assert [entry.msgstr for entry in catalogue if wrong.search(entry.msgstr)] == []
    ends = [(e.msgid[-1:], e.msgstr[-1:]) for e in catalogue if e.msgid[-1:] in ".?!:" or e.msgstr[-1:] in ".?!:"]
    assert [pair for pair in ends if pair[0] != pair[1]] == []


def test_what_is_compiled_is_the_catalogue(catalogue: polib.POFile) -> None:
    assert CATALOGUE.with_suffix(".mo").read_bytes() == catalogue.to_binary(), "run: python -m tests.messages"


@pytest.mark.parametrize("path", FOR_MEMBERS, ids=lambda path: path.name)
def test_french_for_members_is_given_to_tr(path: Path) -> None:
    assert unwrapped(path, of_the_package().texts, TO_OPERATORS) == []


def test_texts_are_gathered_from_calls_constants_and_loops(tmp_path: Path) -> None:
    package = tmp_path / "assistant"
    package.mkdir()
    (package / "one.py").write_text(
        "from assistant.ui.gate import EXPIRED\nA, Z = 'Un', 'Zéro'\nB = {1: 'Deux', 2: ('Trois',)}\n"
        "def f(x):\n    return tr(A), tr(Z), tr(B[x]), tr('Quatre' if x else 'Cinq'), tr(EXPIRED)\n"
        "def g(x):\n    return [tr(v) for k, v in B.items()], tr(x), tr(f'{x} !'), tr(x.name)\n",
        encoding="utf-8",
    )
    gathered = gather(package)
    assert set(gathered.texts) == {
        "Un",
        "Deux",
        "Trois",
        "Quatre",
        "Zéro",
        "Cinq",
        "Votre session a pris fin : reconnectez-vous.",
    }
    assert [line.split(": ", 1)[1] for line in gathered.unclear] == ["tr(x)", "tr(f'{x} !')", "tr(x.name)"]


def test_a_french_literal_beside_tr_is_found(tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    code = '"""Là."""\n\n\ndef f(x):\n    logger.info("Prêt")\n    return f"Réponse {x}", tr("Été")\n'
    path.write_text(code, encoding="utf-8")
    assert unwrapped(path, {"Été"}) == ["one.py:6: 'Réponse '"]


def test_french_is_what_is_spoken_unless_told() -> None:
    assert language.current() is Language.FRENCH
    assert Settings().language is Language.FRENCH
    assert tr("Accès refusé") == "Accès refusé"


def test_another_language_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_LANGUAGE", "de")
    with pytest.raises(SettingsError, match="ASSISTANT_LANGUAGE : valeurs possibles : 'fr' ou 'en', reçu « de »"):
        Settings.load()


def test_serve_speaks_the_language_of_the_settings(bot: Assistant, restored: None) -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(ServeError):
        serve(bot, Settings(language=Language.ENGLISH, port=taken.getsockname()[1]))
    assert language.current() is Language.ENGLISH


def test_ask_speaks_the_language_of_the_settings(monkeypatch: pytest.MonkeyPatch, restored: None) -> None:
    monkeypatch.setenv("ASSISTANT_LANGUAGE", "en")
    with pytest.raises(QuestionError, match="The question is empty: write what you are looking for"):
        CliRunner().invoke(cli, ["ask", " "], catch_exceptions=False, standalone_mode=False)


REFUSED = "Quel est le prix du pain à Quimper ?"
PASSED = "Quand se tient le Forum Smart City du Grand Paris ?"
NEXT = "Quel est le prochain forum consacré à la smart city ?"
PREMISE = "Pourquoi le programme DcANT a-t-il été supprimé ?"
DAY = date(2024, 3, 1)


def test_a_refusal_in_french(bot: Assistant) -> None:
    reply = bot.ask(REFUSED)
    assert isinstance(reply, Refusal)
    assert reply.text.startswith(
        "Je n'ai pas trouvé de réponse à cette question dans les notes de France urbaine. "
        "Je cherche dans 8 notes, dont 5 datées de 2017. Thèmes : "
    )


def test_refusals_and_notices_in_english(bot: Assistant, english: None) -> None:
    refusal = bot.ask(REFUSED)
    assert isinstance(refusal, Refusal)
    assert refusal.text.startswith(
        "I found no answer to this question in France urbaine’s notes. I search 8 notes, 5 of them dated 2017. Themes: "
    )
    assert bot.ask("Hello").text.startswith("Hello! Ask me a question about what the notes say. I search 8 notes")
    passed, coming, premise = (bot.ask(question, today=DAY) for question in (PASSED, NEXT, PREMISE))
    assert isinstance(passed, Answer) and isinstance(coming, Answer) and isinstance(premise, Answer)
    assert passed.notice == "This date is past."
    assert str(coming.notice).startswith("The notes announce no upcoming forum that matches the question. The last")
    assert premise.notice == "The nearest note does not say “supprimé”; here is what it does say."


def test_what_is_quoted_and_what_is_indexed_stays_french(bot: Assistant, english: None) -> None:
    reply = bot.ask(PASSED, today=DAY)
    assert isinstance(reply, Answer)
    assert "28 et 29 novembre" in reply.sentences[0].text
    (chunk,) = chunk_note(
        Note("note", "Titre", "Texte.", date=PartialDate(2017, 8, 1)), 30, lambda texts: [1] * len(texts)
    )
    assert chunk.context == "Titre (1er août 2017)"


def test_examples_are_english_questions_that_get_an_answer(bot: Assistant, english: None) -> None:
    found = bot.examples(limit=3)
    assert len(found) == 3
    assert all(re.fullmatch(r"(?:What|When) (?:is|does|do) .*“.+”.*\?", question) for question in found)


def test_questions_that_cannot_be_asked(bot: Assistant, english: None) -> None:
    with pytest.raises(QuestionError, match="The question is too long: 2001 characters, where 2000 is the most"):
        bot.ask("a" * 2001)
    with pytest.raises(
        QuestionError, match="A date is written YYYY, YYYY-MM or YYYY-MM-DD and must exist; got “13/2017”"
    ):
        read_filters((), (), "13/2017", None)
    with pytest.raises(QuestionError, match="The period is empty: it begins on 2018 and ends on 2017"):
        read_filters((), (), "2018", "2017")


@pytest.mark.parametrize(
    ("first", "last", "days", "when"),
    [
        (date(2017, 10, 17), date(2017, 10, 17), "17 October 2017", "on 17 October 2017"),
        (date(2018, 5, 1), date(2018, 5, 1), "1 May 2018", "on 1 May 2018"),
        (date(2017, 12, 6), date(2017, 12, 7), "6 and 7 December 2017", "on 6 and 7 December 2017"),
        (date(2018, 3, 2), date(2018, 3, 4), *("from 2 to 4 March 2018",) * 2),
        (date(2018, 2, 27), date(2018, 3, 1), *("from 27 February to 1 March 2018",) * 2),
        (date(2017, 12, 28), date(2018, 1, 2), *("from 28 December 2017 to 2 January 2018",) * 2),
        (date(2018, 5, 1), date(2018, 5, 31), "May 2018", "in May 2018"),
        (date(2018, 4, 1), date(2018, 6, 30), *("from April to June 2018",) * 2),
        (date(2017, 1, 1), date(2017, 12, 31), "2017", "in 2017"),
        (date(2017, 1, 1), date(2019, 12, 31), *("from 2017 to 2019",) * 2),
    ],
)
def test_days_in_english(first: date, last: date, days: str, when: str, english: None) -> None:
    assert (format_day_range(first, last), format_when(first, last)) == (days, when)


def test_open_days_and_dates_of_notes_in_english(english: None) -> None:
    assert format_day_range(date(2018, 5, 1), None) == "since 1 May 2018"
    assert format_day_range(None, date(2018, 6, 20)) == "until 20 June 2018"
    dates = (PartialDate(2018, 5, 1), PartialDate(2017, 10), PartialDate(2017))
    assert [format_date(day) for day in dates] == ["1 May 2018", "October 2017", "2017"]
    assert (note_date(dates[0]), note_date(None)) == ("1 May 2018", "undated")


def test_kinds_have_a_name_in_each_language(restored: None) -> None:
    assert [kind_label(kind) for kind in Kind] == [kind.value for kind in Kind]
    language.use(Language.ENGLISH)
    assert [kind_label(kind) for kind in Kind] == ["programme", "governance", "event", "study", "other"]


def test_every_noun_of_events_has_an_english_one() -> None:
    assert {noun.singular for noun in _NOUNS.values() if noun.kind is Kind.EVENT} == set(_NAMES)


def test_login_page_in_english(english: None) -> None:
    page = login_page("field", "/", tr("Ce formulaire a expiré : recommencez."), "/connexion/organisation")
    for text in ("<h1>Log in</h1>", ">Name<", ">Password<", "This form has expired", "my organisation’s account"):
        assert text in page
    assert not re.search(r"Connexion|Nom<|Mot de passe|[éèà]", page.replace("/connexion", ""))


def test_gradio_speaks_the_language_of_its_page(english: None) -> None:
    spoken, staff = given_words(Language.ENGLISH), given_words(Language.FRENCH)
    assert spoken["fr"] == spoken["en"]
    assert spoken["en"]["status.queue_position"] == "In the queue: {position} of {size}"
    assert staff["en"]["status.queue_position"] == "Dans la file : {position} sur {size}"
    assert written_words(Language.ENGLISH)["Connection Lost"] == "Connection lost"
    assert written_words(Language.FRENCH)["Connection Lost"] == "Connexion perdue"
