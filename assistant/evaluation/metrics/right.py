"""The whole reply, right or wrong."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.evaluation.metrics.facts_found import missing_facts
from assistant.evaluation.metrics.metric import Group, Metric
from assistant.evaluation.metrics.must_not import broken
from assistant.evaluation.metrics.source_cited import fault_of_sources
from assistant.evaluation.models import Expected, Score, Trial
from assistant.evaluation.wording import quoted


def faults(trial: Trial) -> list[str]:
    """What is wrong with a reply, in French; nothing when it is right."""
    response = trial.response
    if response.error:
        return [f"erreur : {response.error}"]
    if response.answered:
        return [*_faults_of_answer(trial), *_faults_of_citations(trial)]
    return list(_faults_of_refusal(trial)) if response.refused else ["ni réponse ni refus"]


def _faults_of_refusal(trial: Trial) -> Iterator[str]:
    case, reason = trial.case, trial.response.reason
    if case.expected is Expected.ANSWER:
        yield f"refuse de répondre ({reason})"
    elif case.reasons and reason not in case.reasons:
        yield f"refuse pour {reason}, et non {' ou '.join(sorted(case.reasons))}"


def _faults_of_answer(trial: Trial) -> Iterator[str]:
    case = trial.case
    if case.expected is Expected.REFUSE:
        yield "répond alors que les notes se taisent"
        return
    if case.expected is Expected.CORRECT and not trial.response.corrects:
        yield "répond sans corriger ce que la question suppose"
    yield from (f"fait manquant : {' | '.join(wordings)}" for wordings in missing_facts(trial))
    yield from (f"dit ce qu'il ne faut pas : {wording}" for wording in broken(trial))


def _faults_of_citations(trial: Trial) -> Iterator[str]:
    response = trial.response
    if response.empty:
        yield "réponse sans une phrase"
    numbers = {cited.number for cited in response.citations}
    for said in response.sentences:
        if not numbers.intersection(said.citations):
            yield f"phrase sans citation : {quoted(said.text)}"
    for cited in response.citations:
        text = trial.texts.get(cited.span.note_id, "")
        if not cited.quote or text[cited.span.start : cited.span.end] != cited.quote:
            yield f"[{cited.number}] n'est pas mot pour mot dans {cited.span.note_id}"
    if trial.case.answerable and trial.case.sources and (fault := fault_of_sources(trial)):
        yield fault


def _score(trial: Trial) -> Score:
    found = faults(trial)
    return Score(float(not found), " ; ".join(found) or "rien à redire")


RIGHT = Metric(
    "right",
    "Réponses justes",
    Group.ANSWER,
    "1 si rien n'est à redire : répondre ou refuser comme attendu, pour une raison admise ; tous les faits, rien de ce "
    "qu'il ne faut pas dire ; chaque phrase citée, chaque citation mot pour mot dans sa note, une source attendue "
    "citée. "
    "Une réponse vide vaut 0 ; un refus attendu vaut 1.",
    "la nôtre, docs/evaluateur.md",
    _score,
    binary=True,
)
