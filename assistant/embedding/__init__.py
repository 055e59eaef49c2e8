"""Text -> vectors: a sentence-transformers model behind LangChain's `Embeddings`, and the embedded default."""

from assistant.embedding.embedder import Embedder, EmbedderIdentity, embedded_identity
from assistant.embedding.tokens import light_counter

__all__ = ["Embedder", "EmbedderIdentity", "embedded_identity", "light_counter"]
