"""Headings that no text follows."""

from __future__ import annotations

import pytest

from assistant.corpus.sections import empty_headings


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# A\nTexte.\n## B\nTexte.", []),
        ("# A\n## B\nTexte.", []),
        ("# A\n\n## B\n---\n# C\nTexte.", [(1, "A"), (3, "B")]),
        ("# A\nTexte.\n## B ##\n## C\nTexte.\n### D", [(3, "B"), (6, "D")]),
        ("Texte.\n#\nTexte.", []),
        ("Texte.\n# ", [(2, "")]),
        ("# A\n```\n# commentaire\n```", []),
        ("#dièse\n#1 au classement", []),
    ],
)
def test_headings_without_text(text: str, found: list[tuple[int, str]]) -> None:
    assert list(empty_headings(text)) == found
