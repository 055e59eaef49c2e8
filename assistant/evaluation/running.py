"""Cases -> a recorded run: each asked, its passages ranked deeper than the answer needs, scored, written at once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from assistant import Assistant
from assistant.embedding.embedded_model import runtime_dtype
from assistant.errors import AssistantError, EvaluationError
from assistant.evaluation import metrics, provenance
from assistant.evaluation.cases import case_line, reviewed
from assistant.evaluation.models import EvalCase, Response, Result, Score, Trial
from assistant.evaluation.responses import gold_of, response_of
from assistant.evaluation.runs import Recorder, Run, RunInfo, new_id, read_run
from assistant.feedback import kept_settings
from assistant.serialise import reply_to_json

#: The day on which a case without one is asked: the same at every run, so that « le mois prochain » stays what it was.
TODAY = date(2026, 1, 15)
#: Passages that are ranked, whatever the answer reads.
DEPTH = 20

Judge = Callable[[Trial], dict[str, Score]]
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Bench:
    """What cases are put to: an assistant, and what its notes are called in records. `judge` scores beside the metrics;
    `judged_by` says who it is.
    """

    bot: Assistant
    corpus: str
    judge: Judge | None = None
    judged_by: dict[str, Any] | None = None


def describe(bench: Bench, cases: Sequence[EvalCase], name: str = "") -> RunInfo:
    """What a run of the cases would be."""
    asked = reviewed(cases)
    return RunInfo(
        id=new_id(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        name=name,
        commit=provenance.commit(),
        build=bench.bot.build,
        corpus=bench.corpus,
        settings={**kept_settings(bench.bot.settings), "arithmetic": runtime_dtype(bench.bot.settings.embedding_dtype)},
        versions=provenance.versions(),
        cases=tuple(case.id for case in asked),
        digest=digest(asked),
        skipped=len(cases) - len(asked),
        judge=bench.judged_by or {},
    )


def half_of(case: EvalCase) -> str:
    """A or B, drawn by the id: one chooses by half A, and half B tells whether the choice holds on other questions."""
    return "AB"[hashlib.sha256(case.id.encode()).digest()[0] % 2]


def chosen(
    cases: Sequence[EvalCase], tags: Collection[str] = (), limit: int | None = None, half: str | None = None
) -> list[EvalCase]:
    """The cases of a half that have one of the tags, all where none is named; `limit` at most, at even distances.

    Raises:
        EvaluationError: there is none.
    """
    tagged = [case for case in cases if not tags or not set(tags).isdisjoint(case.tags)]
    if not tagged:
        known = ", ".join(sorted({tag for case in cases for tag in case.tags}))
        raise EvaluationError(f"Aucun cas n'a l'étiquette {', '.join(tags)}. Étiquettes : {known or 'aucune'}.")
    found = [case for case in tagged if half in (None, half_of(case))]
    if limit is None or limit >= len(found):
        return found
    return [found[at * len(found) // limit] for at in range(limit)]


def digest(cases: Iterable[EvalCase]) -> str:
    """Of the cases, in any order: sha256, hexadecimal, 16 digits."""
    lines = sorted(case_line(case) for case in cases)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def run(
    bench: Bench,
    cases: Sequence[EvalCase],
    recorder: Recorder,
    *,
    done: frozenset[str] = frozenset(),
    workers: int = 1,
    tell: Tell | None = None,
) -> Run:
    """Ask the reviewed cases that are not `done`, in their order, and record each as soon as it is scored.

    Args:
        bench: what they are put to.
        cases: candidates among them are passed over.
        recorder: takes the results; it is closed, whatever happens, and then says whether all was asked.
        done: ids of cases that it has already.
        workers: how many questions are under way at once. Scores do not depend on it; it helps where a chat model
            answers, or more processors than the embedder uses are there.
        tell: called with how many are recorded, and of how many.
    """
    asked = reviewed(cases)
    wanted = [case for case in asked if case.id not in done]
    start, complete = time.monotonic(), False
    try:
        for count, result in enumerate(_results(bench, wanted, workers), start=len(asked) - len(wanted) + 1):
            recorder.add(result)
            if tell:
                tell(count, len(asked))
        complete = True
    finally:
        recorder.close(time.monotonic() - start, complete=complete)
    return read_run(recorder.folder)


def _results(bench: Bench, cases: Sequence[EvalCase], workers: int) -> Iterator[Result]:
    """In the order of the cases. What is under way when the reader stops is given up."""
    with ThreadPoolExecutor(workers, thread_name_prefix="eval") as pool:
        try:
            yield from pool.map(lambda case: result_of(bench, case), cases)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def result_of(bench: Bench, case: EvalCase) -> Result:
    """One case, asked and scored. What goes wrong is its result."""
    record = _record(bench.bot, case)
    response = response_of(record) if "error" not in record else Response("error", "", error=record["error"])
    return scored(bench, case, response, record)


def scored(bench: Bench, case: EvalCase, response: Response, record: dict[str, Any]) -> Result:
    """A response held against the case."""
    texts = _texts(bench.bot, case, response)
    trial = Trial(case, response, texts, gold_of(case, texts))
    scores = metrics.score(trial)
    if bench.judge:
        scores |= bench.judge(trial)
    return Result(case, response, scores, trial.gold, record)


def _record(bot: Assistant, case: EvalCase) -> dict[str, Any]:
    """The reply as JSON, with the text of its passages, the ranking, and the wall time of the answer alone."""
    today = case.today or TODAY
    start = time.perf_counter()
    try:
        reply = bot.ask(case.question, case.history, today=today)
        taken = (time.perf_counter() - start) * 1000
        ranking = bot.ranking(reply.standalone_question, DEPTH, today) if reply.passages else ()
    except AssistantError as error:
        return _failed(case, str(error))
    except Exception as error:  # a fault of ours on one question must not lose the run
        return _failed(case, f"erreur inattendue ({type(error).__name__} : {error})")
    record = reply_to_json(reply)
    for passage, fields in zip(reply.passages, record["passages"], strict=True):
        fields |= {"title": passage.note.title, "text": passage.chunk.text}
    record["ranking"] = [{"note_id": p.note.id, "start": p.chunk.start, "end": p.chunk.end} for p in ranking]
    return {**record, "milliseconds": round(taken, 1)}


def _failed(case: EvalCase, message: str) -> dict[str, Any]:
    return {"question": case.question, "kind": "error", "text": "", "error": message, "passages": []}


def _texts(bot: Assistant, case: EvalCase, response: Response) -> dict[str, str]:
    """Of the notes that the case or the response speaks of; those that are gone are left out."""
    named = {source.note for source in case.sources} | {citation.span.note_id for citation in response.citations}
    with bot.reader.lease() as build:
        return {key: note.text for key, note in build.catalogue.notes(sorted(named)).items()}
