"""`POST /conversation.md` and `/conversation.pdf`: what the browser kept, rebuilt and verified, as a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.requests import ClientDisconnect

from assistant.errors import AssistantError, QuestionError
from assistant.language import tr
from assistant.ui.apology import for_members
from assistant.ui.conversation import Conversation
from assistant.ui.export import content, to_markdown, to_pdf
from assistant.ui.memory import UNREADABLE, from_json

if TYPE_CHECKING:
    from assistant import Assistant

MARKDOWN, PDF = "/conversation.md", "/conversation.pdf"
EXPORTS = (MARKDOWN, PDF)
BUSY = "Trop d’exports en ce moment. Réessayez dans un instant."
EMPTY = "Cette conversation est vide : il n’y a rien à exporter."
_AT_ONCE = 4  # made or waiting for their turn; each holds a thread that answers may need

_NO_STORE = {"Cache-Control": "no-store"}
_Write = Callable[[Conversation, str, date, str], bytes]


async def _body(request: Request) -> bytes:
    try:
        return await request.body()
    except ClientDisconnect:
        return b""


def add_exports(app: FastAPI, bot: Assistant) -> None:
    """The two addresses. They take `memory.to_json` as `application/json`, which no form of another site can send."""
    turns = BoundedSemaphore(_AT_ONCE)

    def answer(request: Request, body: bytes, write: _Write, suffix: str, media_type: str) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _said(tr(UNREADABLE), 415)
        if not turns.acquire(blocking=False):
            return _said(tr(BUSY), 503)
        try:
            conversation = from_json(body.decode(errors="replace"), bot)
            if not conversation:
                return _said(tr(EMPTY), 400)
            today = date.today()
            written = write(conversation, str(request.base_url), today, tr(content.TITLE))
            return Response(written, headers={**_NO_STORE, **_named(today, suffix)}, media_type=media_type)
        except QuestionError as error:
            return _said(str(error), 400)
        except AssistantError as error:
            return _said(for_members(error), 503)
        finally:
            turns.release()

    # Not coroutines: a document takes a processor for as long as a second, and others wait for their answers.
    @app.post(MARKDOWN)
    def as_markdown(request: Request, body: Annotated[bytes, Depends(_body)]) -> Response:
        return answer(request, body, _markdown, "md", "text/markdown")

    @app.post(PDF)
    def as_pdf(request: Request, body: Annotated[bytes, Depends(_body)]) -> Response:
        return answer(request, body, to_pdf, "pdf", "application/pdf")


def _markdown(conversation: Conversation, base_url: str, when: date, title: str) -> bytes:
    return to_markdown(conversation, base_url, when, title).encode()


def _named(day: date, suffix: str) -> dict[str, str]:
    name = f"conversation-{day.isoformat()}.{suffix}"
    return {"Content-Disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"}


def _said(message: str, status: int) -> JSONResponse:
    return JSONResponse({"detail": message}, status, _NO_STORE)
