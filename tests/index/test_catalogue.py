"""The catalogue: what goes in comes out, filters, and a lexical search that no question can break."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import pytest

from assistant.french.words import index_terms
from assistant.index import catalogue_writer
from assistant.index.catalogue import Catalogue, note_hash
from assistant.models import Chunk, Filters, Kind, Note, PartialDate

NOTES = [
    Note("jour", "Le jour", "Le maire de Lyon.", PartialDate(2017, 11, 20), True, Kind.EVENT, ("ville", "élus")),
    Note(
        "mois",
        "Le mois",
        "Les métropoles, la préfète.",
        PartialDate(2017, 11),
        False,
        Kind.STUDY,
        ("ville",),
        "http://a",
    ),
    Note("annee", "L'année", "La S.N.C.F. n° 2015-991.", PartialDate(2018), False, Kind.EVENT, ('« l\'"eau" »',)),
    Note("sans", "Sans date", "L’administration\u00a0: pre\u0301fe\u0300te 🏙️."),
]


def whole(note: Note) -> Chunk:
    return Chunk(f"c-{note.id}", note.id, 0, 0, len(note.text), note.text, ("Une section",), note.title)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
    catalogue_writer.write(made, NOTES, list(map(whole, NOTES)))
    return made


@pytest.fixture
def catalogue(path: Path):
    opened = Catalogue(path)
    yield opened
    opened.close()


def test_notes_and_chunks_come_back_as_they_were(catalogue: Catalogue) -> None:
    assert [catalogue.note(note.id) for note in NOTES] == NOTES
    assert catalogue.note_ids() == [note.id for note in NOTES]
    assert catalogue.chunk_ids() == [f"c-{note.id}" for note in NOTES]
    assert catalogue.chunks(catalogue.chunk_ids()) == {f"c-{note.id}": (whole(note), note) for note in NOTES}
    assert catalogue.hashes() == {note.id: note_hash(note) for note in NOTES}
    assert catalogue.chunk_count == 4


def test_notes_and_their_chunks(catalogue: Catalogue) -> None:
    assert catalogue.notes_of(["c-jour", "c-sans", "absent"]) == {"jour", "sans"}
    assert catalogue.notes_of([]) == set()
    assert catalogue.chunks_of(["mois", "absent"]) == {"c-mois": (whole(NOTES[1]), NOTES[1])}


def test_what_does_not_exist(catalogue: Catalogue) -> None:
    assert catalogue.notes(["absent", "jour", "jour"]).keys() == {"jour"}
    assert catalogue.chunks(["absent"]) == {}
    assert catalogue.chunks([]) == {}
    with pytest.raises(KeyError):
        catalogue.note("absent")


def test_more_ids_than_sqlite_takes_at_once(catalogue: Catalogue) -> None:
    assert catalogue.notes([f"absent{number}" for number in range(70_000)] + ["jour"]).keys() == {"jour"}


def test_every_change_of_a_note_changes_its_hash() -> None:
    note = NOTES[0]
    others = [
        Note("autre", *(getattr(note, name) for name in Note.__slots__[1:])),
        *(
            Note(**{name: getattr(note, name) for name in Note.__slots__} | change)
            for change in (
                {"title": "x"},
                {"text": note.text + " "},
                {"date": PartialDate(2017, 11)},
                {"date": None},
                {"date_inferred": False},
                {"kind": Kind.OTHER},
                {"themes": ("élus", "ville")},
                {"source": "http://a"},
            )
        ),
    ]
    assert len({note_hash(some) for some in [note, *others]}) == 10


def passing(catalogue: Catalogue, **filters: object) -> set[str]:
    wanted = Filters(**filters)  # type: ignore[arg-type]
    found = catalogue.allowed(wanted)
    assert catalogue.allowed_count(wanted) == len(found)
    assert catalogue.allowed_of([*catalogue.chunk_ids(), "absent"], wanted) == found
    assert catalogue.allowed_of([], wanted) == set()
    return {key.removeprefix("c-") for key in found}


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ({Kind.EVENT}, {"jour", "annee"}),
        ({Kind.EVENT, Kind.STUDY}, {"jour", "annee", "mois"}),
        ({Kind.OTHER}, {"sans"}),
        ({Kind.PROGRAMME}, set()),
        (set(), {"jour", "mois", "annee", "sans"}),
    ],
)
def test_filter_by_kind(catalogue: Catalogue, kinds: set[Kind], expected: set[str]) -> None:
    assert passing(catalogue, kinds=frozenset(kinds)) == expected


@pytest.mark.parametrize(
    ("themes", "expected"),
    [
        ({"ville"}, {"jour", "mois"}),
        ({"élus"}, {"jour"}),
        ({"élus", "ville"}, {"jour", "mois"}),
        ({'« l\'"eau" »'}, {"annee"}),
        ({"vill"}, set()),
        ({"%"}, set()),
        ({"' OR 1 --"}, set()),
    ],
)
def test_filter_by_theme(catalogue: Catalogue, themes: set[str], expected: set[str]) -> None:
    assert passing(catalogue, themes=frozenset(themes)) == expected


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2017-11-20", "2017-11-20", {"jour", "mois"}),
        ("2017-11-21", None, {"mois", "annee"}),
        ("2017-12-01", None, {"annee"}),
        (None, "2017-11-19", {"mois"}),
        (None, "2017-10-31", set()),
        (None, "2018-01-01", {"jour", "mois", "annee"}),
        ("2018-12-31", None, {"annee"}),
        ("2019-01-01", None, set()),
        ("2017-11-30", "2017-11-01", {"mois"}),
    ],
)
def test_filter_by_date_bounds_included(
    catalogue: Catalogue, since: str | None, until: str | None, expected: set[str]
) -> None:
    bounds = {"since": since and date.fromisoformat(since), "until": until and date.fromisoformat(until)}
    assert passing(catalogue, **bounds) == expected
    assert "sans" not in expected, "a note without date passes no date filter"


def test_filters_together(catalogue: Catalogue) -> None:
    found = passing(catalogue, kinds=frozenset({Kind.EVENT}), themes=frozenset({"ville"}), since=date(2017, 1, 1))
    assert found == {"jour"}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("maire", ["jour"]),
        ("la metropole", ["mois"]),
        ("SNCF", ["annee"]),
        ("2015-991", ["annee"]),
        ("préfète", ["mois", "sans"]),
        ("l'administration", ["sans"]),
        ("section", ["annee", "jour", "mois", "sans"]),
        ("sans date", ["sans"]),
        ("introuvable", []),
    ],
)
def test_words_find_their_chunks(catalogue: Catalogue, question: str, expected: list[str]) -> None:
    scores = catalogue.lexical_scores(index_terms(question).split(), 10)
    assert sorted(key.removeprefix("c-") for key in scores) == expected
    assert list(scores.values()) == sorted(scores.values(), reverse=True)


@pytest.mark.parametrize(
    "question",
    [
        *("", '"', "'", '""', "maire OR", "AND", "NOT maire", "NEAR(maire lyon)", "terms:maire", "maire*", "^maire"),
        *("(maire", "maire)", "-maire", "maire -lyon", "{maire}", "; DROP TABLE notes", "\\", "%_", "\x00", "🏙️", "*"),
        *("a" * 2000, "maire " * 300, '"maire" + "lyon"', "2,5/3-1.7"),
    ],
)
def test_no_question_breaks_the_search(catalogue: Catalogue, question: str) -> None:
    terms = index_terms(question).split()
    scores = catalogue.lexical_scores(terms, 10)
    assert ("c-jour" in scores) == ("mair" in terms)
    assert all(count > 0 for count in catalogue.document_frequencies(terms).values())


@pytest.mark.parametrize("term", ["OR", "*", "(", "a b", "'"])
def test_even_raw_terms_do_not_break_it(catalogue: Catalogue, term: str) -> None:
    assert catalogue.lexical_scores([term], 10) == {}


def test_the_limit_keeps_the_best(catalogue: Catalogue) -> None:
    everything = catalogue.lexical_scores(["section"], 10)
    assert list(catalogue.lexical_scores(["section"], 2)) == list(everything)[:2]


def test_document_frequencies(catalogue: Catalogue) -> None:
    assert catalogue.document_frequencies(["section", "mair", "absent"]) == {"section": 4, "mair": 1}


def test_threads_may_share_it(catalogue: Catalogue) -> None:
    failures: list[BaseException] = []

    def read() -> None:
        try:
            for note in NOTES * 20:
                assert catalogue.note(note.id) == note
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_it_is_never_written(path: Path, catalogue: Catalogue) -> None:
    before = path.read_bytes()
    catalogue.lexical_scores(["mair"], 5)
    assert path.read_bytes() == before
    assert sorted(some.name for some in path.parent.iterdir()) == ["catalogue.sqlite"]
