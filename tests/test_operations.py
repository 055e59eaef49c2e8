"""What other programs may ask for is bounded in length, in kind and in cost."""

from __future__ import annotations

import time
from typing import Any

import pytest

from assistant import Assistant
from assistant.errors import QuestionError
from assistant.operations import MOST_LETTERS, Operations

HALF = "\ud800"  # of a character: JSON can hold it, nothing else
#: Pieces of the questions that our readers of dates, names, lists and comparisons work hardest on.
PIECES = [
    *("a", "1", ".", "? ", '"(', "x​", "é́", "漢", "👩‍👩‍👧", "d'l'", "12/12/2012-", "XIV "),
    *("le 3 mai 2017 et le 4 juin, ", "2016 2017 2018 ", "vingt et un mille ", "le mois prochain la semaine dernière "),
    *("Jean-Pierre de La Tour ", "NEAR(a b) OR * ", "progrme dcan gouvrnace ", "14ème édition ", "Programme"),
    "Quelle différence entre DcANT et la smart city ? ",
]


@pytest.fixture(scope="module")
def operations(bot: Assistant) -> Operations:
    bot.ask("Qui pilote le programme DcANT ?")
    return Operations(bot)


@pytest.mark.parametrize("piece", PIECES)
def test_no_question_is_out_of_proportion(operations: Operations, piece: str) -> None:
    question = (piece * 2000)[:2000]
    history = [{"role": role, "content": question[:1500]} for _ in range(20) for role in ("user", "assistant")]
    started = time.process_time()
    operations.notes((piece * MOST_LETTERS)[:MOST_LETTERS])
    reply = operations.ask(question)
    follow_up = operations.ask("Et depuis quand ?", history)
    assert {reply["kind"], follow_up["kind"]} <= {"answer", "refusal"}
    assert time.process_time() - started < 15  # about two on a quiet machine


@pytest.mark.parametrize(
    ("operation", "arguments", "said"),
    [
        ("ask", {"question": "é" * 2001}, "2001 caractères pour 2000 au plus"),
        ("retrieve", {"question": "é" * 2001}, "2001 caractères pour 2000 au plus"),
        ("notes", {"words": "a" * (MOST_LETTERS + 1)}, "Argument « words » : 201 caractères, 200 au plus"),
        ("ask", {"question": "Quoi ?", "history": [{"role": "user", "content": "x"}] * 41}, "41 tours, 40 au plus"),
        ("ask", {"question": "Quoi ?", "history": [{"role": "user", "content": HALF}]}, "caractères illisibles"),
        ("ask", {"question": "Quoi ?", "themes": [HALF]}, "Argument « themes »"),
        ("ask", {"question": "Quoi ?", "since": HALF}, "Argument « since »"),
        ("ask", {"question": HALF}, "un texte est attendu"),
        ("notes", {"words": HALF}, "Argument « words »"),
        ("notes", {"theme": HALF}, "Argument « theme »"),
        ("note", {"id": HALF}, "Argument « id »"),
        ("note", {"id": 5}, "Argument « id »"),
        ("note", {"id": None}, "Aucune note n’a l’identifiant"),
        ("ask", {"question": "Quoi ?", "history": 5}, "Argument « history »"),
        ("ask", {"question": "Quoi ?", "history": {"role": "user"}}, "Argument « history »"),
        ("ask", {"question": "Quoi ?", "kinds": 1.5}, "Argument « kinds »"),
        ("ask", {"question": "Quoi ?", "kinds": False}, "Argument « kinds »"),
        ("retrieve", {"question": "Quoi ?", "themes": {"a": 1}}, "Argument « themes »"),
        ("retrieve", {"question": "Quoi ?", "limit": None}, "Argument « limit »"),
        ("notes", {"page": "deux"}, "Argument « page »"),
    ],
)
def test_what_is_too_long_or_unreadable_is_refused_by_name(
    operations: Operations, operation: str, arguments: dict[str, Any], said: str
) -> None:
    with pytest.raises(QuestionError, match=said.replace("(", r"\(")):
        getattr(operations, operation)(**arguments)


def test_a_thousand_themes_are_one_filter(operations: Operations) -> None:
    assert operations.ask("Quoi ?", themes=[str(number) for number in range(10_000)])["kind"] == "refusal"
