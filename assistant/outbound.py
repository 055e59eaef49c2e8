"""The client by which services that the settings name are talked to. Imported only where one is."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx


def client(timeout: float, headers: dict[str, str] | None = None) -> httpx.Client:
    """A client whose time-out, in seconds, bounds the whole reply: httpx's own only bounds the wait for a byte."""

    def begin(request: httpx.Request) -> None:
        request.extensions["deadline"] = time.monotonic() + timeout

    def bound(response: httpx.Response) -> None:
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Bounded(response.stream, response.request.extensions["deadline"])

    return httpx.Client(timeout=timeout, headers=headers, event_hooks={"request": [begin], "response": [bound]})


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
