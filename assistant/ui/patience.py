"""How long, and how much, the server listens to somebody who does not come to the point."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.types import Message, Receive, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 64 * 1024  # bytes of a request line and its headers
HEAD_SECONDS = 10.0  # from a connection, or from what follows an answer, to the end of a request's headers
BODY_SECONDS = 20.0  # for a short body as a whole; for each piece of a long one
SEND_SECONDS = 30.0  # in which a reader takes something of an answer


class TooLongError(Exception):
    """A body without a declared length turned out longer than it may be."""


class TooSlowError(Exception):
    """A body did not end in time, or its reader takes nothing."""


class Patient(HttpToolsProtocol):
    """uvicorn's protocol, which by itself waits for ever for a head and lets it grow without end."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head: asyncio.TimerHandle | None = None
        self._unread = 0  # bytes since the parser last made something of them

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._come()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head is None and (self.cycle is None or self.cycle.response_complete):
            self._wait_for_head()
        self._unread += len(data)
        super().data_received(data)
        if self._unread > MAX_HEAD and not self.transport.is_closing():
            self.send_400_response("Request headers too long.")

    def on_headers_complete(self) -> None:
        self._come()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread = 0
        super().on_message_complete()

    def _wait_for_head(self) -> None:
        self._head = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _come(self) -> None:
        self._unread = 0
        if self._head is not None:
            self._head.cancel()
            self._head = None


async def whole(receive: Receive, limit: int) -> Receive:
    """Read a short body before anybody works on it; gives what passes it on.

    Raises:
        TooSlowError: it did not end within `BODY_SECONDS`.
        TooLongError: it is longer than `limit` bytes.
    """
    body = bytearray()
    last: Message = {"type": "http.request", "more_body": True}
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while last.get("more_body", False):
                last = await receive()
                body += last.get("body", b"")
                if len(body) > limit:
                    raise TooLongError
    except TimeoutError:
        raise TooSlowError from None
    read: list[Message] = [{**last, "body": bytes(body)} if last["type"] == "http.request" else last]

    async def replayed() -> Message:
        return read.pop() if read else await receive()

    return replayed


def in_pieces(receive: Receive, limit: int) -> Receive:
    """A long body as it comes; cut, as if the client had left, where it is too long or a piece is late."""
    size, ended = 0, False

    async def receiver() -> Message:
        nonlocal size, ended
        if ended:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), BODY_SECONDS)
        except TimeoutError:
            return {"type": "http.disconnect"}
        ended = not message.get("more_body", False)
        size += len(message.get("body", b""))
        return message if size <= limit else {"type": "http.disconnect"}

    return receiver


def hurried(send: Send) -> Send:
    """Gives up on a reader who takes nothing for `SEND_SECONDS`.

    Raises:
        TooSlowError: from the sending; nothing more can be said to this reader.
    """

    async def sender(message: Message) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await send(message)
        except TimeoutError:
            raise TooSlowError from None

    return sender
