"""The child process of `worker`: one document in, one line of JSON out, until its input ends.

It can open no connection, start no program and write no file: a parser that is led astray has nowhere to go.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from assistant.corpus.formats import families
from assistant.errors import DocumentError

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_FORBIDDEN = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.remove", "os.rename")


def main() -> None:
    """Serve requests on the standard streams."""
    memory, seconds = (int(argument) for argument in sys.argv[1:3])
    _bound_memory(memory << 20)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a library that prints must not end up among the answers
    sys.dont_write_bytecode = True
    sys.addaudithook(_guard)
    while line := requests.readline():
        _bound_time(seconds)
        answers.write(json.dumps(_answer(json.loads(line), requests)).encode() + b"\n")
        answers.flush()


def _answer(head: dict[str, Any], requests: BinaryIO) -> dict[str, Any]:
    data = requests.read(head["size"])
    try:
        if head["task"] == "feed":
            return {"entries": families.read_feed(data)}
        found = families.read(data, head["name"])
        return {**asdict(found), "date": str(found.date) if found.date else None}
    except DocumentError as refusal:
        return {"refused": str(refusal)}
    except MemoryError:
        return {"refused": "le document demande trop de mémoire : découpez-le ou allégez-le"}
    except RecursionError:
        return {"refused": "le fichier est abîmé ou piégé : ses éléments s'emboîtent sans fin"}
    except Exception as error:  # whatever a parser raises on a damaged file
        return {"refused": f"le fichier est abîmé ou n'est pas ce que dit son nom ({type(error).__name__})"}


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is not for parsers")
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
        raise PermissionError(f"writing {arguments[0]} is not for parsers")


def _bound_memory(size: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass  # Windows has none, macOS refuses it: the time limit is left


def _bound_time(seconds: int) -> None:
    """End this process by itself after that much computing, should its parent be gone."""
    try:
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + seconds + 1
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))
    except (ImportError, ValueError, OSError):
        pass


if __name__ == "__main__":
    main()
