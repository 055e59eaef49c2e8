"""Process-wide switches that libraries read when they load: no telemetry, no hub, no spinning threads."""

from __future__ import annotations

import ctypes
import gc
import os
from contextlib import suppress

_QUIET = {
    "ANONYMIZED_TELEMETRY": "False",  # Chroma
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    # FastAPI would send requests, with their addresses, to the collector that other programs of the machine use.
    "FASTAPI_OTEL_AUTO_CONFIGURE": "false",
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    # Gradio sums up its own use in a pandas table at every event: as seldom as it can be told to.
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}

_M_ARENA_MAX = -8  # glibc's name of it, in malloc.h
_OBJECTS = 50_000  # made between two looks for garbage


def left_on() -> list[str]:
    """The switches that are not as `prepare` sets them, as `NAME=value`."""
    return [f"{name}={os.environ.get(name, '')}" for name, off in _QUIET.items() if os.environ.get(name) != off]


_OFFLINE = "true"  # the hub takes it like a user's "1"


def prepare(*, hub: bool = False) -> None:
    """Call before torch, transformers, chromadb or gradio are imported: they read these variables as they load.

    Args:
        hub: the user named a model of the Hugging Face hub, so that reaching it is allowed.
    """
    os.environ.update(_QUIET)
    # Imports make no garbage: looked for after every 700 objects, as Python does, it takes a fifth of a start.
    gc.set_threshold(_OBJECTS, 20, 20)
    _bound_arenas()
    # What the user set is theirs; what an earlier call set, before the settings were read, is ours to change.
    if os.environ.get("HF_HUB_OFFLINE", _OFFLINE) == _OFFLINE:
        os.environ["HF_HUB_OFFLINE"] = "0" if hub else _OFFLINE
    # Spinning OpenMP threads made a query 208 ms instead of 56 ms on busy cores (docs/decisions/0003).
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _bound_arenas() -> None:
    """An arena of memory for each core: glibc makes up to eight for each, and the threads of questions, which come and
    go, left 280 MB of freed memory in them at 100,000 chunks.
    """
    with suppress(OSError, AttributeError, TypeError):  # another system's library
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, max(2, os.cpu_count() or 2))
