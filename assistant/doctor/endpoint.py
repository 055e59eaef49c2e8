"""The doctor's look at the chat endpoint: whether it answers, and what mends it otherwise."""

from __future__ import annotations

import time

from assistant.addresses import host_of
from assistant.errors import AssistantError
from assistant.settings import Settings

_MENDED = {
    "timeout": "pas de réponse en {timeout} s : attendez que le modèle soit chargé, ou donnez plus de temps avec "
    "ASSISTANT_CHAT_TIMEOUT.",
    "denied": "l'accès est refusé : vérifiez ASSISTANT_CHAT_API_KEY.",
    "busy": "le service est saturé ou le quota épuisé : réessayez plus tard.",
    "down": "le service est injoignable ou en panne : démarrez-le, ou vérifiez ASSISTANT_CHAT_BASE_URL.",
    "missing": "le modèle « {model} » ou l'adresse est introuvable : vérifiez ASSISTANT_CHAT_MODEL et "
    "ASSISTANT_CHAT_BASE_URL, qui finit le plus souvent par /v1.",
    "rejected": "la demande est refusée : vérifiez ASSISTANT_CHAT_MODEL (« {model} ») et que le service accepte "
    "/chat/completions.",
}
_NO_PROTOCOL = (
    "la réponse n'est pas celle d'un service compatible OpenAI : vérifiez ASSISTANT_CHAT_BASE_URL, qui finit le plus "
    "souvent par /v1."
)


def chat(settings: Settings) -> str:
    """Asks the chat endpoint for next to nothing. The key and the address' path are never told: they may be secrets."""
    if settings.chat_model is None and settings.chat_base_url is None:
        return "aucun modèle de langue : les réponses sont faites de phrases des notes"
    if settings.chat_model is None or settings.chat_base_url is None:
        raise AssistantError("Les réglages ASSISTANT_CHAT_MODEL et ASSISTANT_CHAT_BASE_URL vont ensemble.")
    from assistant.answering.drafts import DraftError
    from assistant.answering.endpoint import connect, probe

    where = host_of(settings.chat_base_url)
    if where is None:
        raise AssistantError("ASSISTANT_CHAT_BASE_URL n'est pas une adresse : corrigez-la.")
    begun = time.perf_counter()
    try:
        model = connect(settings.chat_model, settings.chat_base_url, settings.chat_api_key, settings.chat_timeout)
        structured = probe(model)
    except DraftError as error:
        mended = _MENDED.get(error.trouble, _NO_PROTOCOL)
        told = mended.format(timeout=settings.chat_timeout, model=settings.chat_model)
        raise AssistantError(f"{where} : {told}") from None
    form = "réponses structurées" if structured else "réponses en texte libre, faute de sortie structurée"
    return f"{settings.chat_model} sur {where} répond en {time.perf_counter() - begun:.1f} s, {form}"
