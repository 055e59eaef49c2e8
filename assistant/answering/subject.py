"""Which notes a question over several of them asks for: their kind, the noun that names them, and the topic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from assistant.dates import AskedDates, read_asked
from assistant.french.words import content_words, fold, normalise, variants
from assistant.index import Build
from assistant.models import Filters, Kind


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun for notes of a kind (None: of any). A `loose` one names the kind itself; another must be in the text."""

    singular: str
    kind: Kind | None
    feminine: bool = False
    loose: bool = False


def _table(kind: Kind | None, masculine: str = "", feminine: str = "", loose: str = "") -> dict[str, Noun]:
    named = {word: Noun(word, kind, word in feminine.split(), word in loose.split()) for word in masculine.split()}
    return named | {word: Noun(word, kind, True, word in loose.split()) for word in feminine.split()}


_NOUNS = (
    _table(
        Kind.EVENT,
        "événement rendez-vous forum colloque salon congrès sommet séminaire atelier webinaire festival",
        "manifestation rencontre conférence journée demi-journée assises édition réunion assemblée",
        "événement rendez-vous manifestation rencontre",
    )
    | _table(Kind.PROGRAMME, "programme dispositif plan", "", "programme")
    | _table(Kind.STUDY, "rapport baromètre", "étude enquête", "étude")
    | _table(Kind.GOVERNANCE, "", "gouvernance instance commission", "gouvernance")
    | _table(None, "article document texte", "note actualité", "article document texte note actualité")
    | {
        english: Noun(french, kind, feminine, loose)
        for english, french, kind, feminine, loose in (
            ("event", "événement", Kind.EVENT, False, True),
            ("meeting", "rencontre", Kind.EVENT, True, True),
            ("conference", "conférence", Kind.EVENT, True, False),
            ("workshop", "atelier", Kind.EVENT, False, False),
            ("program", "programme", Kind.PROGRAMME, False, True),
            ("study", "étude", Kind.STUDY, True, True),
            ("report", "rapport", Kind.STUDY, False, False),
        )
    }
)
_FOLDED = {fold(word): noun for word, noun in _NOUNS.items()}
_PLURALS = {"studies": "study"}
_SINGULAR = "|".join(sorted((re.escape(word) for word in _FOLDED), key=len, reverse=True))
#: A noun of the table in folded text, in the singular or the plural.
NOUN = rf"(?:{_SINGULAR}|studies)s?(?![\w-])"
_VERBS = (
    "organis annonc déroul mentionn évoqu cit concern parl abord list énumér recens trouv propos exist compar présent "
    "figur consacr planifi pass publi diffus tenu prévu venu connu lanc"
)
_ENDINGS = " e es ent er é ée és ées s era eront"
#: Words that say that something takes place or is told, not what it is about; others would narrow the search.
_SAID = frozenset(
    form for verb in _VERBS.split() for end in _ENDINGS.split(" ") for form in (verb + end, fold(verb + end))
) | frozenset(
    "a lieu déjà deja sujet thème theme propos prochain prochains prochaine prochaines dernier derniers dernière "
    "dernières derniere dernieres futur futurs future futures venir récent récents récente récentes recent recents "
    "corpus mois année années annee annees an ans semaine semaines jour jours date dates cours agenda calendrier quoi "
    "neuf connais connaissez tient tiennent tiendra tiendront tenir prévoit prévoient traite traitent montre montrez "
    "note notes donner indique indiquez disponible disponibles différents différentes auront aura recente recentes "
    "autres liste listes assistant nous cherche rappelle rappelez programmés programmées prevus "
    "rien chose choses quelque quoi reste restait côté "
    "took place take takes taken taking held happen happened happening planned scheduled upcoming coming next last "
    "past latest mention mentions mentioned talk talks discuss during there any all list show give tell up us".split()
)
_SHORT = frozenset("en in at on of to de a y up".split())


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked for: `noun` names the notes, `topic` are the words that each of them must hold, `dates` when."""

    noun: Noun
    topic: tuple[str, ...]
    dates: AskedDates

    @property
    def dated(self) -> bool:
        """Whether a date was asked for."""
        return bool(self.dates.ranges) or self.dates.yearless

    def notes(self, build: Build, filters: Filters) -> set[str]:
        """The ids of the notes of this kind that hold every word of the topic, whatever their date."""
        sets = [_holding(build, word) for word in self.topic]
        if self.noun.kind is not None or not self.noun.loose:
            sets.append(self._named(build))
        if filters:
            sets.append(build.catalogue.notes_of(build.catalogue.allowed(filters)))
        return set.intersection(*sets) if sets else set(build.catalogue.note_ids())

    def _named(self, build: Build) -> set[str]:
        kind = self.noun.kind
        if kind is None or not self.noun.loose:
            return _holding(build, self.noun.singular)
        return build.catalogue.notes_of(build.catalogue.allowed(Filters(kinds=frozenset({kind}))))


def _holding(build: Build, word: str) -> set[str]:
    terms = [term for part in content_words(word) or [word] for term in variants(part)]
    return build.catalogue.notes_of(build.catalogue.lexical_scores(terms, build.catalogue.chunk_count))


def folded(question: str) -> str:
    """The question as the patterns of this room read it: small letters without accents, plain apostrophes."""
    return fold(normalise(question))


def noun_of(word: str) -> Noun:
    """The noun of a word that `NOUN` matched."""
    word = _PLURALS.get(word, word)
    return _FOLDED[word] if word in _FOLDED else _FOLDED[word.removesuffix("s")]


def subject_of(question: str, noun: Noun, noun_words: str, today: date) -> Subject:
    """The subject of a question whose notes are named by `noun_words`."""
    dates = read_asked(question, today)
    named = {*content_words(folded(noun_words)), *content_words(noun.singular)}
    left = (word for word in content_words(dates.rest) if fold(word) not in named | _SHORT)
    return Subject(noun, tuple(dict.fromkeys(w for w in left if w not in _SAID)), dates)
