"""Text -> vectors: a sentence-transformers model behind LangChain's `Embeddings`, and the embedded default."""

from assistant.embedding.embedder import Embedder, EmbedderIdentity, embedded_identity

__all__ = ["Embedder", "EmbedderIdentity", "embedded_identity"]
