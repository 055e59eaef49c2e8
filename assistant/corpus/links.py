"""The links of a note's text, and which of them lead nowhere. Nothing is asked of the network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

_LINK = re.compile(r"\]\([ \t]*(<[^>\n]*>|(?:[^()\n]|\([^()\n]*\))*)\)|(?<!\()\b(https?:[^\s<>\"\])]*)")
_TITLE = re.compile(r"[ \t]+(\"[^\"]*\"|'[^']*')[ \t]*$")
_FENCE = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)[^`].*?\1")
_LABEL = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_SENTENCE_END = ".,;:!?…»’'*_"


@dataclass(frozen=True, slots=True)
class Link:
    """Where a link leads, as it is written, and its line, from 1."""

    target: str
    line: int


def find_links(text: str) -> Iterator[Link]:
    """Markdown's links and images and bare addresses, code left out."""
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        if opening := _FENCE.match(line):
            fence = "" if fence and opening[1].startswith(fence) else fence or opening[1]
        elif not fence:
            for match in _LINK.finditer(_CODE.sub(lambda code: " " * len(code[0]), line)):
                yield Link(_target(match), number)


def _target(match: re.Match[str]) -> str:
    if match[1] is None:
        return match[2].rstrip(_SENTENCE_END)
    return _TITLE.sub("", match[1].strip()).strip("<>")


def url_fault(url: str) -> str | None:
    """What is wrong with the form of an address, in French; None where nothing is."""
    if not url:
        return "l'adresse est vide"
    if re.search(r"\s", url):
        return "l'adresse contient une espace"
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 — raises where it is no number
    except ValueError:
        return "l'adresse est mal formée"
    if parts.scheme in ("http", "https"):
        return _host_fault(parts)
    if parts.scheme == "mailto":
        return None if re.fullmatch(r"[^@]+@[^@]+\.[^@]+", parts.path) else "l'adresse électronique est mal formée"
    if parts.scheme == "tel":
        return None
    return f"« {parts.scheme}: » n'est pas une adresse que les membres peuvent ouvrir"


def _host_fault(parts: SplitResult) -> str | None:
    host = parts.hostname or ""
    if not host:
        return f"« {parts.scheme}:// » doit être suivi du nom du site"
    if host in ("http", "https"):
        return f"« {host}:// » est écrit deux fois"
    if "[" not in parts.netloc and not all(_LABEL.fullmatch(label) for label in host.split(".")):
        return f"« {host} » n'est pas un nom de site"
    return None


def link_fault(link: Link, note_path: Path, folder: Path) -> str | None:
    """What is wrong with a link of the note in this file, in French; anchors within a page are not followed."""
    target = link.target
    if target.startswith("#"):
        return None
    if _SCHEME.match(target) or target.startswith("//") or not target.strip():
        return url_fault(f"https:{target}" if target.startswith("//") else target)
    if target.lower().startswith("www."):
        return "il manque « https:// » au début"
    name = unquote(target.partition("#")[0].partition("?")[0])
    start = folder / name.lstrip("/") if name.startswith("/") else note_path.parent / name
    try:
        return None if start.exists() else "il n'y a pas de fichier de ce nom"
    except (OSError, ValueError):
        return "ce n'est pas un nom de fichier"
