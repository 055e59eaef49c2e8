"""Runs of real cases by the real assistant: the same twice, interrupted and taken up again, whatever goes wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant import Assistant
from assistant.errors import EvaluationError
from assistant.evaluation.cases import read_cases
from assistant.evaluation.models import EvalCase, Status
from assistant.evaluation.running import Bench, chosen, describe, run
from assistant.evaluation.runs import ID, RUNS, Recorder, Run, new_id, read_run, run_folder, runs
from tests.evaluation.making import case

CASES = [
    placed.case
    for placed in read_cases([Path(__file__).parents[2] / "evals" / "cases" / "corpus_development.jsonl"])[:72:9]
]

Go = Callable[..., Run]


@pytest.fixture
def go(bot: Assistant, tmp_path: Path) -> Go:
    """Run cases from nothing."""

    def made(cases: list[EvalCase] = CASES, workers: int = 1, name: str = "", **options: object) -> Run:
        bench = Bench(bot, "corpus")
        info = describe(bench, cases, name)
        recorder = Recorder(tmp_path / RUNS / info.id, info)
        return run(bench, cases, recorder, workers=workers, **options)  # type: ignore[arg-type]

    return made


def untimed(found: Run) -> list[tuple[str, object]]:
    return [(r.case.id, {name: s for name, s in r.scores.items() if name != "latency"}) for r in found.results]


def test_two_runs_give_the_same_scores_however_many_at_once(go: Go) -> None:
    first, second, at_once = go(), go(), go(workers=3)
    assert untimed(first) == untimed(second) == untimed(at_once)
    assert first.info.identity == second.info.identity
    assert [r.case.id for r in at_once.results] == [c.id for c in CASES]


def test_a_record_says_all(go: Go, bot: Assistant) -> None:
    found = go(name="essai")
    info = found.info
    assert (info.name, info.build, info.corpus, info.complete) == ("essai", bot.build, "corpus", True)
    assert info.settings["lexical_weight"] == 1 and info.versions["torch"] and info.seconds > 0
    answered = next(r for r in found.results if r.response.answered)
    assert answered.record["passages"][0]["text"] and len(answered.record["ranking"]) > len(answered.record["passages"])
    assert answered.record["milliseconds"] == answered.scores["latency"].value
    assert not [key for key in json.dumps(info.settings) if "/" in key], "no path of the machine"


class Interrupted(BaseException):
    """As Ctrl-C."""


def test_an_interrupted_run_is_taken_up_without_loss(go: Go, bot: Assistant, tmp_path: Path) -> None:
    whole = go()

    def stop(done: int, _: int) -> None:
        if done == 5:
            raise Interrupted

    with pytest.raises(Interrupted):
        go(tell=stop, workers=2)
    folder = run_folder(tmp_path)
    assert not read_run(folder).info.complete and len(read_run(folder).results) == 5
    lines = folder / "results.jsonl"
    lines.write_bytes(lines.read_bytes()[:-20])  # the machine stopped in the middle of a line
    assert len(read_run(folder).results) == 4

    bench, told = Bench(bot, "corpus"), []
    recorder, done = Recorder.resume(folder, describe(bench, CASES))
    assert len(done) == 4
    again = run(bench, CASES, recorder, done=done, tell=lambda n, of: told.append((n, of)))
    assert told[0] == (5, len(CASES)) and told[-1] == (len(CASES), len(CASES))
    assert untimed(again) == untimed(whole) and again.info.complete
    assert again.info.id == folder.name


@pytest.mark.parametrize(
    ("change", "told"), [({"settings": {}}, "les réglages"), ({"commit": "x"}, "le code"), ({"digest": "x"}, "les cas")]
)
def test_another_run_is_not_taken_up(
    go: Go, bot: Assistant, tmp_path: Path, change: dict[str, object], told: str
) -> None:
    go(CASES[:1])
    wanted = replace(describe(Bench(bot, "corpus"), CASES[:1]), **change)  # type: ignore[arg-type]
    with pytest.raises(EvaluationError, match=f"ne peut pas être reprise.*{told}"):
        Recorder.resume(run_folder(tmp_path), wanted)


def test_what_goes_wrong_is_a_result_and_is_asked_again(go: Go, bot: Assistant, tmp_path: Path) -> None:
    long = case(id="long", question="pourquoi " * 1000)
    found = go([long, CASES[0]])
    assert found.results[0].response.error.startswith("La question est trop longue : 9000 caractères")
    assert found.results[0].scores["right"].value == 0
    assert found.info.complete
    recorder, done = Recorder.resume(run_folder(tmp_path), describe(Bench(bot, "corpus"), [long, CASES[0]]))
    recorder.close(0, complete=False)
    assert done == {CASES[0].id}


def test_an_unforeseen_fault_does_not_lose_the_run(bot: Assistant, tmp_path: Path) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("par zéro")

    fake = SimpleNamespace(ask=broken, build=bot.build, settings=bot.settings, reader=bot.reader)
    bench = Bench(fake, "corpus")  # type: ignore[arg-type]
    found = run(bench, CASES[:2], Recorder(tmp_path / "r", describe(bench, CASES[:2])))
    assert [r.response.error for r in found.results] == ["erreur inattendue (ZeroDivisionError : par zéro)"] * 2


def test_candidates_count_in_nothing(go: Go) -> None:
    candidate = case(id="candidate", status=Status.CANDIDATE)
    found = go([candidate, CASES[0]])
    assert [r.case.id for r in found.results] == [CASES[0].id] and found.info.skipped == 1


def test_cases_are_chosen_by_tag_and_from_end_to_end() -> None:
    few = [case(id=str(n), tags=["pair" if n % 2 == 0 else "impair"]) for n in range(10)]
    assert [c.id for c in chosen(few, ["pair"])] == ["0", "2", "4", "6", "8"]
    assert [c.id for c in chosen(few, limit=3)] == ["0", "3", "6"]
    assert chosen(few, limit=30) == few
    first, second = chosen(few, half="A"), chosen(few, half="B")
    assert first and second and {c.id for c in first} ^ {c.id for c in second} == {c.id for c in few}
    with pytest.raises(EvaluationError, match=r"Aucun cas n'a l'étiquette bleu\. Étiquettes : impair, pair"):
        chosen(few, ["bleu"])


def test_a_run_is_found_by_its_id_or_name(go: Go, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="Il n'y a pas encore d'évaluation"):
        run_folder(tmp_path)
    first, second = go(CASES[:1], name="un"), go(CASES[:1], name="deux")
    assert {info.id for info in runs(tmp_path)} == {first.info.id, second.info.id}
    assert run_folder(tmp_path, first.info.id) == run_folder(tmp_path, "un") == first.folder
    with pytest.raises(EvaluationError, match="« trois » est introuvable"):
        run_folder(tmp_path, "trois")
    with pytest.raises(EvaluationError, match="plusieurs commencent ainsi"):
        run_folder(tmp_path, first.info.id[:8])


def test_a_damaged_run_says_so(go: Go) -> None:
    folder = go(CASES[:1]).folder
    (folder / "results.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"results.jsonl:1 est abîmé"):
        read_run(folder)
    (folder / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(EvaluationError, match="est abîmé"):
        read_run(folder)


def test_ids_sort_by_age_within_a_second_too() -> None:
    made = []
    for _ in range(200):
        made.append(new_id())
        time.sleep(1e-5)  # two of one microsecond have no age
    assert made == sorted(made) and all(map(ID.fullmatch, made))
