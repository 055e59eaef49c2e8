"""What a member reads of an error: what they can mend themselves, or an apology."""

from __future__ import annotations

import logging

from assistant.errors import EmbeddingServiceError, IndexServerError, QuestionError
from assistant.language import tr

logger = logging.getLogger(__name__)

APOLOGY = (
    "Une erreur interne est survenue. Vous pouvez reposer votre question ; si l’erreur persiste, prévenez l’équipe."
)

UNAVAILABLE = (
    "L’assistant ne peut pas chercher dans les notes en ce moment : un service dont il a besoin ne répond pas. Reposez "
    "votre question dans un instant."
)


def for_members(error: Exception) -> str:
    """The error's own text where it is about their question. Others name files of the machine: they are logged."""
    if isinstance(error, QuestionError):
        return str(error)
    logger.error("Ce qu'un membre a demandé a échoué", exc_info=error)
    return tr(UNAVAILABLE if isinstance(error, (EmbeddingServiceError, IndexServerError)) else APOLOGY)
