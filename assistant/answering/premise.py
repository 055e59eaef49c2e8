"""« Pourquoi le forum s'est-il tenu à Paris ? »: a question that takes for granted what the note does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from assistant.answering import extractive, facts
from assistant.answering.chosen import Choice
from assistant.answering.evidence import Evidence, Search
from assistant.answering.foreign import (
    foreign_count,
    foreign_detail,
    foreign_end,
    foreign_office,
)
from assistant.answering.misfit import misfits
from assistant.answering.refusal import foreign
from assistant.dates import find_dates
from assistant.french.words import canonical, content_words, fold, normalise, variants, words
from assistant.language import quoted, tr
from assistant.models import Note, Reason

# What opens a question whose rest is taken for granted; « où », « quand », « qui » rather ask for what may not exist.
_KNOWN = r"puisque?|sachant que?|etant donne que?|vu que?|maintenant que?|confirm\w+ que?|given that|since"
_GRANTED = re.compile(
    r"^\W*(?:(?:et|mais|alors|bonjour|hello|dis-moi|dites-moi|explique[rz]?(?:-moi)?|sais-tu|savez-vous)[ ,!:]+)*"
    r"(?:pourquoi|comment (?!s'appel|se nomm)|en quoi|dans quel but|pour quelles? raisons?|a quelle occasion"
    r"|why |how (?:did|does|was|were|is|are|come) )"
    rf"|\b(?:{_KNOWN})\b"
)
# « Le forum a-t-il lieu à Paris ? »: a no is an answer too.
_YES_OR_NO = re.compile(
    r"^\W*(?:est-ce qu(?:e |')|(?:is|are|was|were|did|does|do) "
    r"|(?!.*\b(?:qui|que|quoi|quand|ou|comment|combien|pourquoi|quel\w*|lequel|laquelle)\b).*\w-(?:t-)?(?:il|elle)s?\b)"
)
# What of these states something that can be looked for word by word; « comment » asks for it in its own words.
_STATED = re.compile(rf"{_YES_OR_NO.pattern}|\b(?:pourquoi|raisons?|dans quel but|why|{_KNOWN})\b")
_ARTICLES = re.compile(r"(?:[ ,(]|\b(?:le|la|l'|the|ancien|ancienne|actuel|actuelle))+$")
_MEASURE = re.compile(r"mill\w+|euros?|francs?|ans|annees?|mois|jours?|heures?|metres?|km|pourcent")
_COUNTED = re.compile(r"(?<![\w-])([\w-]+)(?= (?P<after>(?:[\w'-]+ ?){1,3}))")
_RANK = re.compile(r"(?:\de|er|ere|eme|ieme)s?$")


def correction(search: Search, evidence: Evidence, max_sentences: int) -> Choice | None:
    """What the best note says instead of what the question takes for granted, or a refusal where that is not sure;
    None where the note bears the question out.
    """
    if evidence.support is None or evidence.reason is Reason.TOO_VAGUE:
        return None
    note = evidence.ranked[0].passage.note
    unsaid, firm = _unsaid(evidence, note)
    if not unsaid and _STATED.search(fold(normalise(evidence.question))):
        unsaid = misfits(search, evidence)
    if not unsaid:
        return None
    if not _takes_for_granted(evidence.question, unsaid, note) or not _supported_otherwise(evidence):
        return Choice(reason=evidence.reason or Reason.NOT_IN_CORPUS) if firm else None
    ours = [candidate for candidate in evidence.ranked if candidate.passage.note.id == note.id]
    words = ", ".join(quoted(_with_its_noun(evidence.question, phrase)) for phrase in unsaid)
    notice = tr("La note la plus proche ne dit pas {words} ; voici ce qu'elle dit.").format(words=words)
    return Choice(tuple(extractive.select(ours, max_sentences)), notice=notice, corrects=True)


def _unsaid(evidence: Evidence, note: Note) -> tuple[tuple[str, ...], bool]:
    """The words of the question that the note does not bear out, and whether they alone are reason to refuse: an
    office, an end, a detail or a count that is not told, or a person or a town of which nothing is.
    """
    question, text = evidence.question, f"{note.title} | {note.text}"
    office = foreign_office(question, [f"{p.note.title} | {p.note.text}" for p in evidence.passages])
    counted = foreign_count(question, text, evidence.ranked[0].text)
    told = (office, foreign_end(question, text), foreign_detail(question, text), counted)
    firm = tuple(_as_written(question, folded) for folded in told if folded)
    dates = () if evidence.support is None or evidence.support.dated == 1 else _dates(question)
    found = (*foreign(question, note), *_other_counts(question, note))
    others = [word for word in dict.fromkeys(found) if not any(word in phrase for phrase in firm)]
    others = [word for word in others if not any(word != longer and longer.startswith(word) for longer in others)]
    absent = any(_is_full_name(word) or _is_place(question, word) for word in others)
    return (*firm, *others, *dates), bool(firm) or absent


def _other_counts(question: str, note: Note) -> Iterator[str]:
    """« Que 5 communes », « sa troisième édition »: where the note gives another number of the same."""
    told = list(_counts(note.text))
    for written, numbers, nouns in _counts(question):
        ranks = bool(_RANK.search(written))
        same = [other for other, _, others in told if nouns & others and bool(_RANK.search(other)) == ranks]
        if same and not numbers & facts.numbers(note.text):
            yield _as_written(question, written)


def _counts(text: str) -> Iterator[tuple[str, set[str], set[str]]]:
    """Each number, as it is written and in figures, with the index terms of what it counts. Measures count nothing."""
    for match in _COUNTED.finditer(fold(normalise(text))):
        nouns = {
            term
            for word in content_words(match["after"])
            if word.isalpha() and not facts.calendar_words(word)
            if not _MEASURE.fullmatch(word) or _RANK.search(match[1])
            for term in variants(word)
        }
        if nouns and (numbers := facts.numbers(match[1])):
            yield match[1], numbers, nouns


def _dates(question: str) -> tuple[str, ...]:
    return tuple(mention.text for mention in find_dates(question, None) if mention.resolved)


def _as_written(question: str, folded: str) -> str:
    plain = canonical(question)
    at = fold(plain.lower()).find(folded)
    return plain[at : at + len(folded)] if len(fold(plain)) == len(plain) else folded


def _with_its_noun(question: str, phrase: str) -> str:
    """« 30 communes » of « 30 »."""
    match = re.search(rf"\b{phrase}(?:\w* [^\W\d_]{{3,}})?", canonical(question)) if facts.numbers(phrase) else None
    return match[0] if match else phrase


def _takes_for_granted(question: str, unsaid: tuple[str, ...], note: Note) -> bool:
    text = fold(normalise(question))
    counts = set(_other_counts(question, note))
    return bool(_GRANTED.search(text) or _YES_OR_NO.search(text)) or any(
        phrase in counts or _is_apposed(question, text, fold(phrase.lower())) for phrase in unsaid
    )


def _is_full_name(phrase: str) -> bool:
    """« Manuel Valls »: first name and name, neither of which the note holds."""
    return len(phrase.split()) > 1 and all(word[:1].isupper() and not word.isupper() for word in phrase.split())


def _is_place(question: str, phrase: str) -> bool:
    """« À Lille »: a town, most often."""
    return phrase[:1].isupper() and bool(re.search(rf"(?<!\w)[àÀ] {re.escape(phrase)}\b", canonical(question)))


def _is_apposed(question: str, text: str, office: str) -> bool:
    """« Jean Rottner, maire de Lyon »: an office behind a name."""
    if not facts.offices(office):
        return False
    before = _ARTICLES.sub("", text[: text.find(office)])
    last = words(before)[-1:]
    return bool(last) and fold(last[0]) in facts.names_asked(question)


def _supported_otherwise(evidence: Evidence) -> bool:
    """Whether the note answers as soon as what it does not say is left out."""
    assert evidence.support is not None
    return replace(evidence.support, dated=1.0, known=1.0, named=1.0).answers
