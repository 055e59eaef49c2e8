"""A chat model as a judge beside the metrics: fixed prompts, temperature 0, fixed seed (docs/decisions/0026)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from assistant.answering.drafts import DraftError, Trouble
from assistant.errors import EvaluationError, SettingsError
from assistant.evaluation.asking import MENDABLE, SEED, ask
from assistant.evaluation.judging.prompts import CORRECT, DIGEST, FAITHFUL, FORMAT, TOKENS
from assistant.evaluation.judging.verdicts import has_reference, read_verdict
from assistant.evaluation.metrics.citation_precision import precision
from assistant.evaluation.metrics.support import cited_by, words_of
from assistant.evaluation.models import Cited, Said, Score, Trial
from assistant.evaluation.wording import quoted
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_MOST = 6_000  # characters of what a judge is given to hold a text against
_PAUSE = 0.5  # seconds before the one retry
_RETRIED = (Trouble.BUSY, Trouble.DOWN)


class _UnreadableError(Exception):
    """The judge said nothing that is a verdict."""


class Judge:
    """Asks one chat model. Safe to share between threads."""

    def __init__(self, model: BaseChatModel, name: str) -> None:
        self._model = model
        #: For the record of a run.
        self.info: dict[str, Any] = {"model": name, "prompts": DIGEST, "temperature": 0, "seed": SEED}

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The judge that the settings name; the chat model where they name none.

        Raises:
            SettingsError: they name neither.
        """
        from assistant.answering.endpoint import connect

        name, url = settings.judge_model or settings.chat_model, settings.judge_base_url or settings.chat_base_url
        if name is None or url is None:
            raise SettingsError(
                "Aucun juge : donnez ASSISTANT_JUDGE_MODEL et ASSISTANT_JUDGE_BASE_URL, ou un modèle de rédaction "
                "(ASSISTANT_CHAT_MODEL et ASSISTANT_CHAT_BASE_URL)."
            )
        # The key of one service is not for another.
        key = settings.judge_api_key if settings.judge_base_url else settings.chat_api_key
        return cls(connect(name, url, key, settings.chat_timeout), name)

    def scores(self, trial: Trial) -> dict[str, Score]:
        """By metric's name; without those that do not apply, or on which the judge said nothing that can be read.

        Raises:
            EvaluationError: the judge cannot be reached.
        """
        case, response = trial.case, trial.response
        found: dict[str, Score | None] = {}
        if has_reference(case, response):
            says = response.answered and not response.empty
            found["judge_correct"] = self._correct(trial) if says else Score(0.0, "pas de réponse")
        if response.answered:
            found |= self._cited(trial)
        return {name: score for name, score in found.items() if score is not None}

    def _correct(self, trial: Trial) -> Score | None:
        case = trial.case
        facts = [" ou ".join(f"« {wording} »" for wording in wordings) for wordings in case.facts]
        extracts = [source.quote or trial.texts.get(source.note, "") for source in case.sources]
        given = {
            "question": "\n".join([*(f"{turn.role} : {turn.content}" for turn in case.history), case.question]),
            "facts": " ; ".join(facts),
            "extracts": _cut("\n\n".join(dict.fromkeys(extracts))),
            "answer": _cut(trial.response.readable),
        }
        try:
            return self._asked(CORRECT, given)
        except _UnreadableError:
            return None

    def _cited(self, trial: Trial) -> dict[str, Score | None]:
        """What sentences and their citations are worth; the same question is asked once."""
        known: dict[tuple[str, str], Score] = {}

        def support(said: Said, citations: Sequence[Cited]) -> Score:
            premise = "\n\n".join(
                f"{c.title} : {words_of(c, trial)}" if c.title else words_of(c, trial) for c in citations
            )
            if not premise.strip() or not said.text.strip():
                return Score(0.0, "sans citation" if said.text.strip() else "phrase vide")
            if (said.text, premise) not in known:
                known[said.text, premise] = self._asked(FAITHFUL, {"premise": _cut(premise), "sentence": said.text})
            return known[said.text, premise]

        def doubting(said: Said, citations: Sequence[Cited], _: Trial) -> str:
            found = support(said, citations)
            return "" if found.value == 1 else found.why or "non"

        found: dict[str, Score | None] = {}
        with suppress(_UnreadableError):
            verdicts = [(said, support(said, cited_by(said, trial))) for said in trial.response.sentences]
            found["judge_faithful"] = _mean(verdicts)
            found["judge_precision"] = precision(trial, doubting)
        return found

    def _asked(self, prompt: str, given: Mapping[str, str]) -> Score:
        """One verdict: with the format, in free text where that is turned down; once more where it may pass.

        Raises:
            _UnreadableError: it is none.
            EvaluationError: the judge cannot be reached.
        """
        safe = {name: value.replace("<", "‹").replace(">", "›") for name, value in given.items()}
        trouble = Trouble.EMPTY
        for pause in (_PAUSE, 0.0):
            try:
                verdict = read_verdict(ask(self._model, prompt.format(**safe), FORMAT, TOKENS))
            except DraftError as error:
                trouble = error.trouble
                if trouble not in _RETRIED:
                    break
                time.sleep(pause)
                continue
            if verdict is None:
                raise _UnreadableError
            return verdict
        if trouble not in MENDABLE:
            raise _UnreadableError
        raise EvaluationError(
            f"Le juge {self.info['model']} {MENDABLE[trouble]}. Ce qui est fait est gardé : reprenez avec --resume."
        )


def _mean(verdicts: Sequence[tuple[Said, Score]]) -> Score:
    if not verdicts:
        return Score(0.0, "réponse sans une phrase")
    low = [f"{quoted(said.text, 60)} : {verdict.why}" for said, verdict in verdicts if verdict.value < 1]
    return Score(sum(verdict.value for _, verdict in verdicts) / len(verdicts), " ; ".join(low) or "toutes")


def _cut(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"
