"""What a start loads, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys


def _printed(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_gradio_is_imported_without_mcp_which_stays_importable() -> None:
    code = (
        "import sys; from assistant.runtime import prepare; prepare(); "
        "from assistant.ui.starting import import_gradio; import_gradio(); "
        "print([name for name in ('gradio', 'mcp') if name in sys.modules]); "
        "import mcp.server; print(mcp.server.__name__)"
    )
    assert _printed(code) == "['gradio']\nmcp.server"


def test_mcp_that_is_there_already_is_left_alone() -> None:
    code = (
        "import sys, mcp; from assistant.runtime import prepare; prepare(); "
        "from assistant.ui.starting import import_gradio; import_gradio(); print(sys.modules['mcp'] is mcp)"
    )
    assert _printed(code) == "True"


def test_chroma_needs_no_grammar_of_addresses() -> None:
    # jsonschema loads it for Chroma wherever it is installed, and it takes .7 s.
    assert _printed("import sys, chromadb; print('rfc3987_syntax' in sys.modules)") == "False"
