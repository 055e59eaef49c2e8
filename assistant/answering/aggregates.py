"""A question on a total, an average or the most of something: only a sentence that states it may answer."""

from __future__ import annotations

import re

from assistant.answering.evidence import Evidence
from assistant.answering.subject import NOUN, folded, noun_of
from assistant.french.words import content_words, variants

_READ = 12  # sentences that may state it, of the best
_NUMBER = (
    r"(?:\d[\d .,]*|\b(?:un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|cent"
    r"|mille)(?:aine)?s?\b)"
)
_RANK = r"(?:\d+ ?(?:e|eme|er|ere|nd|nde)|premier|premiere|deuxieme|troisieme|quatrieme|cinquieme|dixieme)\b"
_HOW_MANY = re.compile(
    rf"\b(?:combien (?:y a-t-il |a-t-on )?(?:de |d')|nombre (?:\w+ )?(?:de |d'|des |of )|how many )"
    rf"(?:\w+ )?(?P<noun>{NOUN})"
)
_SUMMED = re.compile(
    r"\b(?:total(?:e|es)?|totaux|cumule(?:e|s|es)?|en tout|average|median|mediane?|overall"
    r"|(?<!quel )(?<!quels )(?<!un )(?<!le )(?<!les )(?<!au )(?<!du )(?<!des )moyen(?:s|ne|nes)?(?! age| terme))\b"
)
_ASKED = re.compile(r"\b(?:combien|quel(?:le)?s?|how (?:much|many)|what)\b")
_STATED = re.compile(r"\b(?:total\w*|totaux|cumul\w*|au total|en tout|moyen\w*|median\w*|ensemble)\b")
_MOST = re.compile(
    r"\b(?:quel(?:le)?s?|qui|qu'est-ce qui|which|who|what)\b.*\b(?:le (?:plus|moins) (?:de |d'|souvent)"
    r"|le plus (?:grand|petit) nombre|the (?:most|fewest|least)\b)"
)
_MOST_STATED = re.compile(
    r"\b(?:plus|moins|premier\w*|record\w*|majorit\w*|principa\w*|surtout|tete|max\w*|domin\w*)\b"
)


def asks_what_is_not_told(evidence: Evidence) -> bool:
    """Whether the question asks for a figure over several things that none of the sentences found states."""
    question = folded(evidence.question)
    sentences = [folded(candidate.text) for candidate in evidence.ranked[:_READ]]
    if counted := _HOW_MANY.search(question):
        words = content_words(noun_of(counted["noun"]).singular)
        return not any(_counts(sentence, words) for sentence in sentences)
    if _SUMMED.search(question) and _ASKED.search(question):
        return not any(_STATED.search(sentence) and re.search(_NUMBER, sentence) for sentence in sentences)
    return bool(_MOST.search(question)) and not any(_MOST_STATED.search(sentence) for sentence in sentences)


def _counts(sentence: str, words: list[str]) -> bool:
    """Whether a sentence says how many of a noun there are: a number, or a rank, shortly before it."""
    stems = {stem for word in words for stem in variants(word)}
    for match in re.finditer(rf"(?:{_NUMBER}|{_RANK})\s?(?P<next>(?:[\w'-]+\s?){{1,3}})", sentence):
        if any(stem in stems for word in content_words(match["next"]) for stem in variants(word)):
            return True
    return False
