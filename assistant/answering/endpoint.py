"""The door to an OpenAI-compatible endpoint: LangChain's chat model, and what each of its errors means.

Imported only where a chat model is set: its libraries take a second to load.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import openai
from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from assistant.answering.drafts import Trouble


def connect(name: str, url: str, key: SecretStr | None, timeout: float) -> BaseChatModel:
    """The chat model `name` at `url`; no request takes longer than `timeout` seconds, however slowly it drips."""
    return init_chat_model(
        name,
        model_provider="openai",
        base_url=url,
        api_key=key or SecretStr("none"),  # a key of OpenAI in the environment is not for this endpoint
        temperature=0,
        timeout=timeout,
        max_retries=0,
        use_responses_api=False,
        http_client=_client(timeout),
    )


def trouble_of(error: Exception) -> Trouble:
    """The kind of an error of the endpoint or of its client."""
    if isinstance(error, openai.APIStatusError):
        return _trouble_of_status(error.status_code)
    if isinstance(error, (openai.APITimeoutError, httpx.TimeoutException)):
        return Trouble.TIMEOUT
    if isinstance(error, openai.APIConnectionError):
        return Trouble.DOWN
    if isinstance(error, (openai.APIError, httpx.HTTPError)):
        return Trouble.CUT
    return Trouble.GARBLED


def _trouble_of_status(status: int) -> Trouble:
    if status in (401, 403):
        return Trouble.DENIED
    if status in (408, 504):
        return Trouble.TIMEOUT
    if status == 429:
        return Trouble.BUSY
    return Trouble.DOWN if status >= 500 else Trouble.REJECTED


def _client(timeout: float) -> httpx.Client:
    """A client whose time-out bounds the whole reply: httpx's own only bounds the wait for the next byte."""

    def begin(request: httpx.Request) -> None:
        request.extensions["deadline"] = time.monotonic() + timeout

    def bound(response: httpx.Response) -> None:
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Bounded(response.stream, response.request.extensions["deadline"])

    return httpx.Client(timeout=timeout, event_hooks={"request": [begin], "response": [bound]})


class _Bounded(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            if time.monotonic() > self._deadline:
                raise httpx.ReadTimeout("the reply takes too long")
            yield part

    def close(self) -> None:
        self._stream.close()
