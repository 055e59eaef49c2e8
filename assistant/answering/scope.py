"""What is no question on the notes: greetings, thanks, talk, orders, attempts on the rules. Read from words alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from assistant.french.words import fold, normalise
from assistant.language import tr


class Kind(StrEnum):
    """What was said instead of a question."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ABOUT = "about"
    TALK = "talk"
    ORDER = "order"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class Outside:
    """Something said that is no question on the notes; `text` is what the user reads."""

    kind: Kind

    @property
    def text(self) -> str:
        """Short; what the assistant covers is said after it."""
        ask = [tr(_ASK)] if self.kind in (Kind.GREETING, Kind.TALK) else []
        return " ".join([tr(_TEXTS[self.kind]), *ask])

    @property
    def wants_more(self) -> bool:
        """Whether what can be asked should be said after it."""
        return self.kind not in (Kind.THANKS, Kind.GOODBYE)


_ASK = "Posez-moi une question sur le contenu des notes."
_TEXTS = {
    Kind.GREETING: "Bonjour !",
    Kind.THANKS: "Je vous en prie.",
    Kind.GOODBYE: "Au revoir !",
    Kind.ABOUT: "Je suis un assistant qui cherche dans les notes de France urbaine : je réponds en citant leurs phrases"
    " et je le dis quand elles ne répondent pas. Par exemple : qui, quand, où, combien, de quoi il s'agit.",
    Kind.TALK: "Je ne sais que répondre aux questions sur les notes de France urbaine.",
    Kind.ORDER: "Je ne peux pas faire cela : je réponds seulement aux questions sur les notes de France urbaine.",
    Kind.RULES: "Je ne peux pas faire cela : mes règles ne changent pas, et je réponds seulement aux questions sur les"
    " notes de France urbaine.",
}


def _pattern(source: str) -> re.Pattern[str]:
    """Read on folded text; spaces of the source are layout, `_` is a space."""
    return re.compile(re.sub(r"\s+", "", source).replace("_", " "))


# Taken off both ends, as often as they come: what is left is what was meant.
_HELLO = r"""(?:re)?bonjour|bonsoir|salut(?:ations)?|coucou|hello|hi|hey|bjr|slt|good_(?:morning|afternoon|evening|day)
    |enchante[es]?|bien_le_bonjour|(?:chere?_)?assistante?|madame|monsieur|messieurs|mesdames|a_(?:tous|toutes)|there
    |tout_le_monde"""
_POLITE = (
    r"""s'?il_(?:te|vous)_(?:plait|plais)|svp|stp|please|merci_d'?avance|par_avance|excusez?_moi|pardon|desolee?"""
)
_EDGE = _pattern(rf"^(?:(?:{_HELLO}|{_POLITE})\b[_,.!?;:]*)+ | [_,.!?;:]*\b(?:{_POLITE})$")
_GREETS = _pattern(rf"(?:{_HELLO})\b.*")

_THANKS = _pattern(
    r"""(?:(?:ok|super|parfait|genial|tres_bien|d'accord|bravo|un?_grand)[_,.!]*)*
    (?:merci|mille_mercis|mercis?|thanks?|thank_you|thx|je_(?:te|vous)_remercie)
    (?:[_,.!]*(?:beaucoup|bien|infiniment|encore|mille_fois|a_(?:toi|vous)|so_much|a_lot|very_much|again
    |(?:pour|de|for)_(?:(?:ton|ta|tes|votre|vos|la|les|l'|cette|ces|your|the|tout|all)[_]?)*
    (?:aide|reponses?|informations?|infos?|temps|help|answers?|precisions?|explications?)?
    |et_(?:au_revoir|bonne_(?:journee|soiree|continuation)|a_bientot)
    |au_revoir|bonne_(?:journee|soiree|continuation)|c'est_(?:parfait|tres_clair|clair|gentil)))*"""
)
_GOODBYE = _pattern(
    r"""(?:au_revoir|a_(?:bientot|demain|plus(?:_tard)?|la_prochaine)|adieu|ciao|(?:good_?)?bye(?:_bye)?|see_you.*
    |bonne_(?:journee|soiree|nuit|continuation|fin_de_journee)|bon_(?:week_?end|courage)|bonnes_vacances)
    (?:[_,!.]*(?:et|au_revoir|a_(?:toi|vous|bientot|tous|demain)|bonne_(?:journee|soiree)|merci|assistant))*"""
)
_TALK = _pattern(
    r"""(?:(?:comment|et)_)?(?:toi_)?(?:ca|cela|tu|vous|vas_tu|allez_vous|va_t_on|tu_vas|vous_allez)
        (?:_(?:va|vas|allez|roule|marche|gaze))?(?:_(?:bien|comment|mieux|ce_matin|aujourd'hui|toi|vous))*
    |comment_(?:vas_tu|allez_vous|tu_vas|vous_allez|ca_va)(?:_(?:bien|aujourd'hui|ce_matin))?|how_are_you.*|what'?s_up
    |quoi_de_neuf|(?:est_ce_que_)?tu_vas_bien|et_toi|et_vous
    |(?:ok(?:ay)?|d'accord|super|parfait|genial|cool|bravo|bien|tres_bien|excellent|oui|non|ouais|nope|yes|no|lol|mdr
        |ha(?:ha)+|test|tant_pis|bof|c'est_(?:bien|nul|super|genial|faux|vrai|parfait|note)|je_vois|compris)
        (?:[_,!.]*(?:ok|super|parfait|compris|bien|merci))*
    |(?:je_(?:t'aime|vous_aime|m'ennuie|suis_(?:triste|fatiguee?|content[e]?))|tu_m'aimes).*
    |(?:tu|vous)_(?:es|etes)_(?:nule?s?|bete|stupide|idiote?|inutile|genial|super|formidable|fou|folle|con|un_.*|une_.*)
    |(?:tu|vous)_ne_(?:sers|servez|comprend?s?|comprenez)_.*|quel_temps_fait_il.*|what'?s_the_weather.*
    |quelle_heure_est_il.*|il_est_quelle_heure|what_time_is_it.*|quel_jour_(?:sommes_nous|est_on|on_est)
    |.*\b(?:que_penses_tu|que_pensez_vous|qu'en_penses_tu|qu'en_pensez_vous|a_(?:ton|votre)_avis
        |(?:ton|votre)_avis_(?:sur|personnel)|what_do_you_think|your_opinion)\b.*
    |(?:est_ce_que_tu|as_tu|es_tu|tu|do_you|are_you|avez_vous|etes_vous|est_ce_que_vous)_(?:as_|es_|avez_|etes_|have_)?
        (?:(?:des|de_la|un|une|a|any|ton|ta|your)_)?(?:sentiments?|emotions?|conscience|amoureu(?:x|se)|mariee?
        |heureu(?:x|se)|triste|vivante?|feelings|conscious|happy|alive|love_me|dors|manges|reves|m'aimes?|libre_ce_soir)
        .*
    |quel_age_(?:as_tu|avez_vous)|ou_(?:habites_tu|habitez_vous|vis_tu|es_tu|tu_habites)|how_old_are_you"""
)
_ABOUT = _pattern(
    r"""(?:(?:dis_moi|dites_moi|mais|et|au_fait)_)?(?:(?:qui|tu|vous|t|c'est)_)?
        (?:qui_(?:es_tu|etes_vous|est_tu|tu_es|vous_etes|t'a_(?:cree|fait|programme).*|vous_a_(?:cree|fait).*)
        |(?:es_tu|etes_vous|es_qui|etes_qui)|tu_es_qui|t'es_qui|vous_etes_qui
        |(?:quel_est|c'est_quoi)_(?:ton|votre)_(?:nom|prenom|role|but|metier|modele|fonction(?:nement)?|utilite).*
        |comment_(?:t'appelles_tu|tu_t'appelles|vous_appelez_vous|te_nommes_tu)
        |(?:que|qu'est_ce_que|quoi)_?(?:sais_tu|savez_vous|peux_tu|pouvez_vous|tu_(?:sais|peux)|vous_(?:savez|pouvez))
            _?(?:faire|(?:me_|nous_)?(?:dire|repondre|apporter|proposer))?(?:_pour_(?:moi|nous))?
        |(?:tu|vous)_(?:sais|savez|peux|pouvez)_faire_quoi|a_quoi_(?:sers_tu|servez_vous|tu_sers|vous_servez|ca_sert)
        |(?:comment|a_quoi)_(?:ca|cela|tu|vous)_(?:marches?|marchez|fonctionnes?|fonctionnez|t'utilise)
        |comment_(?:fonctionnes_tu|fonctionnez_vous|marches_tu|t'utiliser|vous_utiliser|utiliser_cet_assistant)
        |(?:aide|aidez|help)(?:_(?:moi|nous|me))?|(?:j'ai_)?besoin_d'aide|peux_tu_m'aider|pouvez_vous_m'aider
        |can_you_help_me|mode_d'emploi|presente_toi|presentez_vous|introduce_yourself|c'est_quoi_cet?_(?:assistant|outil)
        |(?:quelles?|quels?_types?_de)_questions?_(?:puis_je|peut_on|je_peux|on_peut|pouvons_nous)(?:_(?:te|vous))?_poser
        |que_(?:puis_je|peut_on)_(?:te|vous)_demander
        |(?:es_tu|etes_vous|tu_es|vous_etes|est_ce_que_tu_es|are_you)_
            (?:une?_|a_|an_)?(?:robot|ia|ai|intelligence_artificielle|humain|human|chatgpt|machine|vraie?_personne|bot
            |programme)(?:_ou_.*)?
        |who_(?:are_you|made_you|created_you)|what_(?:are_you|can_you_do|do_you_do|is_your_(?:name|role|model)).*)"""
)

# What an order may open with before its verb.
_ASKED = r"""(?:(?:peux_tu|pouvez_vous|pourrais_tu|pourriez_vous|(?:est_ce_que_)?(?:tu_peux|vous_pouvez)|merci_de
    |veuillez|(?:je_(?:veux|voudrais|souhaite)|j'aimerais|il_faut)_que_(?:tu|vous)|essaie_de|aide[zr]?_(?:moi|nous)_a)_
    (?:(?:me|nous)_|m')?)"""
_ASKS = rf"""(?:(?:alors|maintenant|puis|ensuite|et|ok,?|bon,?)_)?
    (?:{_ASKED}|(?:can|could|would)_you_(?:please_)?|i_want_you_to_|help_me_)?"""
_TO = r"(?:_(?:moi|nous|lui|leur|me|us))?"
_A = r"(?:dernier|derniere|bon|bonne|petit|petite|tout_petit|belle|beau|autre|last|latest|good|funny|short)"
_MADE = r"""(?:poemes?|poesies?|haiku|chansons?|blagues?|devinettes?|conte|roman|dissertation|redaction|expose|e_?mail
    |mail|courriel|lettre|tweet|slogan|code|script|fonction|site|jeu|appli(?:cation)?|dessin|image|logo|menu|exercices?
    |gateau|histoire|discours|programme_(?:en|qui|python|informatique)|devoirs?)"""
_TOLD = r"""(?:poemes?|poesie|haiku|chanson|blagues?|devinettes?|contes?|roman|films?|serie|livre|recettes?|match
    |episode|histoire_(?:drole|courte|d'horreur|d'amour|pour)|jokes?|poem|story|song|novel|essay|recipe)"""
_VERB = r"""(?:redige|compose|invente|imagine|dessine|chante|genere|conjugue|calcule|corrige|reformule|envoie|reserve
    |achete|telecharge|supprime|efface|publie|debogue|execute|repete|recite|joue|devine|cree)"""
_ORDER = _pattern(
    rf"""{_ASKS}(?:(?:{_VERB}[sz]?|ecris|ecrivez|traduis|traduisez|resous|resolvez|envoyez){_TO}_\S+.*
    |(?:write|translate|compose|draw|sing|generate|calculate|solve|code|fix|send|buy|delete|download|repeat|recite|imagine
        |roleplay|play|create|invent|say|print|output|execute|run){_TO}_\S+.*
    |(?:code|programme|developpe)(?:_moi)?_(?:une?|moi|en)_.*
    |(?:fais|faites|faire|fasses|fassiez){_TO}_(?:une?|mes|mon|ma|le|la|des)_(?:{_A}_)?{_MADE}\b(?!.*\bnotes?\b).*
    |(?:raconte|resume|explique|donne|recommande|conseille|trouve|propose|montre|prepare|tell|give|summari[sz]e)
        [rsz]*{_TO}_(?:(?:un|le|la|les|mes|mon|ma|du|de_la|an?|the|some|des)_|l'|une_(?={_A}?_?histoire\b)|une_)
        (?:{_A}_)?{_TOLD}\b(?!.*\bnotes?\b).*
    |(?:raconte|dis|tell)[rsz]*{_TO}_(?:une|des)_histoires?\b.*
    |(?:fais|faites)_(?:la_vaisselle|rire.*))
    |{_ASKED}(?:{_VERB}[rs]*|ecrire|ecrives|traduire|traduises|resoudre|envoyer)_\S+.*"""
)
_SUM = _pattern(
    r"""(?:(?:combien_(?:font|fait)|calcule|how_much_is|what_is|what's)_)?
    [\d(][\d_.,()]*(?:[-+*/x×÷^]_*[\d(][\d_.,()]*)+=?"""
)

_OURS = r"(?:tes|ton|ta|vos|votre|your|toutes_(?:les|tes|vos)|all|ces|(?:the_)?(?:previous|above)|any)"
_RULE = r"""(?:instructions?|consignes?|regles?|directives?|rules?|contraintes?|restrictions?|limitations?|prompts?
    |guidelines?|programmation|orders|garde_fous?|securites?|configuration|parametres?)"""
_RULES = _pattern(
    rf"""\b(?:ignore[rsz]*|oublie[rsz]*|disregard|forget|override|bypass|contourne[rsz]*|desactive[rsz]*|outrepasse[rsz]*
        |enfrei(?:ns|gnez)|transgresse[rz]*|neglige[rz]*|passe_outre|ne_(?:respecte|suis|tiens)[rz]*_(?:pas|plus)(?:_compte)?)
        _(?:\S+_){{0,4}}?{_RULE}\b
    |\b(?:ignore|oublie|ignorez|oubliez|ignore_all|forget)_(?:tout|everything|all|ce_qui_precede|ce_qu)\b
    |\b(?:{_OURS})_(?:\S+_){{0,2}}?(?:instructions?|consignes?|prompts?|directives?|guidelines?|regles?|rules?
        |mots?_de_passe|cles?(?:_d'?api|_api)?|secrets?|api_keys?|passwords?|credentials?|jetons?|tokens?)\b
        (?!_(?:municipal|departemental|national)\w*)
    |\b(?:prompt_(?:systeme|initial|cache)|invite_systeme|system_prompt|message_systeme|system_message|jailbreak)\b
    |\b(?:instructions?|consignes?|regles?)_(?:systeme|initiales|cachees|secretes|internes|ci_dessus|precedentes
        |qu'on_t'a|que_tu_as_recues?)\b
    |\b(?:revele[rsz]*|affiche[rsz]*|montre[rsz]*|donne[rsz]*|repete[rsz]*|recopie[rsz]*|imprime[rsz]*|reveal|show|print
        |repeat|output|leak|quel(?:le)?s?_(?:est|sont)|what_(?:is|are)|give)\b.{{0,30}}
        \b(?:cles?_(?:d'?)?api|api_keys?|mots?_de_passe|passwords?|variables?_d'environnement|environment_variables
        |prompts?|fichier_\.env|openai_api_key|code_source_de_(?:l'assistant|ton_programme))\b
    |^(?:a_partir_de_maintenant|desormais|dorenavant|from_now_on)_?,?_?(?:tu|vous|you|reponds|repondez)\b
    |\b(?:tu_es|vous_etes|you_are)_(?:maintenant|desormais|now|libre_de|dan\b)
    |^(?:fais|faites)_(?:comme_si|semblant)\b|^(?:agis|agissez|comporte_toi)_(?:comme|en_tant)\b|\b(?:act_as|pretend)_
    |^(?:joue|jouez)_le_role\b|\b(?:mode|developer)_(?:developpeur|debug|dan|mode|administrateur)\b|\bdo_anything_now\b
    |^(?:\#+_*|\[|<)?(?:system|systeme|assistant|instruction)s?(?:\]|>)?_?:
    |^(?:reponds?|repondez|reply|answer|dis|dites|say)_(?:moi_)?(?:uniquement|seulement|simplement|juste|toujours|only
        |just|par_oui|with_only|[«\"'“])"""
)


def outside(question: str) -> Outside | None:
    """What a question is instead of one on the notes, None where the notes may be asked."""
    plain = re.sub(r"[\s«»“”\"]+", " ", fold(normalise(question))).strip(_ENDS)
    said = plain.replace("-", " ")
    meant = _EDGE.sub("", _EDGE.sub("", said)).strip(_ENDS)
    if _SUM.fullmatch(plain):
        return Outside(Kind.ORDER)
    if _RULES.search(said):
        return Outside(Kind.RULES)
    if not meant:
        return Outside(Kind.GREETING) if _GREETS.match(said) else None
    for kind, pattern in _WHOLE.items():
        if pattern.fullmatch(meant):
            return Outside(Kind.GREETING if kind is Kind.TALK and _GREETS.match(said) else kind)
    return None


_ENDS = " ?!.,;:…"
_WHOLE = {
    Kind.THANKS: _THANKS,
    Kind.GOODBYE: _GOODBYE,
    Kind.ABOUT: _ABOUT,
    Kind.TALK: _TALK,
    Kind.ORDER: _ORDER,
}
