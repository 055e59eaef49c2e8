"""The comparison with other systems: what adapters and driver say to each other, spans, figures, the table."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant import Note
from assistant.evaluation.models import EvalCase, Expected, Source
from benchmarks.compare import __main__ as command
from benchmarks.compare import running
from benchmarks.compare.dialogue import Dialogue, SystemFailed
from benchmarks.compare.environments import Entry, InstallError, find_python, last_line
from benchmarks.compare.inputs import Inputs, case_line
from benchmarks.compare.report import Tabled, report
from benchmarks.compare.running import Run, run_all
from benchmarks.compare.scoring import Figure, Scored
from benchmarks.compare.systems import protocol
from benchmarks.compare.systems.protocol import Spans, declines, sentences, told

TEXT = "Le forum a lieu à Lyon, le 5 mai.\n\nL’entrée est  libre ; 300 places."
NOTES = [Note("forum", "Le forum", TEXT), Note("autre", "Une autre note", "Rien de cela.")]
CASES = [
    EvalCase(
        id="lieu",
        question="Où a lieu le forum ?",
        expected=Expected.ANSWER,
        facts=(("Lyon",),),
        sources=(Source(note="forum", quote="Lyon"),),
    ),
    EvalCase(id="prix", question="Combien coûte le train ?", expected=Expected.REFUSE),
]
INPUTS = Inputs("seed", NOTES, CASES, [])

ADAPTER = """
import sys
sys.path.insert(0, {systems!r})
from protocol import Spans, serve


class Stand:
    def __init__(self, job):
        print("libraries print where they like")
        self.spans, self.chat = Spans(job.notes), job.chat

    def ingest(self, notes):
        self.notes = {{note.id: note for note in notes}}

    def search(self, case):
        return [self.spans.passage(1, "forum", self.spans.find("forum", self.notes["forum"].text))]

    def reply(self, case):
        if case["id"] == "prix":
            {at_price}
        cited = self.spans.citation(1, "forum", (0, 33))
        return {{"kind": "answer", "text": cited["quote"], "citations": [cited],
                "sentences": [{{"text": cited["quote"], "citations": [1]}}]}}

    def about(self):
        return {{"packages": [], "settings": {{"chat": bool(self.chat)}}, "not_compared": ["Rien."]}}


serve(Stand)
"""


@dataclass(frozen=True)
class StandEntry(Entry):
    """An adapter of this test's own, in this interpreter."""

    script: Path = Path()

    @property
    def adapter(self) -> Path:
        return self.script


def stand(folder, name="ours", at_price='return {"kind": "refusal", "text": "Je ne sais pas."}'):
    script = folder / f"{name}_stand.py"
    script.write_text(ADAPTER.format(systems=str(Path(protocol.__file__).parent), at_price=at_price), encoding="utf-8")
    return StandEntry(name, name.capitalize(), None, script=script)


@pytest.fixture
def run(tmp_path):
    return Run(INPUTS, tmp_path, tmp_path / "model")


class TestSpans:
    spans = Spans([protocol.Note(n.id, n.title, n.text) for n in NOTES])

    def cut(self, piece, title=""):
        start, end = self.spans.find("forum", piece, title)
        return TEXT[start:end]

    def test_a_piece_as_it_stands_in_the_note(self):
        assert self.cut("le 5 mai") == "le 5 mai"

    def test_a_piece_whose_spaces_and_marks_were_changed(self):
        assert self.cut("L'entrée est libre\n; 300") == "L’entrée est  libre ; 300"

    def test_a_piece_that_begins_with_the_title(self):
        assert self.cut("# Le forum\n\nLe forum a lieu à Lyon", "Le forum") == "Le forum a lieu à Lyon"

    def test_the_title_alone_holds_nothing_of_the_text(self):
        assert self.spans.find("autre", "# Une autre note", "Une autre note") == (0, 0)

    def test_a_piece_that_is_not_there_is_the_whole_note_and_counted(self):
        before = self.spans.missed
        assert self.cut("tout autre chose") == TEXT
        assert self.spans.missed == before + 1

    @pytest.mark.parametrize(
        ("start", "length", "span"), [(0, 12, (0, 0)), (0, 21, (0, 9)), (12, 10, (0, 10)), (22, 99, (10, len(TEXT)))]
    )
    def test_an_offset_of_the_document_is_one_of_the_text(self, start, length, span):
        assert self.spans.clip("forum", start, length, before=12) == span


class TestFreeText:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Je ne sais pas.",
            "Le contexte ne contient pas cela.",
            "I don't know.",
            "Ce n’est pas précisé.",
            "Désolé…",
        ],
    )
    def test_what_says_that_it_does_not_know_is_a_refusal(self, text):
        assert told(text)["kind"] == "refusal"

    @pytest.mark.parametrize("text", ["Le forum a lieu à Lyon.", "Ils ne sont pas venus : il pleuvait."])
    def test_the_rest_is_an_answer(self, text):
        assert not declines(text)

    def test_sentences_are_cut_before_capitals_and_at_line_ends(self):
        assert sentences("Il vient. Elle part à 10.30 h.\n- Puis rien") == [
            "Il vient.",
            "Elle part à 10.30 h.",
            "- Puis rien",
        ]

    def test_a_citation_of_the_answer_goes_for_each_of_its_sentences(self):
        reply = told("Il vient. Elle part.", [{"number": 1}])
        assert [said["citations"] for said in reply["sentences"]] == [[1], [1]]


class TestDialogue:
    def test_replies_have_the_names_of_our_json_and_times(self, run, tmp_path):
        INPUTS.write(run.folder)
        entry = stand(tmp_path)
        dialogue = Dialogue(entry, Path(sys.executable), run.job(entry), run.folder)
        reply = dialogue.ask(case_line(CASES[0]))
        dialogue.close()
        assert reply["kind"] == "answer"
        assert reply["citations"][0]["quote"] == TEXT[:33]
        assert reply["passages"] == [{"rank": 1, "note_id": "forum", "start": 0, "end": len(TEXT)}]
        assert {"milliseconds", "cpu_milliseconds", "search_milliseconds"} <= reply.keys()
        assert dialogue.stats["ingestion_seconds"] >= 0
        assert dialogue.stats["peak_rss_mb"] > 1

    def test_an_adapter_that_ends_says_why(self, run, tmp_path):
        INPUTS.write(run.folder)
        entry = stand(tmp_path, at_price="import os; print('plus de mémoire', flush=True); os._exit(3)")
        dialogue = Dialogue(entry, Path(sys.executable), run.job(entry), run.folder)
        with pytest.raises(SystemFailed, match="status 3: plus de mémoire"):
            dialogue.ask(case_line(CASES[1]))
        dialogue.close()


class TestRunning:
    def test_what_was_said_is_not_asked_again(self, run, tmp_path, monkeypatch):
        entry = stand(tmp_path)
        first = run_all(run, [entry])["ours"]
        assert set(first.replies) == {"lieu", "prix"}
        monkeypatch.setattr(running, "Dialogue", None)
        assert run_all(run, [entry])["ours"].replies == first.replies

    def test_other_inputs_ask_anew(self, run, tmp_path):
        entry = stand(tmp_path)
        run_all(run, [entry])
        assert run.lines(entry).replies
        Inputs("seed", NOTES[:1], CASES, []).write(run.folder)
        assert not run.lines(entry).replies

    def test_a_case_that_goes_wrong_is_its_reply(self, run, tmp_path):
        lines = run_all(run, [stand(tmp_path, at_price="raise ValueError('trop long')")])["ours"]
        assert lines.replies["prix"]["error"] == "ValueError: trop long"
        assert [case.id for case in lines.missing(CASES)] == ["prix"]

    def test_a_system_that_fails_is_told_in_one_line_and_the_others_go_on(self, run, tmp_path, capsys):
        bad = stand(tmp_path, "cassé", at_price="import os; os._exit(3)")
        found = run_all(run, [bad, stand(tmp_path)])
        assert set(found["ours"].replies) == {"lieu", "prix"}
        assert found["cassé"].failure.startswith("ended with status 3")
        assert [line for line in capsys.readouterr().out.split("\n") if "not run" in line] == [
            f"cassé: not run, it {found['cassé'].failure}"
        ]

    def test_a_python_that_is_nowhere_is_said(self):
        with pytest.raises(InstallError, match=r"needs Python 3\.99 or newer"):
            find_python((3, 99))

    def test_the_last_line_of_a_log_is_the_reason(self, tmp_path):
        log = tmp_path / "log"
        log.write_text("Collecting\nERROR: No matching distribution\n\n", encoding="utf-8")
        assert last_line(log) == "ERROR: No matching distribution"


class TestFigures:
    def test_means_differ_only_where_the_cases_tell(self):
        high, low = (Figure({str(n): value for n in range(50)}) for value in (0.9, 0.1))
        assert high.differs(low)
        assert not high.differs(high)

    def test_without_a_chat_model_there_is_no_answer_to_score(self):
        silent = {"id": "lieu", "kind": None, "passages": [], "milliseconds": 1}
        assert not Scored(CASES, {note.id: note.text for note in NOTES}, {"lieu": silent}).answers

    def test_refusals_are_counted(self):
        replies = {case.id: {"id": case.id, "kind": "refusal"} for case in CASES}
        found = Scored(CASES, {}, replies).refusals()
        assert found == {"precision": 0.5, "recall": 1.0, "f1": pytest.approx(2 / 3), "answered": 0.0}


class TestTable:
    def test_one_table_a_column_a_system(self, run, tmp_path):
        entries = [stand(tmp_path), stand(tmp_path, "cassé", at_price="import os; os._exit(3)")]
        text = report([Tabled.of(run, entries, run_all(run, entries))])
        lines = text.split("\n")
        assert lines[0] == "|  | Ours | Cassé |"
        assert {line.count("|") for line in lines if line.startswith("|")} == {4}
        row = next(line for line in lines if line.startswith("| facts found"))
        assert row.startswith("| facts found (a refusal counts 0) | 1 |")
        assert any(line.startswith("| recall@1 | 1 |") for line in lines)
        assert any("was not run on seed: it ended with status 3" in line for line in lines)
        assert "  - Not compared. Rien." in lines

    def test_a_system_that_said_nothing_was_not_run(self, run, tmp_path):
        entry = stand(tmp_path)
        INPUTS.write(run.folder)
        text = report([Tabled.of(run, [entry], {"ours": run.lines(entry)})])
        assert "| recall@1 | not run |" in text

    def test_jobs_hold_no_expected_answer(self, run, tmp_path):
        run_all(run, [stand(tmp_path)])
        assert "Lyon" not in json.dumps([case_line(case) for case in CASES])


class TestCommand:
    def test_answers_need_the_address_of_a_chat_model(self, tmp_path, monkeypatch):
        monkeypatch.setattr(command, "CORPORA", {"seed": lambda: INPUTS})
        monkeypatch.setattr(command, "portable_model", lambda made: made / "model")
        with pytest.raises(SystemExit, match="--chat-url"):
            command.main(["--answers", "2", "--made", str(tmp_path)])

    def test_the_table_of_what_was_said_asks_nothing(self, tmp_path, monkeypatch, capsys):
        monkeypatch.setattr(command, "CORPORA", {"seed": lambda: INPUTS})
        monkeypatch.setattr(command, "portable_model", lambda made: made / "model")
        command.main(["--report-only", "--made", str(tmp_path), "--systems", "ours", "txtai_quickstart"])
        written = (tmp_path / "table.md").read_text(encoding="utf-8")
        assert written.startswith("|  | this assistant | txtai |")
        assert written in capsys.readouterr().out
