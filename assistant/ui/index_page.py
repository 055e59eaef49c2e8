"""Gradio's page as we send it: our language, our styles, its own scripts bearing the nonce, and where one may go
from it.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from assistant.language import Language, current
from assistant.ui.browser_words import words_element
from assistant.ui.gate import Identity
from assistant.ui.pages import navigation
from assistant.ui.places import Place
from assistant.ui.words import written_words

_SOCIAL_TAGS = re.compile(rb'\s*<meta\s+(?:property|name)="(?:og|twitter):[^>]*>')
_BODY = re.compile(rb"<body[^>]*>")


class Index:
    """Takes the messages of one response, and sends the page rewritten.

    Args:
        send: where it goes.
        nonce: of this page's policy.
        place: which page it is; None for the chat.
        places: those that there are links to, for who may open them.
        asker: who asked, known once the page comes back.
    """

    def __init__(
        self, send: Send, nonce: str, place: Place | None, places: Sequence[Place], asker: Callable[[], Identity]
    ) -> None:
        self.send = send
        self.nonce = nonce.encode()
        self.place = place
        self.places = places
        self.asker = asker
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        """Keep what comes until all of it has."""
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.body += message.get("body", b"")
        if not message.get("more_body"):
            await self._finish()

    async def _finish(self) -> None:
        headers = MutableHeaders(scope=self.start)
        is_html = headers.get("content-type", "").startswith("text/html")
        page = self._rewritten() if is_html and self.start["status"] == 200 else self.body
        if self.body:  # a HEAD has none
            headers["content-length"] = str(len(page))
        if self.asker().user is not None:
            headers["cache-control"] = "no-store"
        await self.send(self.start)
        await self.send({"type": "http.response.body", "body": page})

    def _rewritten(self) -> bytes:
        page = re.sub(rb'(<html\s+lang=)"en"', rb'\1"%s"' % self._language().encode(), self.body, count=1)
        page = _SOCIAL_TAGS.sub(b"", page).replace(b"</head>", self._head(), 1)
        page = re.sub(rb"<script(?=[\s>])", b'<script nonce="' + self.nonce + b'"', page)
        links = navigation(self.asker().user, self.places, self.place).encode()
        return _BODY.sub(lambda body: body[0] + links, page, count=1)

    def _language(self) -> Language:
        return self.place.language if self.place else current()

    def _head(self) -> bytes:
        # Put in the page rather than given to Gradio, which would add them only once its own script has run.
        styles = ("style.css", *(self.place.styles if self.place else ()))
        scripts = ("chat.js", *(self.place.scripts if self.place else ("memory.js",)))
        user = self.asker().user
        words = html.escape(json.dumps(written_words(self._language()), ensure_ascii=False))
        lines = [f'<meta name="gradio-words" content="{words}"><script src="/statique/language.js"></script>']
        lines.append(words_element(user.name if user else ""))
        lines += ['<link rel="icon" href="/statique/favicon.svg" type="image/svg+xml">']
        lines += [f'<link rel="stylesheet" href="/statique/{name}">' for name in styles]
        lines += [f'<script src="/statique/{name}" defer></script>' for name in scripts]
        return "\n".join([*lines, "</head>"]).encode()
