"""The child that reads: bounded in time and memory, replaced when it dies, light, and able to do nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.corpus.formats import MAX_BYTES, Extractor, extract
from assistant.errors import CorpusError, DocumentError
from assistant.models import PartialDate
from benchmarks.hostile import many_pages
from tests.documents import PAGE, docx, word_paragraph


@pytest.fixture
def extractor():
    with Extractor() as made:
        yield made


def pid(extractor: Extractor) -> int:
    assert extractor._child
    return extractor._child.pid


def test_one_child_reads_many_documents(extractor: Extractor) -> None:
    assert extractor.extract(PAGE.encode(), "p.html").date == PartialDate(2019, 5, 3)
    first = pid(extractor)
    with pytest.raises(DocumentError, match="ne contient pas de texte"):
        extractor.extract(b"...", "a.txt")
    assert extractor.extract(docx(word_paragraph("Un mot.")), "a.docx").text == "Un mot."
    assert pid(extractor) == first


def test_a_refusal_is_an_error_of_the_corpus() -> None:
    with pytest.raises(CorpusError, match="le fichier est vide"):
        extract(b"", "a.txt")
    with pytest.raises(DocumentError, match="trop gros : 50 Mo, 50 au plus"):
        extract(b"a" * (MAX_BYTES + 1), "a.txt")


def test_a_reader_that_takes_too_long_is_stopped_and_replaced() -> None:
    with Extractor(time_limit=1.0) as extractor:
        data = many_pages()
        start = time.monotonic()
        with pytest.raises(DocumentError, match="prend plus de 1 secondes"):
            extractor.extract(data, "long.pdf")
        assert time.monotonic() - start < 5
    with Extractor() as extractor:
        assert extractor.extract(b"Encore.", "a.txt").text == "Encore."


def test_a_child_that_dies_is_replaced(extractor: Extractor) -> None:
    extractor.extract(b"Un.", "a.txt")
    first = pid(extractor)
    os.kill(first, signal.SIGKILL)
    assert extractor.extract(b"Deux.", "a.txt").text == "Deux."
    assert pid(extractor) != first


def test_a_child_that_dies_while_it_reads_is_a_refusal(extractor: Extractor) -> None:
    data = many_pages(2_000)
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(extractor.extract, data, "long.pdf")
        while extractor._child is None:
            time.sleep(0.01)
        time.sleep(0.3)
        os.kill(pid(extractor), signal.SIGKILL)
        with pytest.raises(DocumentError, match="s'est arrêtée brutalement"):
            reading.result()
    assert extractor.extract(b"Deux.", "a.txt").text == "Deux."


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound it")
def test_memory_is_bounded() -> None:
    with Extractor(memory_limit=120) as extractor:
        with pytest.raises(DocumentError, match="mémoire"):
            extractor.extract(b"un mot\n" * 2_000_000, "a.txt")
        assert extractor.extract(b"Encore.", "a.txt").text == "Encore."


def test_threads_take_turns(extractor: Extractor) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: extractor.extract(f"Texte {n}.".encode(), "a.txt").text, range(20)))
    assert found == [f"Texte {n}." for n in range(20)]


def test_the_child_ends_with_its_parent() -> None:
    script = (
        "from assistant.corpus.formats import Extractor; e = Extractor(); e.extract(b'Un.', 'a.txt'); "
        "print(e._child.pid, flush=True); import os; os._exit(1)"
    )
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=False)
    child = int(done.stdout)
    for _ in range(100):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return  # a container without a reaper
        time.sleep(0.05)
    pytest.fail("the child goes on")


def test_the_child_loads_no_model() -> None:
    script = (
        "import sys; from assistant.corpus.formats import child, families\n"
        "families.read(sys.stdin.buffer.read(), 'p.html')\n"
        "print([m for m in ('torch', 'chromadb', 'langchain', 'gradio', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], input=PAGE.encode(), capture_output=True, check=True)
    assert done.stdout == b"[]\n"


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "open('/tmp/never', 'w')",
        "import pathlib; pathlib.Path('/tmp/never').write_bytes(b'x')",
        "import os; os.unlink('/tmp/never')",
    ],
)
def test_the_child_can_do_nothing_else(attempt: str) -> None:
    script = f"import sys; from assistant.corpus.formats.child import _guard; sys.addaudithook(_guard)\n{attempt}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is not for parsers" in done.stderr
