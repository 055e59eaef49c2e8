"""A question as typed -> as the notes would write it: chatty frames off, abbreviations, capitals and typos mended."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

from assistant.embedding import Embedder
from assistant.french.spelling import Spelling
from assistant.french.words import STOP_WORDS, canonical, fold, in_english, variants
from assistant.index.catalogue import Catalogue

_SHORTEST, _LONG = 5, 10  # letters of a word that may be corrected in one letter; in two
_NAME = 6  # letters of a name that may be
_CLEARLY = 5  # how many times as frequent a correction must be as another that is as near
_WORD = re.compile(r"(?<![\w@/.?!&])[^\W\d_]+(?![\w@/'’&]|[.?!]\w)")
_MEANING = re.compile(r"what does (?:the )?(.+?) (?:stand for|mean)\s*\??", re.I)
_C_IS = re.compile(r"^\W*c(?= \w)", re.I)
_PLEASE = re.compile(r"[\s,]*\b(?:s'il (?:te|vous) pla[iî]t|stp|svp|please)\b[\s,]*(?=[?!.]|$)?", re.I)
_THANKS = re.compile(r"[\s,.;]*\b(?:merci(?: (?:d'avance|beaucoup|bien))*|thanks|thank you)[\s!.]*(?=\?|$)", re.I)
_CAN = r"(?:peux|pouvez|pourrais|pourriez|peut|pourrait|sais|savez|saurais|sauriez|veux|voulez|voudrais|can|could)"
_SAY = r"(?:dire|indiquer|expliquer|préciser|preciser|rappeler|donner|répondre|trouver|tell)"
_FRAME = re.compile(
    r"[\s,.;:!-]*(?:"
    r"(?:re)?(?:bonjour|bonsoir|salut|coucou|hello|hi|hey|bjr|slt)(?: (?:à (?:tous|toutes|vous|toi)|tout le monde))?"
    r"|merci(?: (?:d'avance|beaucoup|bien))*|d'accord|ok|okay|super|parfait|très bien|euh|bon|excuse[sz]?-moi|pardon"
    r"|(?:j'ai )?une (?:petite |autre |dernière )*question"
    r"|j(?:e |')(?:voudrais|veux|souhaite|souhaiterais|aimerais|cherche à)(?: bien)? (?:savoir|connaître|connaitre)"
    r"|je me demand(?:e|ais)|i(?:'d| would) like to know|do you know|tell me"
    r"|(?:dis|dites)[ -](?:moi|nous)(?! (?:en|plus)\b)"
    rf"|(?:est-ce (?:que |qu'))?(?:(?:tu|vous|on|you) {_CAN}|{_CAN}[ -](?:tu|vous|on|you))"
    rf"(?: me| m'| nous|-moi)? ?{_SAY}(?: me)?(?! (?:en|plus)\b)"
    r"|(?:est-ce (?:que |qu'))?(?:(?:tu|vous) (?:sais|savez)|(?:sais|savez)-(?:tu|vous))"
    r")(?=[\s,.;:!?]|$)[\s,.;:!-]*",
    re.I,
)
#: What members type in a hurry; whole words, and none that the notes hold.
_ABBREVIATIONS = {
    short: whole
    for whole, shorts in {
        "quoi": "koi kwa",
        "qui": "ki",
        "que": "ke",
        "qu'est-ce que": "keske kesk kesako",
        "quand": "kan kand qd",
        "quel": "kel",
        "quelle": "kelle",
        "pourquoi": "pk pq pkoi pourkoi",
        "combien": "cb cbien kombien",
        "comment": "cmt koment",
        "c'est": "cé",
        "pour": "pr",
        "dans": "ds",
        "avec": "avc",
        "il y a": "ya",
        "quelqu'un": "qqn",
        "quelque chose": "qqch",
    }.items()
    for short in shorts.split()
}


def unframed(question: str) -> str:
    """The question without greetings, thanks and « est-ce que tu pourrais me dire »; whole where no word is left.

    `Salut, est-ce que tu pourrais me dire stp quand a lieu le forum ?` becomes `Quand a lieu le forum ?`.
    """
    text = _THANKS.sub("", _PLEASE.sub(" ", canonical(question))).strip()
    while (frame := _FRAME.match(text)) and frame.end():
        text = text[frame.end() :]
    if not _WORD.search(text) or len(text) >= len(canonical(question).strip()):
        return question
    return text[0].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Wording:
    """Mends questions with the words of one build; better known names are whole in the embedder's vocabulary."""

    catalogue: Catalogue
    embedder: Embedder

    def mended(self, question: str) -> str:
        """The question as it is searched and shown; unchanged where there is nothing to mend."""
        question = _MEANING.sub(r"Que veut dire \1 ?", _C_IS.sub("C'est", unframed(question)))
        found = [(match.start(), match.end()) for match in _WORD.finditer(question)]
        known = self.catalogue.spellings(list({question[start:end].lower() for start, end in found}))
        question = _rewritten(question, lambda word: _expanded(word, known))
        if _shouted(question):
            question = _rewritten(question.lower(), lambda word: known[word].written if word in known else _cased(word))
            question = question[:1].upper() + question[1:]
        return self._corrected(question)

    def _corrected(self, question: str) -> str:
        if in_english(question):
            return question
        typed = [match[0] for match in _WORD.finditer(question)]
        first, unknown = next(iter(typed), ""), self._unknown(dict.fromkeys(typed))
        tokens = self.embedder.count_tokens([word.capitalize() for word in unknown])
        changes = {
            word: word.capitalize() if count == 1 and word.islower() else self._correction(word, first=word == first)
            for word, count in zip(unknown, tokens, strict=True)
            if count > 1 or word.islower()
        }
        return _rewritten(question, lambda word: changes.get(word) or word)

    def _unknown(self, typed: Iterable[str]) -> list[str]:
        """The words that neither the notes hold in any form nor the language: names and typing errors."""
        rare = [word for word in typed if len(word) >= _SHORTEST and word.lower() not in STOP_WORDS]
        terms = {word: variants(word.lower()) for word in rare}
        held = self.catalogue.document_frequencies([term for forms in terms.values() for term in forms])
        return [w for w, forms in terms.items() if held.keys().isdisjoint(forms) and not _is_french(w)]

    def _correction(self, word: str, *, first: bool) -> str | None:
        """The one word of the notes that was surely meant; of a name, the same but for one doubled letter."""
        folded = fold(word.lower())
        within = 1 if len(folded) < _LONG else 2
        near = self.catalogue.spellings_like(folded[:2], len(folded) - within, len(folded) + within)
        near += [Spelling(stop, fold(stop), stop, 1000) for stop in STOP_WORDS if len(stop) >= _SHORTEST - 1]

        def capital(spelling: Spelling) -> bool:  # « Pourqoi » opens a question
            return word[0].isupper() and not (first and spelling.word in STOP_WORDS)

        scored = sorted(
            (distance, -spelling.count, spelling.written)
            for spelling in near
            if _may_mean(folded, spelling, name=spelling.written[0].isupper() or capital(spelling))
            and (distance := OSA.distance(folded, spelling.folded, score_cutoff=within)) <= within
        )
        best = _surest(scored)
        # The notes' « piloté » for « pilotte »: typed without accents, the form without them is meant.
        return folded_best if best and word.isascii() and (folded_best := fold(best)) in _forms() else best


@lru_cache(maxsize=1)
def _forms() -> frozenset[str]:
    """The forms of French words."""
    return frozenset(SpellChecker(language="fr").word_frequency.words())


@lru_cache(maxsize=1)
def _language() -> frozenset[str]:
    """The same without accents."""
    return frozenset(fold("\n".join(_forms())).split("\n"))


def _is_french(word: str) -> bool:
    return fold(word.lower()) in _language()


def _cased(word: str) -> str:
    """A word of a question in capitals that the notes don't hold: a name, or in small letters."""
    return word if len(word) < _SHORTEST or _is_french(word) else word.capitalize()


def _surest(scored: list[tuple[int, int, str]]) -> str | None:
    """The nearest word; None where one of another stem is as near and not much rarer."""
    if not scored:
        return None
    distance, count, best = scored[0]
    stems = set(variants(best.lower()))
    rivals = [-c for d, c, other in scored if d == distance and not stems & set(variants(other.lower()))]
    return best if not rivals or -count >= _CLEARLY * max(rivals) else None


def _may_mean(typed: str, spelling: Spelling, *, name: bool) -> bool:
    """Whether a word may be corrected to another so far as its letters tell, distance apart."""
    other = spelling.folded
    if name:
        doubled = abs(len(typed) - len(other)) == 1 and _undoubled(typed) == _undoubled(other)
        return typed == other or (doubled and len(typed) >= _NAME)
    return typed[0] == other[0] or typed[:2] == other[1::-1]


def _undoubled(word: str) -> str:
    return "".join(char for char, _ in groupby(word))


def _shouted(question: str) -> bool:
    """Whether more than one word is there and all are in capitals."""
    return len(_WORD.findall(question)) > 1 and question.isupper()


def _expanded(word: str, known: dict[str, Spelling]) -> str:
    lower = word.lower()
    return word if lower in known or (len(word) > 1 and word.isupper()) else _ABBREVIATIONS.get(lower, word)


def _rewritten(question: str, change: Callable[[str], str]) -> str:
    """The question with each word changed; a capital at its first letter stays."""

    def changed(match: re.Match[str]) -> str:
        new = change(match[0])
        return new[0].upper() + new[1:] if match[0].istitle() and match[0] != new else new

    return _WORD.sub(changed, question)
