"""A question and the turns before it -> a question that stands alone; the same one where it already does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.french.words import content_words, fold, normalise
from assistant.models import Turn

# All read on folded text.
_IMPERSONAL = re.compile(r"\b(?:y a-t-il|il y a|il faut|faut-il|s'agit-il|il s'agit|est-il (?:possible|prevu)|is it)\b")
_OPENING = re.compile(
    r"(?:et|mais|ou|alors|donc|sinon|pourquoi|comment|combien|quand|depuis quand|lequel|laquelle|lesquels|lesquelles"
    r"|and|what about)\b"
)
_CONTINUES = re.compile(r"(?:et|mais|sinon|and|what about)\b")
_INVERSION = re.compile(r"-(?:t-)?(?:il|elle|ils|elles)\b")
_SUBJECT = re.compile(r"\b(?:le |la |les |l'|un |une |du |des |son |sa |ses )[a-z]{3,}")
_PRONOUN = re.compile(
    r"\b(?:celui|celle|ceux|celles)(?:-ci|-la)\b|(?<!-)\b(?:il|elle|ils|elles|it|they|he|she|them|its|their)\b"
    r"|\b(?:ce|cet|cette|ces) (?:dernier|derniere|meme|programme|forum|projet|conseil|note|evenement|personne|sujet"
    r"|association|instance|rapport|ville|commission)s?\b"
    r"|\bqui (?:en|y) [a-z]+|\ben (?:savoir|dire) plus\b|\bplus de (?:details?|precisions?)\b"
)
_POSSESSIVE = re.compile(r"\b(?:son|sa|ses|leur|leurs)\b")
_OBJECT = re.compile(r"\b(?:qui|quand|ou|comment|pourquoi) (?:l'|la |le |les )[a-z]+$")
_NAME = re.compile(r"(?:[LlDd]['’])?[A-ZÀ-Ý]")
_READ = 500  # characters of an earlier turn
_SHORT = 2  # content words; a question with fewer and no name says too little by itself


def readings(question: str, history: Sequence[Turn]) -> tuple[str, ...]:
    """The questions that this one may mean, the likeliest first; the next is tried where the notes don't answer one."""
    return (stand_alone(question, history),)


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """The question to search for: itself, or with the last question that had a subject behind it.

    `Et depuis quand ?` after `Qui pilote le programme DcANT ?` becomes
    `Et depuis quand ? (Qui pilote le programme DcANT ?)`.
    """
    subject = _last_subject(history)
    if subject is None or not needs_context(question):
        return question
    return f"{question.strip()} ({subject})"


def needs_context(question: str) -> bool:
    """Whether the question cannot be understood without the turns before it."""
    text = _IMPERSONAL.sub(" ", fold(normalise(question)).strip(" ?!.\n\t"))
    words = content_words(question)
    if _OBJECT.search(text) or (_CONTINUES.match(text) and len(words) <= _SHORT + 1):
        return True
    if _names_its_subject(question):
        return False
    inverted = _INVERSION.search(text)
    if (
        _PRONOUN.search(text)
        or (_POSSESSIVE.search(text) and len(words) <= _SHORT)
        or (inverted and not _SUBJECT.search(text[: inverted.start()]))
    ):
        return True
    return len(words) < _SHORT and bool(_OPENING.match(text))


def _names_its_subject(question: str) -> bool:
    """A capitalised word after the first, or an acronym, is a subject of its own."""
    first, *others = question.strip().split() or [""]
    return sum(char.isupper() for char in first) > 1 or any(map(_NAME.match, others))


def _last_subject(history: Sequence[Turn]) -> str | None:
    for turn in reversed(history):
        said = " ".join(turn.content[:_READ].split())
        if turn.role == "user" and content_words(said) and not needs_context(said):
            return said
    return None
