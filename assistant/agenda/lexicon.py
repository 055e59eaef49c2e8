"""The words by which French notes tell that something takes place, and those that give another meaning to a day."""

from __future__ import annotations

import re

_BODIES = "conseil|comit[ée]|commission|observatoire|instance|haut[- ]conseil"
_ORDINAL = r"(?:\d+ ?(?:e|[èe]me|er|[èe]re)|premi[èe]re?|(?:deux|trois|quatr|cinqu|six|sept|huit|neuv|dix)i[èe]me)"
#: A quick look, before `NOUN`: what a text in small letters holds that can name an event.
_STEMS = tuple(
    "forum colloque binair webinar séminair seminair assises hackat festival biennal meetup congrès congres salon "
    "sommet rencontre conférence conference atelier journée journee réunion reunion inaugur ronde matinée cérémoni "
    "exposition déjeuner dejeuner assemblée été généraux portes séance seance olymp installation édition "
    "edition".split()
)


def may_name(text: str) -> bool:
    """Whether a text may hold a `NOUN`: fast, and sure only where it says no."""
    small = text.lower()
    return any(stem in small for stem in _STEMS)


#: What names an event. Words that also name a body, a place or a stretch of time are held to one meaning.
NOUN = re.compile(
    r"\b(?:"
    r"forums?|colloques?|w[ée]binaires?|webinars?|s[ée]minaires?|assises|hackathons?|festivals?|biennales?|meetups?"
    r"|(?<!palais des )(?<!palais de )(?<!centre de )(?<!centre des )congr[èe]s(?! de maternit)"
    r"|salons?(?! de (?:coiffure|th[ée]|beaut[ée]|massage))"
    r"|(?<!au )sommets?"
    r"|(?<!il )(?<!elle )(?<!on )(?<!qui )(?<!ne )(?<!se )"
    r"(?<![àa] la )rencontres?"
    r"|(?<!salle de )(?<!visio-)conf[ée]rences?(?! des? pr[ée]sidents?)(?! [a-z]* ?territoriale)"
    r"|ateliers?|(?:demi-)?(?<!dans la )(?<!en )(?<!fin de )(?<!par )(?<!la m[êe]me )(?<!cours de la )(?<!toute la )"
    r"journ[ée]es?(?! (?:de|d['’]) ?(?:cong[ée]|travail|repos|absence|solidarit))"
    r"|(?<!salle de )(?<!salles de )(?-i:(?<![Ll]a )R[ée]unions?|r[ée]unions?)"
    r"|inaugurations?|tables? rondes?|(?<!en )(?<!toute la )(?<!dans la )matin[ée]es?"
    r"|c[ée]r[ée]monies?|expositions?|petits?[- ]d[ée]jeuners?"
    r"|assembl[ée]es? g[ée]n[ée]rales?|universit[ée]s? d['’][ée]t[ée]|[ée]tats g[ée]n[ée]raux|portes ouvertes"
    r"|s[ée]ances? (?:pl[ée]ni[èe]re|d['’]installation|publique)s?|jeux olympiques(?: et paralympiques)?"
    rf"|installation(?= (?:du|de la|des) (?:nouve\w+ )?(?:{_BODIES})\b)"
    rf"|(?P<edition>(?:{_ORDINAL}|prochaine|derni[èe]re|nouvelle) [ée]dition)"
    r")\b",
    re.I,
)
#: Without it an edition may be a book's.
HELD = re.compile(r"\blieu\b|\btien\w*|\btenu\w*|\btiendr\w*|\bd[ée]roul\w*|\borganis\w*|particip", re.I)
#: Before the noun, part of the name: « 14ème édition du Forum ».
EDITION = re.compile(rf"(?:{_ORDINAL} )?[ée]dition (?:du |de la |de l['’]|des |d['’])(?:\w+ )?$", re.I)
#: That something takes place.
TAKES_PLACE = re.compile(
    r"\b(?:(?:a|ont|aura|auront|aurait|avait|avaient) (?:eu )?lieu|(?:se|s['’])(?: ?(?:est|sont|[ée]tait))? ?"
    r"(?:tien|tenu|tiendr|d[ée]roul|r[ée]uni|retrouv)\w*|organis\w+|anim[ée]\w*|animait|accueill\w+|particip\w+"
    r"|convie\w*|invit\w+|propos\w+|rendez-vous|retrouvez|c[ée]l[ée]br\w+|lors d\w+|[àa] l['’]occasion|prochaine?s?)",
    re.I,
)
#: Just before a date: a day by which something is due, on which something appears, or which dates a text.
OTHER_DAY = re.compile(
    r"(?:"
    r"(?:inscri|candidat|date limite|cl[oô]tur|d[ée]p[oô]t|d[ée]pos|parution|paru|publi|r[ée]pon"
    r"|mis(?:e|es)? (?:en ligne|[àa] jour)|au plus tard|avant|jusqu|initialement"
    r"|sign[ée]|adopt[ée]|entr[ée]e? en vigueur)[^.;:!?]{0,50}"
    r"|\b(?:loi|d[ée]cret|arr[êe]t[ée]?|ordonnance|circulaire|d[ée]lib[ée]ration|r[èe]glement|directive|instruction|avis"
    r"|communiqu[ée]|courrier|lettre|rapport|accord|version|article|tribune|billet|note)s?(?: [^\s,.;:]+){0,3}"
    r" (?:du|en date du|de|d['’])\s*"
    r"|\.(?:fr|org|com|tv|info|net|eu|io)\b[^,;]{0,30},\s*"
    r")$",
    re.I,
)
#: Between a noun and a date: the date is of what is told here, not of the event.
COMES_BETWEEN = re.compile(
    r"[;!?]|\.\s|\b(?:cr[ée]{2}e?s?|fond[ée]e?s?|lanc[ée]e?s?|sign[ée]e?s?|publi|paru|inscri|candidat|adopt[ée]"
    r"|mis(?:e|es)? (?:en ligne|[àa] jour)|en ligne depuis|ajout|compte[- ]rendu|annonc|vid[ée]os?|replay|enregistr"
    r"|bilan|pr[ée]par|repren|appel [àa]|ont [ée]t[ée] pr[ée]sent|a [ée]t[ée] pr[ée]sent)",
    re.I,
)
#: Addresses and the attributes of links: their words tell nothing.
MACHINE = re.compile(r"\{[^}\n]*\}|https?://\S+")
CANCELLED = re.compile(r"\bannul[ée]+s?\b", re.I)
