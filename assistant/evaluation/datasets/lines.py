"""Files of other formats -> objects with their places."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.errors import CaseError, french_reason


def json_of(path: Path) -> Any:
    """The value of a JSON file.

    Raises:
        CaseError: it cannot be read, or is no JSON.
    """
    text = text_of(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise CaseError(f"{path}:{error.lineno} : ce n'est pas du JSON (caractère {error.colno}).") from None
    except RecursionError:
        raise CaseError(f"{path} : ce JSON a trop de niveaux.") from None


def json_lines(path: Path) -> Iterator[tuple[str, Any]]:
    """The value of each line that is not blank, after its place.

    Raises:
        CaseError: the file cannot be read, or a line is no JSON.
    """
    for number, line in enumerate(text_of(path).split("\n"), start=1):
        if line.strip():
            try:
                yield f"{path}:{number}", json.loads(line)
            except (json.JSONDecodeError, RecursionError):
                raise CaseError(f"{path}:{number} : ce n'est pas du JSON.") from None


def table_rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The cells of each line of a file with tabs, after its place."""
    for number, row in enumerate(csv.reader(text_of(path).split("\n"), delimiter="\t"), start=1):
        if row:
            yield f"{path}:{number}", row


def text_of(path: Path) -> str:
    """The text of a file, without a byte order mark.

    Raises:
        CaseError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CaseError(f"Le fichier {path} n'est pas en UTF-8.") from None
    except OSError as error:
        raise CaseError(f"Le fichier {path} ne peut pas être lu : {french_reason(error)}.") from None
