"""What our own scripts say, in the language of members: the page carries it as JSON in `#words`."""

from __future__ import annotations

import json

from assistant.language import current, tr

_WORDS = {
    "link.copied": "Lien copié",
    "queue.place": "Votre place dans la file : {place}",
    "sources": "Sources",
    "past": "Conversations précédentes",
    "past.none": "Aucune conversation n’est gardée dans ce navigateur.",
    "past.keep": "Garder mes conversations dans ce navigateur",
    "past.where": "Elles n’en sortent que pour être rouvertes ou exportées. "
    "Sur un ordinateur partagé, ne les gardez pas.",
    "past.remove": "Supprimer",
    "past.remove.which": "Supprimer la conversation « {title} »",
    "past.clear": "Tout effacer",
    "past.clear.sure": "Effacer de ce navigateur toutes les conversations gardées ?",
    "past.cleared": "Toutes les conversations sont effacées de ce navigateur.",
    "past.removed": "Conversation supprimée.",
    "past.off": "Les conversations ne sont plus gardées ; celles qui l’étaient sont effacées.",
    "past.on": "Les conversations sont gardées dans ce navigateur.",
    "past.full": "Ce navigateur n’a plus de place : cette conversation n’y est pas gardée.",
    "past.forbidden": "Ce navigateur ne permet pas de garder les conversations.",
    "past.opened": "Conversation retrouvée dans ce navigateur. Les passages cités ont été vérifiés dans les notes.",
    "past.current": "ouverte",
    "export.working": "Préparation du fichier…",
    "export.done": "Le fichier « {name} » est téléchargé.",
    "export.empty": "Posez d’abord une question : il n’y a rien à exporter.",
    "export.failed": "Le fichier n’a pas pu être préparé. Réessayez dans un instant.",
    "export.unreachable": "L’assistant ne répond pas. Vérifiez votre connexion, puis réessayez.",
}


def browser_words() -> dict[str, str]:
    """Key -> text for `static/chat.js` and `static/memory.js`."""
    return {key: tr(text) for key, text in _WORDS.items()}


def words_element(user: str) -> str:
    """The element that scripts read; `user` keeps the conversations of those who share a browser apart."""
    held = {"language": current().value, "user": user, "words": browser_words()}
    # A `<` could end the element, or begin a comment in it.
    text = json.dumps(held, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="words">{text}</script>'
