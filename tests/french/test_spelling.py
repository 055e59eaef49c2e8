"""How a corpus writes its words."""

from __future__ import annotations

from assistant.french.spelling import Spelling, Spellings


def test_words_are_written_as_within_sentences() -> None:
    found = Spellings()
    found.add("Le programme DcANT. Programme de l’État !\nForum national à Lyon.")
    found.add("Un forum à Lyon, le DcANT et l'État ; « Ville » et Dijon")
    known = {spelling.word: spelling for spelling in found}
    assert known["programme"] == Spelling("programme", "programme", "programme", 2)
    assert known["dcant"].written == "DcANT"
    assert (known["état"].folded, known["état"].written) == ("etat", "État")
    assert known["forum"].written == "forum"
    assert (known["lyon"].written, known["lyon"].count) == ("Lyon", 2)


def test_no_text_no_words() -> None:
    found = Spellings()
    found.add("5 € – 2017 a")
    assert list(found) == []
