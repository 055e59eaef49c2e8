"""The report: whole in one file, the same at every run, and nothing in it that notes or answers could run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.errors import EvaluationError
from assistant.evaluation.figures import headline
from assistant.evaluation.labels import add_label
from assistant.evaluation.models import Label, Result, Verdict
from assistant.evaluation.report import case_view, report_html, same_cases, write_report
from assistant.evaluation.runs import RUNS, Recorder, Run, RunInfo, read_run
from assistant.evaluation.telling import interval, number
from tests.evaluation.making import ERROR, RIGHT, answer, case, refusal, result

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)>" onclick="alert(1)'


def kept(results: Sequence[Result], home: Path, key: str = "20261125-100000-abcdef") -> Run:
    """A run of these results on disk."""
    ids = tuple(result.case.id for result in results)
    info = RunInfo(
        key, "2026-11-25T10:00:00+00:00", "essai", "", "b", "corpus", {}, {}, ids, str(len(ids)), complete=True
    )
    recorder = Recorder(home / RUNS / key, info)
    for each in results:
        recorder.add(each)
    recorder.close(1.0, complete=True)
    return read_run(recorder.folder)


@pytest.fixture(scope="module")
def made(evaluated: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return kept(evaluated.results[5:85:8], tmp_path_factory.mktemp("evals"))


def test_it_is_the_same_twice_and_stands_alone(made: Run, tmp_path: Path) -> None:
    write_report(made, tmp_path / "r.html", site="http://127.0.0.1:7860")
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert report_html(made, site="http://127.0.0.1:7860") == text
    loaded = re.findall(r'(?:src|href|action)="([^"]*)"', re.sub(r"<a [^>]*>", "", text))
    assert [address for address in loaded if not address.startswith("#")] == []
    assert "@import" not in text and "url(http" not in text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(set(ids)) == len(ids)


def test_figures_are_those_that_are_computed(made: Run) -> None:
    text = report_html(made)
    for figure in headline(made.results):
        row = re.search(rf"<tr><th scope=\"row\">{re.escape(figure.title)}.*?</tr>", text, re.S)
        assert row, figure.title
        assert number(figure.value, figure.unit) in row[0]
        assert interval(figure.low, figure.high, figure.unit) in row[0]
    assert text.count('<details class="case"') == len(made.results)


def test_nothing_that_notes_or_answers_hold_is_run(made: Run) -> None:
    asked = case(id=HOSTILE, question=HOSTILE, tags=[HOSTILE], facts=[[HOSTILE]], must_not=[HOSTILE])
    passage = {"rank": 1, "note_id": "forum", "title": HOSTILE, "text": HOSTILE, "start": 0, "end": 5}
    hostile = replace(result(asked, answer(RIGHT)), record={"passages": [passage]})
    text = report_html(replace(made, results=(hostile,)))
    assert HOSTILE not in text and "<img" not in text
    assert text.count("<script") == 1  # our own
    assert not re.search(r" on\w+=[\"']", text)


def test_every_kind_of_result_is_shown(made: Run) -> None:
    refused = result(case(id="r", expected="refuse", reasons=["not_in_corpus"]), refusal())
    broken = result(case(id="e"), ERROR)
    gone = result(case(id="g", sources=[{"note": "partie", "quote": "Rien"}]), answer(RIGHT))
    followed = result(case(id="f", history=[{"role": "user", "content": "Avant ?"}]), answer(RIGHT))
    text = report_html(replace(made, results=(refused, broken, gone, followed)))
    for words in ("refus : les notes n&#39;en parlent pas", ERROR.error, "ces mots n'y sont plus", "Avant ?"):
        assert words in text or words.replace("'", "&#39;") in text, words
    assert report_html(replace(made, results=()))  # a run that was interrupted at once


def test_a_case_stands_beside_what_is_expected() -> None:
    view = case_view(
        3, result(case(facts=[["17 octobre"]]), answer(RIGHT)), [Label("c", "eva", Verdict.RIGHT, "", "")], "http://x"
    )
    assert view.right and view.expected == "répondre" and view.number == 3
    assert view.citations[0]["meets"] and view.gold[0]["meets"] and not view.gold[0]["gone"]
    assert view.ask == "http://x/?question=Quand+s%27ouvre+le+forum+%3F"
    assert "recall@5" in view.low and "right" not in view.low  # no passages were recorded


def test_verdicts_and_agreement_are_told(made: Run, tmp_path: Path) -> None:
    found = kept(made.results[:2], tmp_path)
    assert "Accord entre annotateurs" not in report_html(found)
    for who in ("eva", "ada"):
        for each, verdict in zip(found.results, (Verdict.RIGHT, Verdict.WRONG), strict=True):
            add_label(found.folder, each.case.id, who, verdict, "vu")
    text = report_html(found)
    assert "ada et eva" in text and "100,0 %" in text and "eva : juste — vu" in text


def test_earlier_runs_of_the_same_cases_are_drawn(made: Run) -> None:
    home = made.folder.parents[1]
    again = kept(made.results, home, "20261126-100000-abcdef")
    other = kept(made.results[:1], home, "20261127-100000-abcdef")
    assert [each.info.id for each in same_cases(home, again)] == [made.info.id]
    assert same_cases(home, other) == []
    assert report_html(again, [made]).count("<figure>") == 5
    assert report_html(other).count("<figure>") == 4


def test_a_file_that_cannot_be_written(made: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EvaluationError, match="ne peut pas être écrit"):
        write_report(made, tmp_path / "file" / "r.html")
