"""Details that questions ask for by name: a price, an hour, an address, an age."""

from __future__ import annotations

import re

#: What asks for a detail, and what a text that gives one holds; both read on folded text.
DETAILS = (
    (
        re.compile(r"\b(?:budgets?|couts?|coute\w*|prix|tarifs?|montants?|costs?|prices?|how much money)\b"),
        re.compile(
            r"[€$£%]|\b(?:euros?|budget\w*|millions?|milliards?|couts?|coute\w*|prix|tarif\w*|gratuit\w*|payant\w*|francs?"
            r"|dollars?|livres?|financ\w*|montant\w*|argent|sommes?|depens\w*|monnaie|cher|chere|valeur|salaire\w*"
            r"|paye\w*|pourcent)\b"
        ),
    ),
    (
        re.compile(r"\b(?:quelle heure|quels? horaires?|what time)\b"),
        re.compile(r"\b\d{1,2} ?(?:h|heures?)(?:\b|\d)|\d:\d\d|\b(?:heures?|midi|minuit|horaires?|matin|soir)\b"),
    ),
    (
        re.compile(r"\b(?:adresse (?:mail|e-mail|postale|electronique|du|de)|quelle adresse|e-?mail|courriel)\b"),
        re.compile(r"@|\badress|\brues?\b|avenue|boulevard|\bplace\b|\bquai\b|cedex|\b\d{5}\b|mail|courriel|www|http"),
    ),
    (
        re.compile(r"\b(?:(?:numero de )?telephone|phone number)\b"),
        re.compile(r"telephon|\b\d\d[ .]\d\d[ .]\d\d|appel"),
    ),
    (
        re.compile(r"\b(?:quel age|how old)\b"),
        re.compile(r"\bans\b|\bage|\bnee?s?\b|naissance|naqui|anniversaire|\b1\d{3}\b|siecle"),
    ),
    (
        re.compile(r"\b(?:parti politique|quel parti|(?:etiquette|bord) politique|political party)\b"),
        re.compile(
            r"\bpartis?\b|socialist|republicain|gauche|droite|centrist|ecologist|communist|liberal|conservat|mouvement"
            r"|rassemblement|front|union"
        ),
    ),
    (
        re.compile(r"\b(?:quel(?:le)?s? (?:batiment|salle|immeuble|hotel|etage)s?|which (?:building|room))\b"),
        re.compile(
            r"batiment|salle|immeuble|locaux|hotel|palais|\btour\b|\bsiege\b|centre|maison|auditorium|amphi|\bgare|stade"
            r"|eglise|cathedrale|chateau|theatre|musee|etage|pavillon|bibliotheque|universite|ecole|mosquee|temple"
        ),
    ),
    (
        re.compile(
            r"\b(?:s'inscri\w+|inscriptions? (?:a|au|aux|pour|est|sont)|m'inscri\w+|how (?:to|do i) register)\b"
        ),
        re.compile(r"inscri|enregistr|formulaire|reserv"),
    ),
    (
        re.compile(
            r"\b(?:quel(?:le)?s? (?:est |sont |etait )?(?:le |la |les )?(?:theme|thematique|ordre du jour)s?)\b"
        ),
        re.compile(
            r"theme|thematiq|ordre du jour|sujet|consacre|intitul|autour d|porte|questions?|aborde|evoque|parle"
        ),
    ),
    (
        re.compile(r"\b(?:s'acheve\w*|achevera|se termine\w*|prend(?:ra)? fin|finira|when does it end)\b"),
        re.compile(r"acheve|\btermin|\bfin\b|clotur|jusqu|echeance|conclu|\bfini|\bfinal|arret|\bderni"),
    ),
    (
        re.compile(
            r"\b(?:qui preside\w*|qui est (?:le |la )?presidente? (?:de|du|des)|who is the president|president of)\b"
        ),
        re.compile(r"(?<!vice[- ])\bpresid"),
    ),
    (
        re.compile(r"\b(?:quand|en quelle annee|a quelle date|when)\b.*\b(?:elue?|nommee?|elected)\b"),
        re.compile(r"\b(?:elue?s?|election\w*|nomm\w+|design\w+|mandats?|votes?|vota\w*|acced\w+|devien\w*|devint)\b"),
    ),
)
