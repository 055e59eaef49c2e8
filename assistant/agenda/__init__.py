"""Events found in the notes: what a sentence says takes place, and when. Nothing is made up: each has its span.

lexicon.py     the words of events, and those that give another meaning to a date
sentences.py   a note -> its dated event sentences; which date belongs to which noun
naming.py      what an event is called
merging.py     told twice -> once
reading.py     a note -> events
shelf.py       a build -> its events, read once; those wanted
"""

from assistant.agenda.reading import events_of
from assistant.agenda.shelf import EventShelf, Shelves

__all__ = ["EventShelf", "Shelves", "events_of"]
