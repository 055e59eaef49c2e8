"""With what a build is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Self

from assistant.chunking import TokenCounter
from assistant.embedding import Embedder, EmbedderIdentity, embedded_identity, light_counter
from assistant.index.server import Server
from assistant.settings import Settings


@dataclass(frozen=True, slots=True)
class Recipe:
    """The embedder and the chunking. `load` is called only where there is something to embed; `counter` gives the
    embedder's count of tokens and how many it reads at once, None where it takes the embedder itself to know.
    `server` is where builds may have their vectors; new ones do where `served`.
    """

    identity: EmbedderIdentity
    load: Callable[[], Embedder]
    chunk_tokens: int
    counter: Callable[[], tuple[TokenCounter, int] | None] = lambda: None
    server: Server | None = None
    served: bool = False

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The recipe of the settings; a model other than the embedded one is loaded to know what it is."""
        load = cache(lambda: Embedder.from_settings(settings))
        server = Server.from_settings(settings)
        identity = embedded_identity(settings) or load().identity
        counter = cache(lambda: light_counter(settings))
        return cls(identity, load, settings.chunk_tokens, counter, server, server is not None)

    @classmethod
    def of(cls, embedder: Embedder, settings: Settings) -> Self:
        """The recipe of the settings with an embedder that is there already."""
        server = Server.from_settings(settings)
        return cls(embedder.identity, lambda: embedder, settings.chunk_tokens, server=server, served=server is not None)

    def tokens(self) -> tuple[TokenCounter, int]:
        """The embedder's count of tokens and its window, without the embedder where possible."""
        light = self.counter()
        if light is not None:
            return light
        embedder = self.load()
        return embedder.count_tokens, embedder.max_tokens
