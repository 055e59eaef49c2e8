"""The language that members read: French in the code, translated where it is shown, by gettext."""

from __future__ import annotations

import gettext
from enum import StrEnum
from pathlib import Path

_FOLDER = Path(__file__).parent / "locale"
_DOMAIN = "members"


class Language(StrEnum):
    """What members may read."""

    FRENCH = "fr"
    ENGLISH = "en"


class _Current:
    """One a process: an installation speaks one language, whichever thread answers."""

    def __init__(self) -> None:
        self.language = Language.FRENCH
        self.words: gettext.NullTranslations = gettext.NullTranslations()


_current = _Current()


def use(language: Language) -> None:
    """Speak this language from now on, in the whole process."""
    _current.language = language
    if language is Language.FRENCH:
        _current.words = gettext.NullTranslations()
    else:
        _current.words = gettext.translation(_DOMAIN, _FOLDER, [language.value])


def current() -> Language:
    """The language spoken now."""
    return _current.language


def tr(french: str) -> str:
    """The text in the language spoken now. Call it where the text is shown, never when a module is imported.

    `tests/test_language.py` gathers what it is given: a text, or a constant of a module that holds texts.
    """
    return _current.words.gettext(french)


def quoted(text: str) -> str:
    """Words that are not ours, between the marks of the language spoken now."""
    return tr("« {text} »").format(text=text)
