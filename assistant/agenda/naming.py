"""What an event is called: by its sentence where that names it, else by its note."""

from __future__ import annotations

import re

from assistant.agenda.lexicon import EDITION
from assistant.agenda.sentences import Telling
from assistant.french.words import content_words, variants
from assistant.models import Kind, Note

_LONGEST = 110  # characters
_LISTED = re.compile(r"^[^:–—]{0,70}\s?[:–—]\s+(?P<rest>\S.*)$", re.S)
_STOP = re.compile(
    r"[,;:!?()\[\]|]|\.(?:\s|$)| [–—-] |\b(?:qui|que|qu['’]|dont|o[ùu]|a|ont|aura|auront|avait|est|sont|sera|seront"
    r"|[ée]tait|se|s['’]|lors|dans|avec|par|depuis|chaque|pendant|durant|afin|pour la [\dp]|sous|chez|vers"
    r"|en (?:partenariat|ligne|visio|pr[ée]sentiel|pr[ée]sence|collaboration|marge|direct|salle)|au cours"
    r"|abord\w+|consist\w+|r[ée]uni\w*|permet\w*"
    r"|(?:organis|pr[ée]v|ten|anim|pr[ée]sent|propos|intitul|programm|consacr|port|co-organis|aur)\w+)\b",
    re.I,
)
_TRAILING = re.compile(
    r"(?:[\s,:;–—-]|\b(?:de|du|des|le|la|les|l['’]|d['’]|en|[àa]|au|aux|et|ou|sur|un|une|ce|cette|son|sa|notre|pour"
    r"|derni[èe]re?|prochaine?|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche))+$",
    re.I,
)
_MARKUP = re.compile(r"\{[^}]*\}?|[*_`#\[\]]|\]?\(https?:[^)]*\)?")
_POINTS_BACK = re.compile(r"\s*(?:d['’e]s?\s*)?(?:cet?t?e?s?|notre|nos|son|sa|leur)\b", re.I)
_OF_NOTE = " («\u00a0"  # before the title of the note, where the sentence names nothing
_QUOTES = (("«", "»"), ("“", "”"), ('"', '"'))


def event_title(telling: Telling, note: Note) -> str:
    """The event's name, on one line: what the sentence calls it, else its noun beside the note's title."""
    name = _listed(telling) or _named(telling)
    if telling.noun is None or (note.kind is Kind.EVENT and (not name or _same(name, note.title))):
        return note.title
    if not name:
        name = telling.noun[0]
        return note.title if _same(name, note.title) else f"{_capital(name)}{_OF_NOTE}{note.title}\u00a0»)"
    return _capital(name)


def own_words(title: str) -> str:
    """What of an event's title names the event itself."""
    return title.partition(_OF_NOTE)[0]


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _listed(telling: Telling) -> str:
    """What a line of a programme gives after its date: « 12 mars 2021 : Atelier de mise à jour »."""
    match = _LISTED.match(telling.text)
    noun, mention = telling.noun, telling.when.mention
    if not match or noun is None or not mention.end <= match.start("rest") <= noun.start():
        return ""
    return _short(_clean(re.split(r"[.;]\s|\s:\s", match["rest"])[0]))


def _named(telling: Telling) -> str:
    noun, text, mention = telling.noun, telling.text, telling.when.mention
    if noun is None:
        return ""
    edition = EDITION.search(text[: noun.start()])
    end = mention.start if mention.start >= noun.end() else len(text)
    name = _clean(text[edition.start() if edition else noun.start() : _end_of_name(text, noun.end(), end)])
    more = name[len(noun[0]) :]
    tells = bool(edition) or (content_words(more) and not _POINTS_BACK.match(more))
    return _short(re.split(r"\s(?:pour|afin)\s", name)[0] if len(name) > _LONGEST else name) if tells else ""


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST].rsplit(' ', 1)[0]}…"


def _end_of_name(text: str, start: int, end: int) -> int:
    """Where the name ends that goes on from `start`, `end` at the latest; quotes within it are not cut."""
    stop = _STOP.search(text, start, end)
    if stop is None:
        return end
    opening = text.find("«", start, stop.start())
    closing = text.find("»", stop.start(), end) if opening >= 0 and "»" not in text[opening : stop.start()] else -1
    return closing + 1 if 0 <= closing - start < _LONGEST else stop.start()


def _clean(text: str) -> str:
    name = " ".join(_MARKUP.sub("", text).split())
    for opening, closing in _QUOTES:
        if opening != closing and name.count(opening) != name.count(closing):
            name = name.replace(opening, "").replace(closing, "")
        elif opening == closing and name.count(opening) % 2:
            name = name.replace(opening, "")
    return _TRAILING.sub("", name).strip(" .")


def _same(name: str, title: str) -> bool:
    """Whether the note's title says all that the name says."""
    said = {term for word in content_words(title) for term in variants(word)}
    return all(not said.isdisjoint(variants(word)) for word in content_words(name))
