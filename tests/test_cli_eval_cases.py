"""`assistant eval check`, `propose` and `review`, as a person types them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from command import ROOT, Done, Run, runner
from opinions import given

from assistant.cli.eval import evaluate
from assistant.cli.eval_cases import check, propose, review
from assistant.evaluation.cases import case_line, read_cases
from assistant.evaluation.models import EvalCase
from assistant.feedback import candidate
from tests.answering.chat_server import Act, Script, served

CORPUS = ROOT / "corpus"
GOOD = {
    "question": "Dans quelle ville se réunissent les Interconnectés ?",
    "answer": "Lyon",
    "quote": "les 6 et 7 décembre à Lyon",
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    for command in (check, propose, review):
        monkeypatch.setitem(evaluate.commands, command.name or "", command)
    return runner(monkeypatch, capsys)


@pytest.fixture
def evals(tmp_path: Path) -> Path:
    folder = tmp_path / "evals" / "cases"
    folder.mkdir(parents=True)
    line = {"id": "ici", "question": "Où se tient le Forum des Interconnectés ?", "expected": "answer"}
    source = {"note": "forum-interconnectes", "quote": "à Lyon"}
    (folder / "ici.jsonl").write_text(json.dumps({**line, "facts": [["Lyon"]], "sources": [source]}) + "\n")
    return tmp_path / "evals"


# Checking


def test_our_own_cases_fit(run: Run) -> None:
    done = run("eval", "check", corpus_dir=CORPUS, evals_dir=ROOT / "evals", index_dir="nowhere")
    assert (done.status, done.err) == (0, "")
    assert done.out.endswith("cas vérifiés : tous vont avec les notes.\n")


def test_what_does_not_fit_is_told_with_its_place(run: Run, evals: Path, tmp_path: Path) -> None:
    bad = tmp_path / "mauvais.jsonl"
    good = (evals / "cases" / "ici.jsonl").read_text()
    bad.write_text("\n" + good.replace('"ici"', '"faux"').replace('"Lyon"', '"Lille"'))
    done = run("eval", "check", str(evals / "cases"), str(bad), corpus_dir=CORPUS)
    assert (done.status, done.err) == (1, "2 cas vérifiés, 1 à revoir.\n")
    assert done.out.startswith(f"{bad}:2 : faux : aucune note ne contient le fait « Lille ».")
    told = run("eval", "check", str(bad), "--json", corpus_dir=CORPUS)
    (found,) = json.loads(told.out)
    assert (told.status, found["path"], found["line"], found["case"]) == (1, str(bad), 2, "faux")
    assert found["fault"] == "fact_gone"
    whole = run("eval", "check", "--json", corpus_dir=CORPUS, evals_dir=evals)
    assert (whole.status, json.loads(whole.out)) == (0, [])
    assert "1 cas vérifiés" in whole.err


def test_trouble_is_told_in_french(run: Run, tmp_path: Path) -> None:
    run("eval", "check", str(tmp_path), corpus_dir=CORPUS).assert_told(9, "aucun fichier de cas")
    run("eval", "check", corpus_dir=tmp_path / "x", evals_dir=ROOT / "evals").assert_told(3, "n'existe pas")


# Proposing


def test_what_is_proposed_is_appended_once(run: Run, evals: Path, tmp_path: Path) -> None:
    target = tmp_path / "candidats.jsonl"
    done = run("eval", "propose", str(target), "--limit", "6", corpus_dir=CORPUS, evals_dir=evals)
    assert done.status == 0, done.err
    assert done.out.startswith(f"6 cas proposés, dont 2 sans réponse, ajoutés à {target}.\n")
    assert "Aucun ne compte avant d'être relu" in done.out
    first = target.read_text(encoding="utf-8")
    run("eval", "propose", str(target), "--limit", "3", corpus_dir=CORPUS, evals_dir=evals)
    assert target.read_text(encoding="utf-8").startswith(first)
    cases = [placed.case for placed in read_cases([target])]
    assert len({case.question for case in cases}) == len(cases) == 9
    run("eval", "propose", str(target), corpus_dir=CORPUS, evals_dir=evals)
    last = target.read_text(encoding="utf-8")
    assert "Où se tient le Forum des Interconnectés ?" not in last  # asked in evals/cases
    more = run("eval", "propose", str(target), corpus_dir=CORPUS, evals_dir=evals)
    assert (more.out, target.read_text(encoding="utf-8")) == ("Rien de nouveau à proposer.\n", last)
    assert run("eval", "check", str(target), corpus_dir=CORPUS).status == 0


def test_one_note_alone(run: Run, evals: Path, tmp_path: Path) -> None:
    target = tmp_path / "candidats.jsonl"
    run("eval", "propose", str(target), "--note", "programme-dcant", corpus_dir=CORPUS, evals_dir=evals)
    assert {s.note for placed in read_cases([target]) for s in placed.case.sources} == {"programme-dcant"}
    done = run("eval", "propose", str(target), "--note", "programe-dcant", corpus_dir=CORPUS, evals_dir=evals)
    done.assert_told(9, "Vouliez-vous dire « programme-dcant » ?")
    run("eval", "propose", str(target), "--model", corpus_dir=CORPUS, evals_dir=evals).assert_told(2, "--rule")


def test_a_model_proposes(run: Run, evals: Path, tmp_path: Path) -> None:
    target = tmp_path / "candidats.jsonl"
    arguments = ("eval", "propose", str(target), "--model", "--note", "forum-interconnectes")
    with served(Script()) as script:
        model = {"chat_model": "m", "chat_base_url": script.url, "corpus_dir": CORPUS, "evals_dir": evals}
        script.play(Act(status=401))
        run(*arguments, **model).assert_told(9, "refuse l'accès", "Rien n'est écrit")
        assert not target.exists()
        script.play(Act([json.dumps(GOOD)]))
        done = run(*arguments, **model)
    assert "1 cas proposé," in done.out
    assert "1 extrait donné au modèle, 0 proposition écartée." in done.err
    assert [placed.case.question for placed in read_cases([target])] == [GOOD["question"]]


# Reviewing

Keys = Callable[..., Done]


@pytest.fixture
def typed(run: Run, monkeypatch: pytest.MonkeyPatch) -> Keys:
    """Runs `eval review` with these keys typed."""

    def do(keys: str, *arguments: str) -> Done:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", StringIO("".join(f"{key}\n" for key in keys)))
            return run("eval", "review", *arguments, corpus_dir=CORPUS)

    return do


@pytest.fixture
def waiting(run: Run, evals: Path, tmp_path: Path) -> Path:
    """Three candidates by rule, and one of a member's feedback without facts or sources."""
    target = tmp_path / "candidats.jsonl"
    run("eval", "propose", str(target), "--limit", "3", corpus_dir=CORPUS, evals_dir=evals)
    opinion = candidate(given(helpful=False, comment="non\x1b[2J, c'est Zoé"))
    with target.open("a", encoding="utf-8") as file:
        file.write(json.dumps(opinion, ensure_ascii=False) + "\n")
    return target


def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """An editor that changes the file, whose path is `path`, in Python."""
    script = tmp_path / "editor.py"
    script.write_text(f"import json, sys\nfrom pathlib import Path\npath = Path(sys.argv[1])\n{code}\n")
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")


def flat(text: str) -> str:
    return " ".join(text.split())


def states(path: Path) -> list[str]:
    return [placed.case.status.value for placed in read_cases([path])]


def test_each_case_is_shown_and_settled(typed: Keys, waiting: Path) -> None:
    done = typed("a?rpp", str(waiting))
    assert done.status == 0, done.err
    shown = flat(done.out)
    assert "— 1/4 — prop-" in shown
    assert "Fait 20 novembre 2017 Étiquettes proposé, par-règle, quand" in shown
    assert "(conseil-national-industrie) : [Le Premier ministre, Edouard Philippe," in shown
    assert "du gouvernement.] Instance permanente" in shown
    assert "Tapez a, m, r, p ou q" in shown
    assert "Attendu refuser : les notes ne répondent pas" in shown
    assert "Avant Qui pilote DcANT ? Réponse Le SGMAP. Question Et depuis quand ?" in shown
    assert "\x1b" not in done.out
    assert done.out.endswith("1 accepté, 1 rejeté, 2 passés ; 2 à relire encore.\n")
    assert states(waiting) == ["reviewed", "candidate", "candidate"]
    assert "— 1/2 —" in typed("q", str(waiting)).out


def test_accepted_cases_may_go_elsewhere(typed: Keys, waiting: Path, tmp_path: Path) -> None:
    out = tmp_path / "relus.jsonl"
    typed("aaaq", str(waiting), "--out", str(out))
    assert (states(out), states(waiting)) == (["reviewed"] * 3, ["candidate"])
    typed("rr", str(waiting))
    assert typed("", str(waiting)).out == f"Aucun cas à relire dans {waiting}.\n"


def test_a_case_without_facts_is_completed_in_the_editor(
    typed: Keys, waiting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = "fields = json.loads(path.read_text())\nfields['facts'] = [['2014']]\npath.write_text(json.dumps(fields))"
    editor(tmp_path, monkeypatch, fill)
    done = typed("pppama", str(waiting))
    assert "Ce cas ne peut pas être accepté ainsi : « facts » ou « sources » doit dire" in done.out
    assert "Fait        2014" in done.out
    assert done.out.endswith("1 accepté, 0 rejeté, 3 passés ; 3 à relire encore.\n")
    case = read_cases([waiting])[-1].case
    assert (case.facts, case.status.value) == ((("2014",),), "reviewed")


def test_what_is_edited_wrongly_is_edited_again(
    typed: Keys, waiting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first time a field that does not exist, the second time what is missing of it.
    twice = (
        "text = path.read_text()\n"
        "path.write_text(text.replace('\"fait\"', '\"comment\"') if '\"fait\"' in text else"
        " text.replace('\"comment\"', '\"fait\"'))"
    )
    editor(tmp_path, monkeypatch, twice)
    done = typed("mcq", str(waiting))
    assert "Ce cas n'est pas valable : le champ « fait » n'existe pas." in done.out
    assert done.out.count("— 1/4 —") == 2
    before = waiting.read_bytes()
    given_up = typed("maq", str(waiting))
    assert "n'est pas valable" in given_up.out
    assert waiting.read_bytes() == before
    editor(tmp_path, monkeypatch, "")
    assert "Rien n'est changé." in typed("mq", str(waiting)).out
    monkeypatch.setenv("VISUAL", "/nowhere/editor")
    assert "EDITOR=nano" in typed("m", str(waiting)).err


def test_a_case_that_no_longer_fits_is_marked(typed: Keys, tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    fields = {"id": "c", "question": "Où ?", "expected": "answer", "status": "candidate"}
    source = {"note": "forum-interconnectes", "quote": "à Nantes le 3 mai"}
    path.write_text(case_line(EvalCase.model_validate({**fields, "sources": [source]})) + "\n", encoding="utf-8")
    assert "Attention   « à Nantes le 3 mai » n'est pas mot pour mot" in typed("q", str(path)).out.replace(
        "\u00a0", " "
    )


def test_without_a_keyboard_nothing_changes_and_what_is_decided_stays(typed: Keys, waiting: Path) -> None:
    before = waiting.read_bytes()
    done = typed("", str(waiting))
    assert (done.status, waiting.read_bytes()) == (9, before)
    assert "lancez-la dans un terminal" in done.err
    stopped = typed("a", str(waiting))  # as Ctrl-C at the second
    assert stopped.status == 1
    assert "1 accepté, 0 rejeté, 0 passé ; 3 à relire encore." in stopped.out
    assert states(waiting)[0] == "reviewed"


def test_ctrl_c_keeps_what_was_decided(typed: Keys, waiting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys: Iterator[str] = iter("r")

    def pressed(_: str) -> str:
        if (key := next(keys, None)) is None:
            raise KeyboardInterrupt
        return key

    monkeypatch.setattr("click.termui.visible_prompt_func", pressed)
    stopped = typed("", str(waiting))
    assert stopped.status == 1
    assert "1 rejeté" in stopped.out
    assert len(states(waiting)) == 3
