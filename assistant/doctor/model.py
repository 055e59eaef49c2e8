"""The embedder and the reader of sentences: whether they load, and say what they should."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from assistant.addresses import host_of
from assistant.errors import AssistantError
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.embedding import Embedder

QUESTION = "Qui pilote le programme ?"
#: The first parts of its vector, in float32; bfloat16 is within 0.002 of them.
EXPECTED = (-0.013, -0.029, -0.057, -0.045, 0.091, -0.049, 0.041, 0.052, -0.002, 0.044, 0.064, 0.018, 0.065, -0.063)
_TOLERANCE = 0.005


def embedder(settings: Settings) -> str:
    """Whether it loads, and gives the vector that it gave when it was tested."""
    from assistant.embedding import Embedder, embedded_model

    if settings.embedding_base_url is not None:
        return f"{Embedder.from_settings(settings).identity}, servi par {host_of(settings.embedding_base_url)}"
    if settings.embedding_model is None:
        embedded_model.weights_file()
    found = Embedder.from_settings(settings)
    dtype = embedded_model.runtime_dtype(settings.embedding_dtype)
    if settings.embedding_model is not None:
        return f"{found.identity}, {dtype}, choisi dans les réglages"
    check_vector(settings, found)
    return f"{found.identity}, {dtype}, embarqué, poids et vecteur d'essai vérifiés"


def check_vector(settings: Settings, found: Embedder) -> None:
    """Compare the vector of one question with the expected one; with a prompt of the settings there is none.

    Raises:
        AssistantError: it is another.
    """
    if settings.embedding_query_prompt is not None:
        return
    vector = found.encode_query(QUESTION)[: len(EXPECTED)]
    off = float(np.abs(vector - np.array(EXPECTED)).max())
    if not off <= _TOLERANCE:
        raise AssistantError(
            f"Le modèle ne donne pas le vecteur attendu (écart {off:.3f}) : effacez {settings.cache_dir}, il sera "
            "refait. Si l'écart reste, essayez ASSISTANT_EMBEDDING_DTYPE=float32 et prévenez les développeurs."
        )


def ranker(settings: Settings) -> str:
    """Whether the reader of sentences is whole and used."""
    from assistant.answering.ranker import SentenceRanker, fits
    from assistant.embedding import Embedder

    found = Embedder.from_settings(settings)
    if not fits(found):
        return "sans objet : il ne va qu'avec le modèle embarqué ; les phrases sont classées par similarité"
    SentenceRanker.load(found)
    used = "en service" if settings.sentence_ranker else "coupé par les réglages : réponses moins justes"
    return f"poids présents et vérifiés, {used}"
