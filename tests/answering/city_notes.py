"""Thirteen invented notes on the events, programmes and studies of cities: enough for questions over several."""

from __future__ import annotations

from assistant.models import Answer, Kind, Note, PartialDate, Reply


def cited(reply: Reply) -> list[str]:
    """The ids of the notes that an answer cites, in its order."""
    assert isinstance(reply, Answer), reply
    return [citation.note_id for citation in reply.citations]


def _note(key: str, title: str, text: str, day: str | None, kind: Kind, *themes: str) -> Note:
    return Note(key, title, text, PartialDate.from_iso(day) if day else None, kind=kind, themes=themes)


NOTES = [
    _note(
        "colloque-eau",
        "Colloque sur l'eau dans la ville",
        "Le colloque sur l'eau dans la ville se tient à Nantes le 14 mars 2018. Créé en 2011, il réunit chaque année "
        "les agents des services des eaux. Les inscriptions sont ouvertes du 2 au 20 janvier 2018.",
        "2018-01-05",
        Kind.EVENT,
        "eau",
    ),
    _note(
        "salon-velo",
        "Salon du vélo en ville",
        "Le salon du vélo en ville a réuni cent exposants à Strasbourg du 3 au 5 mai 2018. Les visiteurs ont essayé "
        "des vélos à assistance électrique.",
        "2018-05-20",
        Kind.EVENT,
        "mobilité",
    ),
    _note(
        "rencontres-logement",
        "Rencontres du logement",
        "Les rencontres du logement auront lieu à Rennes en juin prochain. Elles porteront sur la rénovation des "
        "quartiers anciens.",
        "2018-03",
        Kind.EVENT,
        "logement",
    ),
    _note(
        "forum-quartiers",
        "Forum des quartiers",
        "Le forum des quartiers se réunit à Lille les 9 et 10 octobre. Il parle de mobilité et de rénovation.",
        "2018",
        Kind.EVENT,
        "logement",
    ),
    _note(
        "forum-energie",
        "Forum de l'énergie",
        "Le forum de l'énergie s'est tenu à Grenoble le 12 septembre 2017 devant deux cents participants.",
        "2017-09-20",
        Kind.EVENT,
        "énergie",
    ),
    _note(
        "journee-archives",
        "Journée des archives",
        "La journée des archives s'ouvre mardi prochain à Tours, avec une visite des réserves.",
        None,
        Kind.EVENT,
        "culture",
    ),
    _note(
        "programme-toits",
        "Programme Toits verts",
        "Le programme Toits verts aide les communes à planter les toits de leurs écoles. Lancé en 2016, il compte "
        "quarante écoles.",
        "2018-02-01",
        Kind.PROGRAMME,
        "climat",
    ),
    _note(
        "programme-rails",
        "Programme Rails urbains",
        "Le programme Rails urbains finance des lignes de tramway et soutient la mobilité dans les métropoles.",
        "2017-06",
        Kind.PROGRAMME,
        "mobilité",
    ),
    _note(
        "etude-mobilite",
        "Étude sur la mobilité des étudiants",
        "L'étude montre que la mobilité des étudiants se fait surtout à pied. Elle porte sur 24 communes.",
        "2017-11-02",
        Kind.STUDY,
        "mobilité",
    ),
    _note(
        "etude-bruit",
        "Étude sur le bruit",
        "L'étude mesure le bruit de nuit dans les centres anciens.",
        "2018-04-10",
        Kind.STUDY,
        "santé",
    ),
    _note(
        "commission-finances",
        "Installation de la commission des finances",
        "La commission des finances a été installée le 8 février 2018. Elle rend un avis sur les budgets.",
        "2018-02-10",
        Kind.GOVERNANCE,
        "finances",
    ),
    _note(
        "agenda-automne",
        "Agenda de l'automne",
        "Les rendez-vous de l'automne :\n\n- Séminaire de la voirie, le 4 septembre 2018 à Metz.\n\n"
        "- Séminaire des parcs, le 20 novembre 2018 à Angers.\n",
        "2018-07-01",
        Kind.EVENT,
        "agenda",
    ),
    _note(
        "sommet-ports",
        "Sommet des ports",
        "Le sommet des ports se tient à Brest le 15 janvier devant les villes de la côte.",
        "2018",
        Kind.OTHER,
        "mer",
    ),
]
