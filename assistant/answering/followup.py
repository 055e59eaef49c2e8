"""A question and the turns before it -> what it may mean as a question that stands alone, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.answering.substitution import replaced
from assistant.french.words import canonical, content_words, fold, normalise
from assistant.models import Turn

# All read on folded text.
_IMPERSONAL = re.compile(
    r"\b(?:y a-t-il|il y a|il faut|faut-il|s'agit-il|il s'agit|s'est-il passe|se pass\w+-t-il"
    r"|est-il (?:possible|prevu)|is it)\b"
)
_ASKING = (
    r"(?:qui|que|quoi|qu'|quand|ou|comment|combien|pourquoi|quel(?:le)?s?|(?:le|la|les)quel(?:le)?s?|depuis quand"
    r"|par qui|avec qui|est-ce|who|what|when|where|why|how)(?!\w)"
)
_OPENING = re.compile(rf"(?:et|mais|ou|alors|donc|sinon|and|c'est|cela|ca|{_ASKING})(?!\w)")
_CONTINUES = re.compile(rf"(?:et|mais|sinon|and|what about)\b(?! (?:est-ce|{_ASKING}))")
_DEFINED = re.compile(
    r"^\w+ (?:le |la |les |l'|un |une )?[\w' -]{2,},? c'est (?:quoi|qui)$"
)  # « Et l'INP, c'est quoi ? »
_IT = re.compile(r"\b(?:ca|cela|c'est|c'etait)\b")
_CONJUNCTION = re.compile(r"\s*(?:et|mais|sinon|and)\s+(?=\S)", re.I)
_INVERSION = re.compile(r"-(?:t-)?(?:il|elle|ils|elles)\b")
_SUBJECT = re.compile(r"\b(?:le |la |les |l'|un |une |du |des |son |sa |ses )[a-z]{3,}")
_PRONOUN = re.compile(
    r"\b(?:celui|celle|ceux|celles)(?:-ci|-la)\b|(?<!-)\b(?:il|elle|ils|elles|it|they|he|she|them|its|their)\b"
    r"|\b(?:ce|cet|cette|ces) (?:dernier|derniere|meme|programme|forum|projet|conseil|note|evenement|personne|sujet"
    r"|association|instance|rapport|ville|commission)s?\b"
    r"|\b(?:qui en|y) [a-z]+|\b(?:le|la|les) (?:lui|leur)\b|\blui\b"
)
_MORE = re.compile(
    r"\b(?:en (?:savoir|dire) (?:plus|davantage)|plus (?:de |d')?(?:details?|precisions?|informations?|infos?)"
    r"|more (?:details?|information)|tell me more|dis-m'en plus|dites-m'en plus|dis-moi plus|dites-moi plus)\b"
    r"|^(?:(?:est-ce que )?(?:tu|vous) (?:peux|pouvez|pourrais|pourriez) "
    r"|(?:peux|pouvez|pourrais|pourriez)-(?:tu|vous) )?(?:me |m'|nous )?"
    r"(?:developper?|developpez|precise[rz]?|detaille[rz]?|continue[rz]?|explique[rz]?|go on)(?:-moi)?"
    r"(?: (?:un peu|plus|davantage|ca|cela|ta reponse|votre reponse))*$|^(?:et )?(?:encore|quoi d'autre|la suite)$"
)
_POSSESSIVE = re.compile(r"\b(?:son|sa|ses|leur|leurs)\b")
_ASKED_NOUN = re.compile(r"\bquel(?:le)?s? (?!est\b|sont\b|etai|sera|seront\b|fut\b)[a-z]{3,}")
#: « Aux côtés de quelles associations ? »: a complement without its verb.
_FRAGMENT = re.compile(
    r"(?:aux? cotes? de |a|au|aux|avec|par|pour|de|depuis|dans|sur|sous|chez|en|vers|jusqu'a|at|with|by|for|in)"
    r" ?(?:qui|quoi|quand|quel(?:le)?s?|combien d[e']|what|which|whom) ?"
    r"(?:(?!est\b|sont\b|a\b|ont\b|peut\b|doit\b)[a-z'-]+ ?){0,3}"
)
_OBJECT = re.compile(r"\b(?:qui|quand|ou|comment|pourquoi) (?:l'|le |la |les )[a-z]+(?: [a-z]+e?s?)?$")
_NAME = re.compile(r"(?:[LlDdQq]u?['’])?[A-ZÀ-Ý]")
_BEHIND = frozenset("a au aux en dans sur pour avec chez vers de du des in at on for of".split())
_CHAT = frozenset("merci ok okay super parfait bonjour bonsoir salut coucou thanks hello bravo genial bien".split())
_READ, TURNS = 500, 30  # characters of an earlier turn; the turns that are read
_SHORT = 2  # content words; a question with fewer and no name says too little by itself
#: Of a topic: what opens it, and what ends it.
_TOPIC = re.compile(r"(?:\b(?:le|la|les|ce|cette|un|une|the) |\b[Ll]['’])[^\W\d_]|(?<=[\s'’])[A-ZÀ-Ý]")
_TOPIC_END = re.compile(
    r"(?:\s+(?:se|s['’]|est|sont|a|ont|a-t-|est-|sont-|doit|peut|va|vont)\b|\s+\S+-(?:t-)?(?:il|elle)s?\b|[\s?!.…]+$).*$"
)
_THING = re.compile(r"\b(?:son|sa|ses|leurs?|its|their|le|la|les|combien de|combien d')\s*([a-z]{4,})")
_AMOUNT = re.compile(r"(?:et |and )?(?:combien|how (?:much|many))\b")
#: What a question calls its answer: never in the notes themselves.
_GENERAL = frozenset(
    "date dates lieu nom noms role roles objet objectif objectifs but buts fonction fonctions mission missions raison "
    "raisons cause causes adresse endroit moment annee mois jour heure sujet definition sens sigle signification "
    "difference avantage avantages origine suite name goal purpose".split()
)


@dataclass(frozen=True, slots=True)
class Meant:
    """What may answer: only passages that hold these `things`, and, where there are `notes`, only those notes. Where
    more is asked of what was `said`, whatever else they say.
    """

    things: tuple[str, ...] = ()
    notes: frozenset[str] = frozenset()
    said: str = ""


ANYTHING = Meant()


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning of a question: how it is asked by itself, and what may answer it."""

    question: str
    meant: Meant = ANYTHING


def readings(
    question: str, history: Sequence[Turn], mend: Callable[[str], str] = lambda said: said
) -> tuple[Reading, ...]:
    """The questions that this one may mean, the likeliest first; the next is tried where the notes don't answer one.

    After `Qui pilote le programme DcANT en 2017 ?`, `Et en 2018 ?` becomes `Qui pilote le programme DcANT en 2018 ?`,
    `Et son budget ?` becomes `Et son budget ? (le programme DcANT en 2017)`, and `Pourquoi ?` gets the whole question.

    A question with a subject of its own is never read with another: a change of topic stays one. `Quels sont les
    objectifs ?` is tried by itself, then as a question on what the last answer cited. `mend` writes a question as the
    notes do.
    """
    question = mend(question)
    subject = last_subject(history, mend)
    if subject is None:
        return (Reading(question),)
    *_, (_, cited) = _asked(history, mend)
    if needs_context(question):
        whole, things = _with(subject, question), _things(question)
        anywhere = Reading(whole, Meant(things))
        if cited and _MORE.search(_plain(question)):
            said = next(" ".join(turn.content.split()) for turn in reversed(history) if turn.cited)
            return (Reading(whole, Meant((), cited, said)), anywhere)
        # « Il », « ça » stand for what was just read; without an answer there, for the subject anywhere.
        return (Reading(whole, Meant(things, cited)), anywhere) if cited and _stands_for(question) else (anywhere,)
    if cited and _is_general(question):
        return (Reading(question), Reading(_behind(question, topic(subject)), Meant(_things(question), cited)))
    return (Reading(question),)


def needs_context(question: str) -> bool:
    """Whether the question cannot be understood without the turns before it."""
    text = _plain(question)
    words = content_words(question)
    if not words or _MORE.search(text) or _OBJECT.search(text):
        return True
    if _CONTINUES.match(text):
        return len(words) <= _SHORT + 1 and not _DEFINED.search(text)
    refers = _refers(text)
    if refers and not _names_its_subject(question, refers=True):
        return True
    if _leans_on_its_owner(question):
        return True
    if _names_its_subject(question, refers=refers):
        return False
    if all(word in _GENERAL for word in words) or _FRAGMENT.fullmatch(text):
        return True
    return len(words) < _SHORT and bool(_OPENING.match(text)) and not _SUBJECT.search(text)


def _leans_on_its_owner(question: str) -> bool:
    """« Quel est son rôle à Lyon ? »: someone's, of whom the question has not spoken before."""
    text = _plain(question)
    owned = _POSSESSIVE.search(text)
    if owned is None:
        return False
    before = text[: owned.start()]
    named = any(_NAME.match(word) and fold(word.lower()) in before for word in canonical(question).split()[1:])
    return not named and not _SUBJECT.search(before) and not _ASKED_NOUN.search(before)


def last_subject(history: Sequence[Turn], mend: Callable[[str], str] = lambda said: said) -> str | None:
    """The last question that had a subject, with the places, dates and names that later ones put into it.

    `Quels sont les objectifs ?`, answered from the notes that the question before was answered from, has not.
    """
    subject, before = None, frozenset[str]()
    for said, cited in _asked(history, mend):
        if needs_context(said):
            subject = subject and (_whole(said, subject) or subject)
        elif not (subject and cited & before and _is_general(said)):
            subject = said
        before = cited
    return subject


def _asked(history: Sequence[Turn], mend: Callable[[str], str]) -> Iterator[tuple[str, frozenset[str]]]:
    """The earlier questions, thanks and greetings left out, and the notes that each was answered from."""
    recent = list(history[-TURNS:])
    for at, turn in enumerate(recent):
        said = mend(" ".join(turn.content[:_READ].split())) if turn.role == "user" else ""
        if said and (set(map(fold, content_words(said))) - _CHAT or _refers(_plain(said))):
            reply = recent[at + 1] if at + 1 < len(recent) else turn
            yield said, frozenset(reply.cited)


def topic(question: str) -> str:
    """What a question is about: `le programme DcANT` of `Qui pilote le programme DcANT ?`; the whole where unclear."""
    for match in _TOPIC.finditer(question):
        before, found = question[: match.start()], _TOPIC_END.sub("", question[match.start() :]).strip(" ?!.")
        behind = before.split()[-1:] and fold(before.split()[-1].lower()) in _BEHIND
        if content_words(found) and not behind and len(content_words(before)) <= _SHORT:
            return found
    return question


def _with(subject: str, question: str) -> str:
    return _whole(question, subject) or _partial(question, subject)


def _whole(question: str, subject: str) -> str | None:
    """A full question made of both: another place, date, name or object put into the earlier one."""
    if _MORE.search(_plain(question)):
        return None
    rest = _CONJUNCTION.sub("", canonical(question), count=1).strip(" ?!.")
    if _CONTINUES.match(_plain(question)):
        return replaced(subject, rest)
    match = re.fullmatch(r"(?:et )?(qui) (?:l'|le |la |les )([\w' -]+)", rest, re.I)
    if match and topic(subject) != subject:
        return f"Qui {match[2]} {topic(subject)} ?"
    return None


def _partial(question: str, subject: str) -> str:
    """The question with what it is about behind it; of a bare « quand ? », the whole earlier question."""
    if _MORE.search(_plain(question)):
        return f"Plus de détails : {topic(subject)}"
    text = _plain(question)
    refers = (
        _stands_for(question) or _POSSESSIVE.search(text) or (content_words(question) and not _CONTINUES.match(text))
    )
    return _behind(question, topic(subject) if refers else subject)


def _refers(text: str) -> bool:
    """Whether a pronoun stands for the subject."""
    inverted = _INVERSION.search(text)
    return bool(_PRONOUN.search(text)) or bool(inverted and not _SUBJECT.search(text[: inverted.start()]))


def _stands_for(question: str) -> bool:
    """Whether a pronoun, « ça » and « c'est » among them, stands for what was spoken of."""
    text = _plain(question)
    return _refers(text) or bool(_IT.search(text))


def _behind(question: str, context: str) -> str:
    return f"{question.strip()} ({context})"


def _plain(question: str) -> str:
    return _IMPERSONAL.sub(" ", fold(normalise(question)).strip(" ?!.\n\t"))


def _names_its_subject(question: str, *, refers: bool) -> bool:
    """A capitalised word after the first, or an acronym, is a subject; beside a pronoun, not behind a preposition."""
    found = question.strip().split() or [""]
    if sum(char.isupper() for char in found[0]) > 1:
        return True
    pairs = [(fold(a.lower()), b) for a, b in pairwise(found) if _NAME.match(b)]
    alone = len(content_words(question)) > len(pairs) and not refers
    return any(alone or (before not in _BEHIND and not re.match(r"[Dd]['’]", name)) for before, name in pairs)


def _is_general(question: str) -> bool:
    """Whether a question without name or number has so few words that the turns before it may be meant."""
    _, *others = question.strip().split() or [""]
    return not any(map(_NAME.match, others)) and len(content_words(question)) <= _SHORT


def _things(question: str) -> tuple[str, ...]:
    """What a follow-up asks about beyond its subject: the names in it, and the nouns that say no kind of answer."""
    if _AMOUNT.match(_plain(question)):
        return tuple(content_words(question))
    _, *others = canonical(question).strip(" ?!.").split() or [""]
    names = [re.sub(r"^[LlDd]'", "", word) for word in others if _NAME.match(word)]
    nouns = [word for word in _THING.findall(_plain(question)) if word not in _GENERAL and content_words(word)]
    objects = _OBJECT.search(_plain(question)) or _MORE.search(_plain(question))
    return tuple(dict.fromkeys(names + ([] if objects else nouns)))
