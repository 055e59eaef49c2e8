"""Questions about what sentences state in a form that leaves little doubt: offices, acronyms, years, counts, lead."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from assistant.evaluation.checking import words_like
from assistant.evaluation.proposing.proposal import Proposal, asked, of, within
from assistant.evaluation.wording import even
from assistant.french.acronyms import find_acronyms
from assistant.french.sentences import sentence_spans
from assistant.models import Kind, Note
from assistant.proposals.wording import name

_FIRST_NAME = r"[A-ZÀ-Ý][a-zà-ÿ]+(?:-[A-ZÀ-Ý][a-zà-ÿ]+)?"
_NAME = (
    rf"{_FIRST_NAME} (?:(?:de |du |des |d['’]|[Ll][ae] |De |Du |Des )?[A-ZÀ-Ý][\wà-ÿ'’]*[a-zà-ÿA-Z](?:-[A-ZÀ-Ý]\w+)*)"
)
_SOLE = (
    r"(?:maire|présidente?|co-présidente?|ministre|premi(?:er|ère) ministre|préfète?|rapporteure?"
    r"|direct(?:eur|rice)(?: général(?:e)?)?|secrétaire générale?)"
)
_SHARED = (
    r"(?:adjointe?(?: au| à la)? maire|(?:premi(?:er|ère) )?(?:vice-|vice )présidente?|députée?|sénat(?:eur|rice)"
    r"|conseill(?:er|ère)|délégu[ée]e? général(?:e)?|fondat(?:eur|rice)|secrétaire d['’][ÉE]tat|commissaire)"
)
_OFFICE = rf"(?:(?i:{_SHARED}|{_SOLE}))(?![\w-])"
_OFFICE_AND_MORE = rf"{_OFFICE}(?: (?!et {_OFFICE})[^\s,.;:()\[\]!?«»]+){{0,12}}"
_HELD = re.compile(
    rf"(?P<name>{_NAME}), (?P<offices>{_OFFICE_AND_MORE}(?:(?: et |, ){_OFFICE_AND_MORE})*)(?=[,.;:)]|$)"
)
_TITLED = re.compile(rf"\b[Ll][ea] (?P<offices>{_OFFICE_AND_MORE}), (?P<name>{_NAME})(?=[,.;:)]|$)")
_BETWEEN_OFFICES = re.compile(rf"(?: et |, )(?={_OFFICE})")
_ONE_HOLDS_IT = re.compile(rf"(?i:{_SOLE}) (?:de|du|des|d['’])", re.IGNORECASE)
_CAPITALISED = re.compile(r"[A-ZÀ-Ý][a-zà-ÿ]+[ -]$")  # before a name: its first part
_NOT_A_NAME = re.compile(r"(?:France|Madame|Monsieur|Région|Métropole|Ville|Conseil|Grand|Le|La|Les|\w+ Officer)\b")

_ABOUT = r"(?P<subject>(?:L[ae]s? |L['’])[^,.;:()\n]{3,70}?(?: \([A-Z]\w{1,9}\))?)"
_MADE = re.compile(
    rf"{_ABOUT}(?<! a)(?<! ont),? (?:(?:a|ont) été |est |sont )?"
    r"(?P<done>(?:cré|fond|lanc|inaugur|institu)é(?P<ending>e?s?))"
    r"(?: officiellement)? en (?P<year>(?:19|20)\d\d)\b"
)
_MAKING = re.compile(
    r"\b(?P<noun>création|fondation|lancement|inauguration),? en (?P<year>(?:19|20)\d\d),? "
    r"(?P<of>d['’]une?|du|de la|de l['’]|des) ?(?P<what>[^,.;:()\n]{3,70} \([A-Z]\w{1,9}\))"
)
_COUNTED = re.compile(
    rf"{_ABOUT} "
    r"(?P<verb>(?:compt|regroup|rassembl|fédèr|emploi|mobilis)e(?:nt)?|réuni(?:t|ssent)|comprend|comprennent) "
    r"(?:(?:aujourd['’]hui|désormais|actuellement) )?(?:(?:plus de|près de|environ|quelque) )?"
    r"(?P<number>\d{1,3}(?:[ .\u00a0\u202f]?\d{3})*) (?P<noun>[a-zà-ÿ]+(?:-[a-zà-ÿ]+)*)\b"
)
_LED = re.compile(
    r"(?P<done>Pilot|Port|Anim|Coordonn|Présid|Dirig|Financ)(?:é|ée|és|ées) par (?P<who>[^,.;:]{3,120}), "
    r"(?P<what>(?:le |la |les |l['’])[^,.;:]{3,120})"
)
_LEADS = {
    "pilot": "pilote",
    "port": "porte",
    "anim": "anime",
    "coordonn": "coordonne",
    "présid": "préside",
    "dirig": "dirige",
    "financ": "finance",
}
_PRONOUN = {"": ("a", "il"), "e": ("a", "elle"), "s": ("ont", "ils"), "es": ("ont", "elles")}
_A_OF = {"du": "du ", "dela": "de la ", "del'": "de l'", "des": "des "}
_VOWEL = re.compile(r"[aeiouyhàâéèêëîïôöûü]", re.IGNORECASE)
_PROPER = re.compile(r"(?<=.)(?:[A-ZÀ-Ý]|\d)")
_CANNOT_COUNT = frozenset("ans an mois jours jour euros heures minutes pour millions milliards et ou à".split())


def statement_proposals(notes: Iterable[Note], every: Iterable[Note]) -> Iterator[Proposal]:
    """Of the notes. What the corpus states in two ways is not asked: who holds an office that two persons held, what
    offices of one person are where notes differ, what an acronym stands for that has two meanings.
    """
    known = _Known()
    for note in every:
        known.read(note)
    for note in notes:
        yield from _offices(note, known)
        yield from _acronyms(note, known)
        for start, end in sentence_spans(note.text):
            yield from _years(note, note.text[start:end])
            yield from _counts(note, note.text[start:end])
            yield from _leads(note, note.text[start:end])


class _Known:
    """What a corpus states of persons, offices and acronyms, each in all its ways."""

    def __init__(self) -> None:
        self.holders: dict[str, set[str]] = defaultdict(set)
        self.offices: dict[str, set[str]] = defaultdict(set)
        self.meanings: dict[str, set[str]] = defaultdict(set)

    def read(self, note: Note) -> None:
        for _, person, offices in offices_of(note):
            self.offices[even(person)].add(even(" ".join(offices)))
            for office in offices:
                self.holders[even(office)].add(even(person))
        for acronym in find_acronyms(note.text):
            self.meanings[acronym.short].add(even(acronym.long))


def offices_of(note: Note) -> Iterator[tuple[str, str, list[str]]]:
    """`(exact words, person, offices)` of each « X Y, maire de Z et présidente de W, » and « le maire de Z, X Y, »."""
    for pattern in (_HELD, _TITLED):
        for match in pattern.finditer(note.text):
            before = note.text[max(0, match.start() - 40) : match.start()]
            begun_before = pattern is _HELD and _CAPITALISED.search(before)
            if not begun_before and not _NOT_A_NAME.match(match["name"]):
                yield match[0], match["name"], _BETWEEN_OFFICES.split(match["offices"])


def _offices(note: Note, known: _Known) -> Iterator[Proposal]:
    why = f"Proposé par règle, d'après une fonction que dit la note « {note.title} »"
    for quote, person, offices in offices_of(note):
        if len(known.offices[even(person)]) > 1:
            continue
        which = "Quelle est la fonction" if len(offices) == 1 else "Quelles sont les fonctions"
        told = f"{why}. Les mots de la fonction sont-ils entiers ?"
        yield Proposal(note, asked(f"{which} {of(person)}"), "qui", told, quote, tuple((each,) for each in offices))
        for office in offices:
            if _ONE_HOLDS_IT.match(office) and len(known.holders[even(office)]) == 1:
                told = f"{why}. Une seule personne a-t-elle cette fonction, à cette date ?"
                yield Proposal(
                    note, asked(f"Qui est {office}"), "qui", told, quote, ((person, person.split(" ", 1)[1]),)
                )


def _acronyms(note: Note, known: _Known) -> Iterator[Proposal]:
    why = f"Proposé par règle, d'après un sigle que la note « {note.title} » développe."
    for acronym in find_acronyms(note.text):
        if len(known.meanings[acronym.short]) > 1:
            continue
        both = (f"{acronym.long} ({acronym.short})", f"{acronym.short} ({acronym.long})")
        quote = next((found for words in both if (found := words_like(note.text, words))), None)
        if quote is not None:
            yield Proposal(note, asked(f"Que veut dire {acronym.short}"), "sigle", why, quote, ((acronym.long,),))


def _years(note: Note, sentence: str) -> Iterator[Proposal]:
    why = f"Proposé par règle, d'après une année que dit la note « {note.title} ». Est-ce bien l'année de ce fait ?"
    for match in (_MADE.match(sentence), _MAKING.search(sentence)):
        if match is None:
            continue
        if match.re is _MADE:
            if not _PROPER.search(match["subject"]):
                continue
            verb, pronoun = _PRONOUN[match["ending"]]
            question = f"En quelle année {within(match['subject'])} {verb}-t-{pronoun} été {match['done']}"
            question = question.replace("ont-t-", "ont-")
        else:
            question = f"De quand date {_the(match['noun'])} {_of_what(match['of'], match['what'])}"
        yield Proposal(note, asked(question), "quand", why, match[0], ((match["year"],),))


def _counts(note: Note, sentence: str) -> Iterator[Proposal]:
    why = f"Proposé par règle, d'après un nombre que dit la note « {note.title} ». La question se comprend-elle seule ?"
    match = _COUNTED.match(sentence)
    if match is None or match["noun"] in _CANNOT_COUNT or not _PROPER.search(match["subject"]):
        return
    written = match["number"]
    plain = re.sub(r"\D", "", written)
    noun = f"d'{match['noun']}" if _VOWEL.match(match["noun"]) else f"de {match['noun']}"
    question = asked(f"Combien {noun} {match['verb']} {within(match['subject'])}")
    yield Proposal(note, question, "combien", why, match[0], (tuple(dict.fromkeys((written, plain))),))


def _leads(note: Note, sentence: str) -> Iterator[Proposal]:
    """« Piloté par X, le programme Y … », where the note is about Y."""
    match, named = _LED.match(sentence), name(note.title)
    if match is None or named is None or note.kind is not Kind.PROGRAMME:
        return
    if even(named.subject).split()[:2] == even(match["what"]).split()[:2]:
        who = match["who"].removeprefix("le ").removeprefix("la ").strip()
        short = re.search(r"\(([A-Z]\w{1,9})\)", who)
        facts = ((*((short[1],) if short else ()), who),)
        why = f"Proposé par règle, d'après la note « {note.title} ». Est-ce bien le sujet de la phrase ?"
        verb = _LEADS[match["done"].lower()]
        yield Proposal(note, asked(f"Qui {verb} {named.subject}"), "qui", why, match[0], facts)


def _the(noun: str) -> str:
    return f"l'{noun}" if _VOWEL.match(noun) else f"le {noun}" if noun == "lancement" else f"la {noun}"


def _of_what(article: str, what: str) -> str:
    key = article.replace("’", "'").replace(" ", "").lower()
    if key in _A_OF:
        return _A_OF[key] + what
    if _VOWEL.match(what):
        return f"de l'{what}"
    return f"de la {what}" if key == "d'une" else f"du {what}"
