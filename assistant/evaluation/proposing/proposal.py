"""A question that notes may answer, or not, before it is a case; and the small French that questions are put with."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from assistant.evaluation.models import EvalCase, Expected, Status
from assistant.evaluation.wording import holds
from assistant.french.words import canonical, content_words, fold
from assistant.models import Note

_VOWEL = re.compile(r"[aeiouyhàâéèêëîïôöûü]", re.IGNORECASE)
_ARTICLE = re.compile(r"(?P<article>(?:le|la|les) |l['’])(?P<rest>.+)", re.IGNORECASE | re.DOTALL)
_OF = {"le": "du ", "la": "de la ", "les": "des ", "l'": "de l'"}


class By(StrEnum):
    """Who made it; a tag of the case."""

    RULE = "par-règle"
    MODEL = "par-modèle"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question about a note. `quote` are the note's exact words that answer, empty where nothing does: then a refusal
    is expected. `facts` are as in a case; `why` tells who reviews where it comes from.
    """

    note: Note
    question: str
    kind: str
    why: str
    quote: str = ""
    facts: tuple[tuple[str, ...], ...] = ()
    by: By = By.RULE

    @property
    def id(self) -> str:
        """The same whenever the same question is made of the same words of the same note."""
        told = "\n".join((self.note.id, self.quote, self.question))
        return f"prop-{hashlib.sha256(told.encode()).hexdigest()[:12]}"

    @property
    def key(self) -> tuple[str, ...]:
        """Two questions with the same words of content are the same."""
        return key_of(self.question)

    @property
    def gives_itself_away(self) -> bool:
        """Whether the question holds what is asked for."""
        return any(holds(self.question, wording) for wordings in self.facts for wording in wordings)

    def as_case(self) -> EvalCase:
        """The candidate."""
        source = {"note": self.note.id, "quote": self.quote}
        return EvalCase.model_validate(
            {
                "id": self.id,
                "question": self.question,
                "expected": Expected.ANSWER if self.quote else Expected.REFUSE,
                "tags": ("proposé", self.by.value, self.kind),
                "facts": self.facts,
                "sources": (source,) if self.quote else (),
                "status": Status.CANDIDATE,
                "comment": self.why,
            }
        )


def key_of(question: str) -> tuple[str, ...]:
    """What two questions are compared by: their words of content, without accents, in any order."""
    return tuple(sorted(fold(word) for word in content_words(question)))


def asked(words: str) -> str:
    """The words as a question: on one line, apostrophes and spaces plain, as people type."""
    return f"{' '.join(words.split())} ?".replace("’", "'")


def of(subject: str) -> str:
    """« du Forum », « de l’INP », « d’Édouard Philippe », « de Dijon »."""
    found = _ARTICLE.fullmatch(subject)
    if found is None:
        return f"d’{subject}" if _VOWEL.match(subject) else f"de {subject}"
    return _OF[canonical(found["article"]).strip().lower()] + found["rest"]


def within(subject: str) -> str:
    """A subject that opened a sentence, as it stands within one: « La commission » -> « la commission »."""
    found = _ARTICLE.fullmatch(subject)
    return subject if found is None else subject[0].lower() + subject[1:]
