"""French text -> terms for search: accents folded, elisions and stop words out, Snowball stems, acronyms whole."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "\u00ad": "", "\u200b": ""})
_WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}"  # S.N.C.F.
    r"|\d+(?:[.,/-]\d+)+"  # 2,5  2015-991  20/11/2017
    r"|\d+[^\W\d_]+"  # 14ème
    r"|[^\W_]+"
)
# Snowball leaves the plural of short words: élus, lieux, numéros.
_SHORT_PLURAL = re.compile(r"(?<=[^s])s$|(?<=[oe]u)x$")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})

STOP_WORDS = frozenset(
    # articles, prepositions, conjunctions
    "le la les l un une des du de d à a au aux en et ou où dans par pour sur sous avec sans chez vers entre contre "
    "depuis pendant avant après dès selon lors afin ainsi alors aussi car donc mais ni or si comme puis lorsque lorsqu "
    "quand puisque puisqu jusque jusqu quoique quoiqu parce que qu "
    # pronouns, determiners
    "je j tu il elle on nous vous ils elles me m te t se s moi toi lui leur leurs y ce c cet cette ces ceci cela ça "
    "celui celle ceux celles mon ma mes ton ta tes son sa ses notre nos votre vos qui quoi dont quel quelle quels "
    "quelles lequel laquelle lesquels lesquelles tout toute tous toutes même mêmes autre autres aucun aucune "
    "certain certains certaine certaines plusieurs chaque "
    # auxiliaries
    "être est es suis êtes sont étais était étaient étant sera seront serait soit fut furent "
    "avoir ai as avons avez ont avait avaient aura auront aurait eu ayant peut peuvent faire fait font "
    # adverbs and question words
    "ne n pas plus très bien combien comment pourquoi est-ce estce oui non là ici sinon "
    # what a question says about itself
    "veut veulent dire signifie signifient signifier appelle appellent nomme nommé existe quelqu un dis dites "
    "donne donnez moi sais savez savoir connaître parle parlez expliquer explique expliquez peux pouvez veux "
    "détail détails précision précisions "
    # English, for questions asked in it
    "the of and to is are was were an at by for from it this that these those what which who whom whose "
    "when where why how do does did has have had be been with about can could will would tell".split()
)


#: Words that tell an English question from a French one.
_ENGLISH = frozenset("the who what when where which whose how does did is are was were about tell".split())


def canonical(text: str) -> str:
    """One form of what looks the same: composed accents, plain apostrophes and spaces. Never for quotes."""
    return unicodedata.normalize("NFKC", text.translate(_APOSTROPHES))


def normalise(text: str) -> str:
    """The canonical form in lower case, for search by words."""
    return canonical(text).lower()


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """The word without accents or ligatures: `cœur` -> `coeur`, `événement` -> `evenement`."""
    decomposed = unicodedata.normalize("NFD", word.translate(_LIGATURES))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


_FOLDED_STOP_WORDS = STOP_WORDS | {fold(word) for word in STOP_WORDS}


def words(text: str) -> list[str]:
    """All words in order, normalised; an elision is a word of its own, a dotted acronym loses its dots."""
    return [_undotted(word) for word in _WORD.findall(normalise(text))]


def in_english(text: str) -> bool:
    """Whether a question is asked in English."""
    return not _ENGLISH.isdisjoint(words(text))


def _undotted(word: str) -> str:
    return word.replace(".", "") if word[0].isalpha() and "." in word else word


def content_words(text: str) -> list[str]:
    """The words that carry meaning: no stop words, no single letters."""
    return [word for word in words(text) if word not in _FOLDED_STOP_WORDS and (len(word) > 1 or word.isdigit())]


@lru_cache(maxsize=65_536)
def variants(word: str) -> tuple[str, ...]:
    """The index terms of one word. Stem-then-fold alone finds 69 % of the words typed without accents, hence both."""
    if word[0].isdigit():
        digits = re.match(r"\d+", word)
        whole = re.sub(r"[.,/-]", "_", fold(word))
        return (whole,) if digits is None or digits[0] == whole else (whole, digits[0])
    forms = [word, _SHORT_PLURAL.sub("", word)]
    return tuple(dict.fromkeys(term for form in forms for term in (fold(_stem(form)), _stem(fold(form)))))


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("french")


def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


def index_terms(text: str) -> str:
    """What the lexical index stores for a text: the variants of every content word, in order, space-separated."""
    return " ".join(term for word in content_words(text) for term in variants(word))
