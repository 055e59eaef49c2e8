"""The door to an OpenAI-compatible endpoint: LangChain's chat model, and what each of its errors means.

Imported only where a chat model is set: its libraries take a second to load.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import openai
from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from assistant.answering.drafts import DraftError, Trouble
from assistant.answering.prompt import reply_format
from assistant.outbound import client


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
        http_client=client(timeout),
    )


def probe(model: BaseChatModel) -> bool:
    """Ask for next to nothing; whether the structured output that answers are asked for is taken too.

    Raises:
        DraftError: nothing comes back, and why.
    """
    try:
        return _replies(model, {"max_tokens": 24, "response_format": reply_format(1, 1)})
    except DraftError as error:
        if error.trouble is not Trouble.REJECTED:
            raise
    _replies(model, {"max_tokens": 24})
    return False


def _replies(model: BaseChatModel, body: dict[str, Any]) -> bool:
    try:
        if any(chunk.text or chunk.response_metadata for chunk in model.stream("Réponds en JSON.", extra_body=body)):
            return True
    except Exception as error:  # of httpx, openai, LangChain and json, each with its own tree
        raise DraftError(trouble_of(error)) from None
    raise DraftError(Trouble.EMPTY)


def trouble_of(error: Exception) -> Trouble:
    """The kind of an error of the endpoint or of its client."""
    if isinstance(error, openai.APIStatusError):
        return _trouble_of_status(error.status_code)
    if isinstance(error, (openai.APITimeoutError, httpx.TimeoutException)):
        return Trouble.TIMEOUT
    if any(isinstance(cause, (UnicodeEncodeError, httpx.LocalProtocolError)) for cause in _causes(error)):
        return Trouble.DENIED  # a key that no header can carry
    if isinstance(error, openai.APIConnectionError):
        return Trouble.DOWN
    if isinstance(error, (openai.APIError, httpx.HTTPError)):
        return Trouble.CUT
    return Trouble.GARBLED


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _trouble_of_status(status: int) -> Trouble:
    if status in (401, 403):
        return Trouble.DENIED
    if status in (408, 504):
        return Trouble.TIMEOUT
    if status == 429:
        return Trouble.BUSY
    if status in (404, 405) or 300 <= status < 400:  # another path or name is wanted: no other request would do
        return Trouble.MISSING
    return Trouble.DOWN if status >= 500 else Trouble.REJECTED
