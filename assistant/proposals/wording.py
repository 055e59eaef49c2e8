"""Questions that a note may answer, worded from its title, its kind, its acronyms and its themes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.answering.subject import NOUN, folded, noun_of
from assistant.french.acronyms import find_acronyms, is_acronym
from assistant.language import Language, current, tr
from assistant.models import Kind, Note

_LONGEST_TITLE = 90
_EDITION = re.compile(r"\d{1,3} ?(?:e|è|ème|eme|er|ère|re|nde?) édition (du|de la|de l[’']|des) ?(?=\S)", re.IGNORECASE)
_PARENTHESIS = re.compile(r"\s*\(([^()]*)\)")
_ARTICLES = {"du": "le", "de la": "la", "de l": "l’", "des": "les"}
_FIRST = re.compile(rf"(?P<noun>{NOUN})")
#: Nouns that begin titles, beside those that ask for notes of a kind.
_MASCULINE = frozenset("comité conseil contrat fonds guide jeu label lancement pacte prix projet réseau".split())
_FEMININE = frozenset(
    "association charte convention création fédération installation loi représentation signature stratégie".split()
)
_VOWEL = re.compile(r"[aeiouyhàâéèêëîïôöûü]", re.IGNORECASE)
_BY_KIND = {
    Kind.EVENT: ("Quand {a} lieu {le} ?", "Où se {tient} {le} ?", "Qui organise {le} ?"),
    Kind.PROGRAMME: ("À quoi {sert} {le} ?", "Qui pilote {le} ?", "Quels sont les axes {de} ?"),
    Kind.GOVERNANCE: ("Que sait-on {de} ?",),
    Kind.STUDY: ("Que {montre} {le} ?", "Qui a réalisé {le} ?"),
    Kind.OTHER: ("Que sait-on {de} ?",),
}
#: In another language the titles stay as they are written, between marks.
_ELSEWHERE = {
    Kind.EVENT: "Quand se tient «\u00a0{title}\u00a0»\u00a0?",
    Kind.PROGRAMME: "À quoi sert «\u00a0{title}\u00a0»\u00a0?",
    Kind.GOVERNANCE: "Que disent les notes sur «\u00a0{title}\u00a0»\u00a0?",
    Kind.STUDY: "Que montre «\u00a0{title}\u00a0»\u00a0?",
    Kind.OTHER: "Que disent les notes sur «\u00a0{title}\u00a0»\u00a0?",
}
_MEANING = "Que veut dire {short} ?"
_ON_THEME = "Quelles notes parlent de «\u00a0{title}\u00a0»\u00a0?"
_SINGULAR = {"a": "a", "tient": "tient", "sert": "sert", "montre": "montre"}
_PLURAL = {"a": "ont", "tient": "tiennent", "sert": "servent", "montre": "montrent"}


@dataclass(frozen=True, slots=True)
class Named:
    """A note's subject within a sentence: with its article, and after « de »."""

    subject: str
    of: str
    plural: bool = False


def questions_of(note: Note) -> Iterator[str]:
    """Those that fit the note's kind, what its acronyms mean, what else its themes hold; the best first."""
    named = name(note.title)
    if current() is not Language.FRENCH and len(note.title) <= _LONGEST_TITLE:
        yield tr(_ELSEWHERE[note.kind]).format(title=note.title)
    elif named is not None:
        verbs = _PLURAL if named.plural else _SINGULAR
        for template in _BY_KIND[note.kind]:
            yield _typeset(template.format(le=named.subject, de=named.of, **verbs))
    for short in dict.fromkeys(acronym.short for acronym in find_acronyms(f"{note.title}\n{note.text}")):
        yield _typeset(tr(_MEANING).format(short=short))


def question_on(theme: str) -> str:
    """What asks for the other notes of a theme."""
    if current() is not Language.FRENCH:
        return tr(_ON_THEME).format(title=theme)
    return _typeset(f"Quelles notes parlent {_after_de(theme)} ?")


def name(title: str) -> Named | None:
    """How a question speaks of what a title names; None where it would be too long."""
    short = _PARENTHESIS.sub("", title).strip()
    shorter = _by_acronym(title)
    if shorter is not None:
        return shorter
    if not short or len(short) > _LONGEST_TITLE:
        return None
    edition = _EDITION.match(short)
    if edition is not None:
        article = _ARTICLES[edition[1].lower().rstrip("’'")]
        return _with_article(article, short[edition.end() :], plural=article == "les")
    return _by_first_noun(short) or Named(f"« {short} »", f"de « {short} »")


def _by_acronym(title: str) -> Named | None:
    """« Programme de … (DcANT) » is called « le programme DcANT »."""
    first, acronym = title.partition(" ")[0], _PARENTHESIS.search(title)
    found = _FIRST.fullmatch(folded(first))
    if acronym is None or not is_acronym(acronym[1]) or " " in acronym[1] or found is None:
        return None
    noun = noun_of(found["noun"])
    return _by_first_noun(f"{noun.singular} {acronym[1]}") if noun.kind is Kind.PROGRAMME else None


def _by_first_noun(title: str) -> Named | None:
    first, _, rest = title.partition(" ")
    word, plural = first.lower(), False
    found = _FIRST.fullmatch(folded(first))
    if found is not None:
        noun = noun_of(found["noun"])
        feminine, plural = noun.feminine, word != noun.singular or word.endswith("ses")
    elif word.rstrip("sx") in _MASCULINE | _FEMININE or word in _MASCULINE | _FEMININE:
        feminine = word in _FEMININE or word.rstrip("sx") in _FEMININE
        plural = word not in _MASCULINE | _FEMININE
    else:
        return None
    # « Forum Smart City » is a name; « Programme de … » only begins a title.
    written = title if rest[:1].isupper() else word + title[len(first) :]
    article = "les" if plural else "l’" if _VOWEL.match(word) else "la" if feminine else "le"
    return _with_article(article, written, plural)


def _with_article(article: str, rest: str, plural: bool) -> Named:
    if article == "l’":
        return Named(f"l’{rest}", f"de l’{rest}", plural)
    of = {"le": "du", "les": "des", "la": "de la"}[article]
    return Named(f"{article} {rest}", f"{of} {rest}", plural)


def _after_de(words: str) -> str:
    return f"d’{words}" if _VOWEL.match(words) else f"de {words}"


def _typeset(question: str) -> str:
    return question.replace("« ", "«\u00a0").replace(" »", "\u00a0»").replace(" ?", "\u00a0?")
