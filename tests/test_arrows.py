"""A room imports those above it, never one below: the order of the house, and every import held against it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "assistant"

#: From DESIGN.md, with the rooms that have come since. A room may import those before it.
ORDER = [
    "models",
    "listings",
    "errors",
    "language",
    "runtime",
    "secret_files",
    "settings",
    "audit",
    "access",
    "french",
    "corpus",
    "chunking",
    "embedding",
    "dates",
    "index",
    "rescoring",
    "retrieval",
    "answering",
    "chain",
    "replies",
    "serialise",
    "questions",
    "proposals",
    "feedback",
    "agenda",
    "browse",
    "assistant",
    "operations",
    "mcp_server",
    "preview",
    "desk",
    "evaluation",
    "doctor",
    "ui",
    "cli",
]
#: Names of the facade, as `from assistant import …` gives them: they live in the room "assistant".
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return "assistant" if first == "__init__.py" else first.removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    """Every room of ours that a file imports, also within functions and for type checking."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "assistant":
                found.add(parts[1] if len(parts) > 1 and parts[1] in ORDER else "assistant")
    return found


def typing_only(path: Path) -> set[str]:
    """Rooms imported for annotations alone, under `if TYPE_CHECKING`: no arrow when the program runs."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    blocks = [n for n in ast.walk(tree) if isinstance(n, ast.If) and getattr(n.test, "id", "") == "TYPE_CHECKING"]
    modules = [n.module or "" for block in blocks for n in ast.walk(block) if isinstance(n, ast.ImportFrom)]
    return {module.split(".")[1] for module in modules if module.startswith("assistant.")}


def test_every_room_has_its_place() -> None:
    assert FILES
    assert {room_of(path) for path in FILES} <= set(ORDER)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_run_downwards_only(path: Path) -> None:
    room = room_of(path)
    below = {other for other in imported_rooms(path) if ORDER.index(other) > ORDER.index(room)}
    assert below - typing_only(path) == set()


@pytest.mark.parametrize("room", ["models", "errors"])
def test_the_ground_imports_nothing_of_ours(room: str) -> None:
    assert imported_rooms(PACKAGE / f"{room}.py") == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_command_line_prints(path: Path) -> None:
    if room_of(path) in ("ui", "cli"):
        return
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    assert [call.lineno for call in calls if getattr(call.func, "id", "") in ("print", "input")] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_settings_are_read_in_one_place(path: Path) -> None:
    """By `Settings.load`, nowhere from the environment: elsewhere it is only handed on, or holds what is not ours."""
    text = path.read_text(encoding="utf-8")
    assert "assistant.settings" not in text or not re.search(r"(?<!\w)Settings\(", text)
    reads = re.findall(r"(?:environ|getenv)\W{1,6}(?:get\W+)?(?:ASSISTANT_|PREFIX|f\W+PREFIX)", text)
    assert reads == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
