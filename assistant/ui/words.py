"""What Gradio 6.31 says itself, in the language of the page: words that it can be given, and words written in it."""

from __future__ import annotations

from assistant.language import Language, tr

# By its own keys. What it has in French already, and says well, is not here.
_GIVEN = {
    "blocks.connection_can_break": "Si cet onglet passe en arrière-plan ou si l’appareil se met en veille, la "
    "connexion peut être coupée et votre place dans la file perdue.",
    "blocks.long_requests_queue": "Beaucoup de questions attendent : la réponse viendra à son tour.",
    "blocks.lost_connection": "La connexion a été coupée quand vous avez quitté la page. Retour dans la file…",
    "blocks.waiting_for_inputs": "Les documents ne sont pas encore tous arrivés : réessayez dans un instant.",
    "chatbot.cancel": "Annuler",
    "chatbot.clear": "Effacer la conversation",
    "chatbot.complete": "Terminé",
    "chatbot.copied_message": "Message copié",
    "chatbot.copy_message": "Copier le message",
    "chatbot.dislike": "Réponse mauvaise",
    "chatbot.edit": "Modifier",
    "chatbot.like": "Réponse utile",
    "chatbot.retry": "Répondre à nouveau",
    "chatbot.submit": "Envoyer",
    "chatbot.undo": "Annuler",
    "chat_interface.chatbot": "Conversation",
    "chat_interface.conversation": "Conversation",
    "chat_interface.message_placeholder": "Votre question",
    "chat_interface.new_chat": "Nouvelle conversation",
    "common.clear": "Effacer",
    "common.complete": "Terminé",
    "common.download": "Télécharger",
    "common.download_all": "Tout télécharger",
    "common.edit": "Modifier",
    "common.empty": "Vide",
    "common.error": "Erreur",
    "common.loading": "Chargement",
    "common.or": "ou",
    "common.progress": "Progression",
    "common.remove": "Retirer",
    "common.submit": "Envoyer",
    "common.undo": "Annuler",
    "dataframe.clear_filter": "Retirer les filtres",
    "dataframe.filter": "Filtrer",
    "errors.build_error": "la page n’a pas pu être préparée",
    "errors.config_error": "l’assistant est mal réglé",
    "errors.contact_page_author": "Prévenez l’équipe.",
    "errors.no_app_file": "l’assistant est introuvable",
    "errors.runtime_error": "l’assistant a rencontré une erreur",
    "file.uploading": "Envoi en cours…",
    "status.queue_position": "Dans la file : {position} sur {size}",
    "upload_text.click_to_upload": "Choisissez-les sur cet appareil",
    "upload_text.drop_file": "Déposez des documents ici",
    "upload_text.paste_clipboard": "Coller depuis le presse-papiers",
}
# Written in its scripts: `static/chat.js` puts ours in their place.
_WRITTEN = {
    "An Unexpected Error Occurred!": "Une erreur inattendue est survenue.",
    "An error occurred": "Une erreur est survenue.",
    "An error occurred.": "Une erreur est survenue.",
    "An unknown error occurred while making a prediction.": "Une erreur inattendue est survenue.",
    "Chatbot": "Conversation",
    "Clear": "Effacer",
    "Close": "Fermer",
    "Connection Lost": "Connexion perdue",
    "Connection errored out.": "Connexion interrompue. Rechargez la page.",
    "Connection to the server was lost. Attempting reconnection...": "Connexion perdue avec le serveur. "
    "Nouvelle tentative…",
    "Copied": "Copié",
    "Copied conversation": "Conversation copiée",
    "Copy": "Copier",
    "Copy conversation": "Copier la conversation",
    "Dislike": "Réponse mauvaise",
    "Disliked": "Réponse jugée mauvaise",
    "Error": "Erreur",
    "Exit fullscreen mode": "Quitter le plein écran",
    "Feedback": "Avis",
    "Fullscreen": "Plein écran",
    "Info": "Information",
    "Info.": "Information.",
    "Like": "Réponse utile",
    "Liked": "Réponse jugée utile",
    "Loading content": "Chargement",
    "Loading response": "La réponse arrive",
    "Loading...": "Chargement…",
    "More tabs": "Autres onglets",
    "Remove this file": "Retirer ce fichier",
    "Scroll down": "Aller au dernier message",
    "Scroll to bottom": "Aller au dernier message",
    "Session not found.": "Cette page est restée ouverte trop longtemps. Rechargez-la.",
    "Success": "C’est fait",
    "Success.": "C’est fait.",
    "This application is currently busy. Please try again.": "Trop de questions en ce moment. "
    "Réessayez dans un instant.",
    "Toggle Sidebar": "Ouvrir ou fermer le volet",
    "Too many requests. Please try again later.": "Trop de demandes en ce moment. Réessayez plus tard.",
    "Warning": "Attention",
    "Warning.": "Attention.",
    "chatbot conversation": "Conversation",
    "undo": "Annuler",
    # Of buttons to which it gives no name at all, by their data-testid.
    "stop-button": "Arrêter la réponse",
    "submit-button": "Envoyer",
}


def given_words(language: Language) -> dict[str, dict[str, str]]:
    """Locale -> key -> text, as `gr.I18n` takes it. `language` is French or the one spoken now;
    `static/language.js` has Gradio's page speak it whatever the browser's is.
    """
    words = {key: text if language is Language.FRENCH else tr(text) for key, text in _GIVEN.items()}
    return {locale.value: words for locale in Language}


def written_words(language: Language) -> dict[str, str]:
    """What stands in Gradio's scripts -> what is shown instead, for `static/chat.js`."""
    return {written: text if language is Language.FRENCH else tr(text) for written, text in _WRITTEN.items()}
