"""What the assistant needs, looked at one thing at a time, each fault with what mends it.

checks.py     a look and what comes of it
machine.py    libraries, telemetry, clock, disk, port
files.py      folders, rights, accounts
model.py      the embedder, the reader of sentences
index.py      notes, builds, Chroma's format, what killed writers left
endpoint.py   the chat model
"""

from assistant.doctor.checks import Check, Found, look
from assistant.doctor.examining import examine

__all__ = ["Check", "Found", "examine", "look"]
