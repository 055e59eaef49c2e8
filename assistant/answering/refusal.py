"""Whether the notes answer at all (docs/decisions/0013). The calibration is fitted and measured in
benchmarks/refusal.py.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from assistant.answering.extractive import Candidate, TermWeights
from assistant.answering.foreign import foreign_names, foreign_numbers
from assistant.answering.question import names
from assistant.answering.scope import Outside
from assistant.dates import DayRange, find_dates
from assistant.french.words import content_words, fold
from assistant.index import Build
from assistant.language import tr
from assistant.models import NearestNote, Note, Passage, Reason
from assistant.retrieval import Retrieval


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted logistic model of `Support`; 4 % of the answerable questions it was fitted on are below `threshold`,
    3 % without the ranker.
    """

    coefficients: dict[str, float]
    intercept: float
    threshold: float


# Fitted by `python -m benchmarks.refusal --fit` on PIAF dev's standalone questions about the development articles,
# which the sentence ranker never saw in training, on their near misses and on half of the unanswerable; with the ranker
# and (`--compared`) without it.
_READ = Calibration(
    {"reading": 0.19, "passage": 0.27, "shared": 1.82, "named": 0.66, "dated": 2.12, "known": 2.0}, -7.12, 0.195
)
_COMPARED = Calibration({"similarity": 0.41, "shared": 2.55, "named": 0.58, "dated": 2.31, "known": 2.18}, -7.58, 0.157)
_NEAREST = 3
_THEMES = 5  # named, the commonest

_TEXTS = {
    Reason.NOT_IN_CORPUS: "Je n'ai pas trouvé de réponse à cette question dans les notes de France urbaine.",
    Reason.TOO_VAGUE: "Je ne vois pas de quoi parle cette question : précisez-la avec un sujet, un nom ou un lieu.",
    Reason.FUTURE_OR_UNKNOWN_DATE: "Je n'ai rien trouvé sur cette date dans les notes de France urbaine.",
    Reason.OUT_OF_SCOPE: "Je ne réponds qu'aux questions sur les notes de France urbaine.",
}
# Words, folded, that name nothing by themselves.
_EMPTY = frozenset(
    "information informations info infos renseignement renseignements truc trucs chose choses machin machins bidule "
    "sujet sujets theme themes detail details precision precisions question questions reponse reponses suite exemple "
    "exemples aide aider besoin quelque encore vraiment ensuite propos interesse raconte racontez montre montrez "
    "continue continuer continuez voudrais voudrait aimerais aimerait souhaite souhaiterais vouloir cherche faut "
    "donner dire savoir apprendre apprends parler trouver trouve general divers rien beaucoup peu jamais toujours "
    "aujourd hui bref voila voici bonjour salut merci svp stp plait info something anything thing things stuff more "
    "else please know want need".split()
)
# What takes place, whatever it is: how such words begin.
_HAPPENING = tuple(
    "pass evenement lieu prev actualit nouve note annonc agenda deroul tien event hier demain prochain dernier semaine "
    "mois annee jour happen news futur".split()
)


@dataclass(frozen=True, slots=True)
class Support:
    """What speaks for an answer. `similarity` and `passage` in standard deviations above unrelated text, of the best
    sentence and the best passage; `shared` and `named` the part of the question's words and of its names that the
    passages hold, 0 to 1 (1 where there are none). `dated` is 0 where the question names a date of which the best note
    does not speak, else 1; `known` is 0 where it holds a name or a number that the best note does not, else 1.
    `reading` is the ranker's best score, None where it did not read; where it did, there is no similarity. `threshold`
    is the least confidence for an answer, the calibration's where None.
    """

    similarity: float
    passage: float
    shared: float
    named: float
    dated: float = 1.0
    known: float = 1.0
    reading: float | None = None
    threshold: float | None = None

    @property
    def calibration(self) -> Calibration:
        """The model that fits what was measured."""
        return _COMPARED if self.reading is None else _READ

    @property
    def confidence(self) -> float:
        """The estimated probability that the passages answer, 0 to 1."""
        weights = self.calibration.coefficients.items()
        logit = self.calibration.intercept + sum(weight * float(getattr(self, name)) for name, weight in weights)
        return 1 / (1 + math.exp(-logit))

    @property
    def answers(self) -> bool:
        """Whether that is enough for an answer."""
        return self.confidence >= (self.calibration.threshold if self.threshold is None else self.threshold)


def measure_support(
    build: Build, question: str, retrieval: Retrieval, ranked: Sequence[Candidate], threshold: float | None = None
) -> Support | None:
    """The support of a question, None where nothing was found. With a `threshold`, not the calibration's own."""
    passages = retrieval.passages
    if not passages or not ranked:
        return None
    mean, std = build.manifest.similarity_mean, build.manifest.similarity_std
    best = ranked[0].passage
    read = f"{best.note.title} {' '.join(best.chunk.headings)} {best.chunk.text}"
    return Support(
        similarity=max(candidate.similarity for candidate in ranked),
        passage=(max(passage.dense for passage in passages) - mean) / std,
        shared=TermWeights(build, question).shared(read),
        named=_named(build, question, read),
        dated=float(not retrieval.asked or speaks_of_dates(build, best.note, retrieval.asked)),
        known=float(not foreign(question, best.note)),
        reading=max((c.reading for c in ranked if c.reading is not None), default=None),
        threshold=threshold,
    )


def speaks_of_dates(build: Build, note: Note, asked: Sequence[DayRange]) -> bool:
    """Whether a note speaks of one of the dates, or bears it."""
    wanted = [_to_its_end(days) for days in asked]
    chunks = set[str]().union(*(build.catalogue.speaking_of(days) for days in wanted))
    return note.id in build.catalogue.notes_of(chunks) or any(_bears(note, days) for days in wanted)


def _to_its_end(days: DayRange) -> DayRange:
    """« Après 2024 » is a question about 2024 too."""
    if days.first and days.last is None:
        return DayRange(days.first - timedelta(days=366), None)
    return DayRange(None, days.last + timedelta(days=1)) if days.last and days.first is None else days


def _bears(note: Note, days: DayRange) -> bool:
    date = note.date
    return date is not None and (days.first or date.last) <= date.last and date.first <= (days.last or date.first)


def foreign(question: str, note: Note) -> tuple[str, ...]:
    """The names and numbers of the question that a note does not hold."""
    text = f"{note.title} | {note.text}"
    return (*foreign_names(question, text), *foreign_numbers(question, text))


def _named(build: Build, question: str, text: str) -> float:
    asked = names(question)
    held = build.catalogue.acronyms.terms(text)
    return sum(bool(held.intersection(name)) for name in asked) / len(asked) if asked else 1.0


def reason_to_refuse(question: str, support: Support | None) -> Reason | None:
    """Why not to answer, None to answer."""
    if _EMPTY.issuperset(map(fold, content_words(question))):
        return Reason.TOO_VAGUE
    if support is None:
        return Reason.NOT_IN_CORPUS
    date_alone = _asks_of_a_date_alone(question)
    if support.answers and support.dated and (support.shared or not date_alone):
        return None
    otherwise = replace(support, dated=1.0, named=1.0)
    for_its_date = (support.dated < 1 and otherwise.answers) or date_alone
    return Reason.FUTURE_OR_UNKNOWN_DATE if for_its_date else Reason.NOT_IN_CORPUS


def _asks_of_a_date_alone(question: str) -> bool:
    rest, mentions = list(question), find_dates(question, None)
    for mention in mentions:
        rest[mention.start : mention.end] = " " * (mention.end - mention.start)
    words = (fold(word) for word in content_words("".join(rest)))
    return bool(mentions) and all(word in _EMPTY or word.startswith(_HAPPENING) for word in words)


def text(reason: Reason, build: Build, *, filtered: bool, outside: Outside | None = None) -> str:
    """What the user reads, and what the notes cover; with filters on, that they may hide the answer. `outside` is what
    was said instead of a question.
    """
    if outside is not None:
        return f"{outside.text} {coverage(build)}" if outside.wants_more else outside.text
    hint = [tr("Les filtres choisis écartent peut-être les notes qui répondent.")] if filtered else []
    return " ".join([tr(_TEXTS[reason]), coverage(build), *hint])


def coverage(build: Build) -> str:
    """What the notes of a build are: how many, of when, and on which themes where most of them say so."""
    subjects = build.catalogue.subjects
    themed = sum(bool(themes) for _, themes in subjects)
    years = sorted(date.year for date, _ in subjects if date)
    themes = [theme for theme, _ in Counter(theme for _, some in subjects for theme in some).most_common(_THEMES)]
    on = [tr("Thèmes : {themes}.").format(themes=", ".join(themes))] if 2 * themed > len(subjects) else []
    count = tr("{count} notes").format(count=len(subjects)) if len(subjects) > 1 else tr("une note")
    said = tr("Je cherche dans {notes}{dated}.").format(notes=count, dated=_dated(years, len(subjects)))
    return " ".join([said, *on])


def _dated(years: Sequence[int], count: int) -> str:
    if not years:
        return ""
    one_year = tr("de {first}") if years[0] == years[-1] else tr("de {first} à {last}")
    when = one_year.format(first=years[0], last=years[-1])
    if len(years) < count:
        some = tr(", dont {count} datées {when}") if len(years) > 1 else tr(", dont une datée {when}")
        return some.format(count=len(years), when=when)
    return (tr(", datées {when}") if count > 1 else tr(", datée {when}")).format(when=when)


def nearest_notes(passages: Sequence[Passage]) -> tuple[NearestNote, ...]:
    """The notes of the best passages, each once."""
    notes = dict.fromkeys((p.note.id, p.note.title, p.note.date) for p in passages)
    return tuple(NearestNote(*note) for note in list(notes)[:_NEAREST])
