"""Which proposals are kept: none that was asked already, spread over the notes, one in three without an answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice, zip_longest

from assistant.evaluation.proposing.proposal import Proposal

_ANSWERED_IN_A_ROW = 2


def chosen(proposals: Iterable[Proposal], known: Collection[tuple[str, ...]], limit: int) -> list[Proposal]:
    """At most so many, in an order that depends on nothing else: one of each note in turn, in the order given."""
    fresh = list(_fresh(proposals, set(known)))
    answered = _in_turn([each for each in fresh if each.quote])
    silent = _in_turn([each for each in fresh if not each.quote])
    return list(islice(_mixed(answered, silent), limit))


def _fresh(proposals: Iterable[Proposal], known: set[tuple[str, ...]]) -> Iterator[Proposal]:
    for each in proposals:
        if each.key not in known and not each.gives_itself_away:
            known.add(each.key)
            yield each


def _in_turn(proposals: Iterable[Proposal]) -> Iterator[Proposal]:
    """The first of each note, then the second of each; of one note, its sorts of questions in turn."""
    by_note: dict[str, dict[str, list[Proposal]]] = {}
    for each in proposals:
        by_note.setdefault(each.note.id, {}).setdefault(each.kind, []).append(each)
    yield from _rounds([list(_rounds(sorts.values())) for sorts in by_note.values()])


def _rounds(rows: Iterable[list[Proposal]]) -> Iterator[Proposal]:
    for round_ in zip_longest(*rows):
        yield from (each for each in round_ if each is not None)


def _mixed(answered: Iterator[Proposal], silent: Iterator[Proposal]) -> Iterator[Proposal]:
    """Those without an answer never outnumber half of the others."""
    while row := list(islice(answered, _ANSWERED_IN_A_ROW)):
        yield from row
        yield from islice(silent, len(row) // _ANSWERED_IN_A_ROW)
