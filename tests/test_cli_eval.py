"""`assistant eval`: from cases to a report, from the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from command import ROOT, Run, runner

from assistant import Settings
from assistant.cli.eval_run import show
from assistant.evaluation.models import Result
from assistant.evaluation.runs import RUNS, Recorder, read_run, run_folder
from assistant.evaluation.runs import Run as Recorded

LINES = (ROOT / "evals" / "cases" / "corpus_development.jsonl").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.fixture
def evals(tmp_path: Path) -> Path:
    """A folder with three cases, the first of each kind among them."""
    folder = tmp_path / "evals"
    (folder / "cases").mkdir(parents=True)
    (folder / "cases" / "development.jsonl").write_text("\n".join(LINES[:60:20]), encoding="utf-8")
    return folder


def kept(results: Sequence[Result], evals: Path, name: str, number: int, evaluated: Recorded) -> str:
    """A run on disk of these results."""
    ids = tuple(result.case.id for result in results)
    info = replace(evaluated.info, id=f"20261125-10000{number}-abcdef", name=name, cases=ids)
    recorder = Recorder(evals / RUNS / info.id, info)
    for each in results:
        recorder.add(each)
    recorder.close(1.0, complete=True)
    return info.id


def test_from_cases_to_a_report(run: Run, evals: Path, settings: Settings, tmp_path: Path) -> None:
    given = {"evals_dir": evals, "index_dir": settings.index_dir, "corpus_dir": settings.corpus_dir}
    done = run("eval", "run", "--name", "premier", **given)
    assert done.status == 0, done.err
    assert "Réponses justes" in done.out and "3 questions en" in done.out
    listed = run("eval", "list", **given).out.splitlines()
    assert listed[0].split() == ["id", "nom", "code", "corpus", "cas", "justes", "durée"]
    assert "premier" in listed[1] and len(listed) == 2
    made = run("eval", "report", "premier", **given)
    path = Path(made.out.removeprefix("Rapport : ").strip())
    assert path.name == "report.html" and "Évaluation premier" in path.read_text(encoding="utf-8")
    assert run("eval", "report", "--out", str(tmp_path / "r.html"), **given).status == 0
    assert (tmp_path / "r.html").is_file()


def test_another_tag_half_or_number(run: Run, evals: Path, settings: Settings) -> None:
    given = {"evals_dir": evals, "index_dir": settings.index_dir}
    run("eval", "run", "--tag", "bleu", **given).assert_told(9, "Aucun cas n'a l'étiquette bleu")
    done = run("eval", "run", "--limit", "1", "--workers", "2", **given)
    assert "1 question en" in done.out and "Faits trouvés" in done.out


def test_comparing_and_the_gate(run: Run, evals: Path, evaluated: Recorded) -> None:
    whole = evaluated.results[:40]
    worse = [replace(r, scores={**r.scores, "right": replace(r.scores["right"], value=0.0)}) for r in whole]
    one, other = kept(whole, evals, "avant", 1, evaluated), kept(worse, evals, "après", 2, evaluated)
    compared = run("eval", "compare", "avant", "--cases", evals_dir=evals)
    assert "40 cas communs. Ce qui diffère : rien." in compared.out
    assert "Réponses justes : 39 de moins" in compared.out and "▼" in compared.out
    found = json.loads(run("eval", "compare", one, other, "--json", evals_dir=evals).out)
    assert next(each for each in found if each["metric"] == "right")["told"] is True

    baseline = str(evals / "baselines" / "b.jsonl")
    run("eval", "gate", "--baseline", baseline, evals_dir=evals).assert_told(9, "n'existe pas", "eval baseline")
    assert run("eval", "baseline", baseline, "avant", evals_dir=evals).status == 2  # no reason given
    made = run("eval", "baseline", baseline, "avant", "--because", "essai", "--floor", "right=0,5", evals_dir=evals)
    assert made.status == 0, made.err
    refused = run("eval", "gate", "--baseline", baseline, evals_dir=evals)
    assert refused.status == 1 and refused.out.endswith("Refusé.\n")
    assert "✗ Réponses justes baisse" in refused.out and "plancher 0,5" in refused.out
    assert run("eval", "gate", "avant", "--baseline", baseline, evals_dir=evals).out.endswith("Admis.\n")

    low = str(evals / "baselines" / "low.jsonl")
    assert run("eval", "baseline", low, "après", "--because", "essai", evals_dir=evals).status == 0
    risen = run("eval", "gate", "avant", "--baseline", low, evals_dir=evals)
    assert risen.status == 1 and "monte, sans raison donnée" in risen.out
    explained = run("eval", "gate", "avant", "--baseline", low, "--because", "la recherche lit mieux", evals_dir=evals)
    assert explained.status == 0 and "monte : la recherche lit mieux" in explained.out


def test_an_interrupted_run_is_resumed(evals: Path, settings: Settings, run: Run) -> None:
    """A real process, a real Ctrl-C."""
    (evals / "cases" / "development.jsonl").write_text("\n".join(LINES[:20]), encoding="utf-8")
    given = {"evals_dir": evals, "index_dir": settings.index_dir}
    variables = {f"ASSISTANT_{name.upper()}": str(value) for name, value in given.items()}
    command = [sys.executable, "-m", "assistant.cli", "eval", "run"]

    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **variables},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored below a shell's background job
    )
    until = time.monotonic() + 120
    while time.monotonic() < until:
        files = list(evals.glob("runs/*/results.jsonl"))
        if files and files[0].read_bytes().count(b"\n") >= 3:
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130 and "Interrompue" in told and "Traceback" not in told
    folder = run_folder(evals)
    had = len(read_run(folder).results)
    assert 3 <= had < 20
    run("eval", "run", "--resume", "20", **given, lexical_weight=2).assert_told(
        9, "ne peut pas être reprise", "réglages"
    )
    (evals / "cases" / "development.jsonl").write_text("\n".join(LINES[:20]), encoding="utf-8")
    done = run("eval", "run", "--resume", **given)
    assert done.status == 0, done.err
    found = read_run(folder)
    assert found.info.complete and len(found.results) == 20


def test_settings_are_swept_on_development_cases_alone(
    run: Run, evals: Path, settings: Settings, tmp_path: Path
) -> None:
    given = {"evals_dir": evals, "index_dir": settings.index_dir, "corpus_dir": settings.corpus_dir}
    done = run("eval", "tune", "--passages", "3", "--chunk-tokens", "120", "--json", **given)
    assert done.status == 0, done.err
    tried = json.loads(done.out)
    assert [each["values"] for each in tried] == [{}, {"passages": 3}, {"chunk_tokens": 120}]
    assert tried[1]["index_seconds"] is None and tried[1]["gains"]["A"] is not None
    again = run("eval", "tune", "--chunk-tokens", "120", **given)
    assert "déjà fait" in again.out, again.err  # what was made for an earlier sweep costs nothing to tell
    (evals / "cases" / "report.jsonl").write_text(LINES[0], encoding="utf-8")
    report = str(evals / "cases" / "report.jsonl")
    run("eval", "tune", report, "--passages", "3", **given).assert_told(9, "n'est pas un fichier de mise au point")
    assert "au moins un réglage" in run("eval", "tune", **given).err
    assert "des nombres entre virgules" in run("eval", "tune", "--passages", "x", **given).err
    run("eval", "tune", "--passages", "99", **given).assert_told(2, "ASSISTANT_PASSAGES", "au plus 50")


def test_a_dataset_is_imported_and_evaluated_aside(run: Run, evals: Path, settings: Settings, tmp_path: Path) -> None:
    context = "Le forum s'ouvre mardi. Il se tient à Lyon, près de la gare."
    asked = [
        {"id": "1", "question": "Où se tient le forum ?", "answers": [{"text": "Lyon", "answer_start": 37}]},
        {"id": "2", "question": "Combien coûte le vélo ?", "answers": [], "is_impossible": True},
        {"id": "3", "question": "Qui ?", "answers": [{"text": "personne", "answer_start": 0}]},
    ]
    squad = tmp_path / "mini.json"
    squad.write_text(json.dumps({"data": [{"title": "Le_forum", "paragraphs": [{"context": context, "qas": asked}]}]}))
    given = {"evals_dir": evals, "index_dir": tmp_path / "none"}
    done = run("eval", "import", str(squad), str(tmp_path / "mini"), **given)
    assert done.out.endswith("mini : 1 note, 2 cas, dont 1 sans réponse.\n") and "Laissé de côté" in done.err
    found = run("eval", "run", str(tmp_path / "mini"), **given)
    assert found.status == 0, found.err
    assert read_run(run_folder(evals)).info.corpus == "mini"
    run("eval", "import", str(evals / "cases"), str(tmp_path / "x"), **given).assert_told(9, "n'apporte pas de notes")


def test_what_is_missing_is_said(run: Run, tmp_path: Path, evals: Path) -> None:
    assert run("eval", "list", evals_dir=tmp_path).out == "Aucune évaluation. « assistant eval run » en fait une.\n"
    run("eval", "report", evals_dir=tmp_path).assert_told(9, "pas encore d'évaluation", "eval run")
    run("eval", "run", evals_dir=evals, index_dir=tmp_path / "none").assert_told(4, "assistant index sync")
    run("eval", "run", evals_dir=tmp_path).assert_told(9, "cases", "ne peut pas être lu")
    run("eval", "run", "--judge", evals_dir=evals).assert_told(2, "Aucun juge")
    (evals / "cases" / "bad.jsonl").write_text("{}\n", encoding="utf-8")
    run("eval", "run", evals_dir=evals).assert_told(9, "bad.jsonl:1", "« id » manque")


def test_replies_without_a_verdict_of_the_judge_are_told(
    evaluated: Recorded, capsys: pytest.CaptureFixture[str]
) -> None:
    show(evaluated)
    assert "verdict" not in capsys.readouterr().out
    show(replace(evaluated, info=replace(evaluated.info, judge={"model": "m"})))
    scored = sum(r.case.answerable or r.response.answered for r in evaluated.results)
    told = capsys.readouterr().out
    assert "sans verdict lisible du juge" in told
    assert int(told.split(" réponses sans verdict")[0].split()[-1]) <= scored
