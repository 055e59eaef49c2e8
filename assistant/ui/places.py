"""Pages beside the chat: where they are, who may open them, what they are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.language import Language, current
from assistant.models import Role

if TYPE_CHECKING:
    from fastapi import FastAPI


@dataclass(frozen=True, slots=True)
class Place:
    """A page of its own: Gradio's, with its API under its path, or plain pages below it.

    Args:
        path: such as `/corpus`, without a slash at the end.
        title: what the link to it is called, in French.
        role: who may open it, and all that is below its path.
        build: makes the `gr.Blocks`; None where the pages are plain.
        styles: style sheets of `static/`, after those that all pages share.
        scripts: scripts of `static/`, after those that all pages share.
        routes: makes an application answer the plain pages, below the path.
    """

    path: str
    title: str
    role: Role
    build: Callable[[], Any] | None = None
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    routes: Callable[[FastAPI], None] | None = None

    @property
    def language(self) -> Language:
        """What is read on the page: members' language for members; staff and evaluators read French."""
        return current() if self.role is Role.MEMBER else Language.FRENCH

    def holds(self, path: str) -> bool:
        """Whether a path is the page's, or of its API."""
        return path == self.path or path.startswith(f"{self.path}/")
