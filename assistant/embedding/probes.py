"""Twelve questions and the passages that answer them, on unrelated subjects: the scale of an embedder's cosines."""

_PROBES = (
    ("Qui dirige l'orchestre ce soir ?", "La cheffe d'orchestre invitée mène la formation pour le concert du soir."),
    ("Combien coûte un billet de train ?", "Le tarif d'un aller simple en train est fixé à trente-deux euros."),
    ("Quand ouvre la piscine municipale ?", "La piscine de la commune rouvre ses portes au mois de septembre."),
    ("Comment trier les déchets verts ?", "Les tontes et branchages se déposent à la déchetterie ou au compost."),
    ("Quelle est la hauteur de la tour ?", "Haute de quatre-vingts mètres, la tour domine tout le quartier ancien."),
    ("Où se réunit le conseil d'école ?", "Le conseil d'école tient séance dans le préau de l'établissement."),
    ("Pourquoi la route est-elle fermée ?", "À cause d'un éboulement, la chaussée est interdite aux véhicules."),
    ("Que cultive-t-on dans cette vallée ?", "La vallée vit de ses vergers d'abricotiers et de ses champs de lavande."),
    ("Qui a écrit ce roman ?", "L'autrice a publié ce récit romanesque après dix ans de travail."),
    ("Quel logiciel utilise la mairie ?", "Les services municipaux emploient un outil libre de gestion du courrier."),
    ("Quels soins propose le dispensaire ?", "Vaccins et consultations d'infirmière y sont donnés sans rendez-vous."),
    ("À quoi sert la subvention ?", "L'aide versée finance la rénovation des façades des petits commerces."),
)
PROBE_QUESTIONS = tuple(question for question, _ in _PROBES)
PROBE_PASSAGES = tuple(passage for _, passage in _PROBES)
