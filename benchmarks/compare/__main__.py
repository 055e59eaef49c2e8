"""Put the same notes and cases to our assistant and to other systems, and print one table.

    .venv/bin/python -m benchmarks.compare                      # both corpora, without a chat model
    .venv/bin/python -m benchmarks.compare --answers 12 --chat-url http://127.0.0.1:8081/v1    # then answers with one

Each system runs in an environment of its own below `benchmarks/.made/compare/`, made at the first run, which takes the
network and about 15 GB of disk. What was said is kept there too; a system is asked only what it has not been asked on
the same inputs.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.compare.environments import BY_NAME, ENTRIES
from benchmarks.compare.inputs import CORPORA
from benchmarks.compare.model import portable_model
from benchmarks.compare.report import Tabled, report
from benchmarks.compare.running import Run, run_all
from benchmarks.data import MADE


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is asked for, then print the table and write it beside what was said."""
    options = _options().parse_args(arguments)
    entries = [BY_NAME[name] for name in options.systems]
    tabled = []
    for run in _runs(options):
        found = {e.name: run.lines(e) for e in entries} if options.report_only else run_all(run, entries, options.fresh)
        tabled.append(Tabled.of(run, entries, found))
    text = report(tabled)
    print(f"\n{text}")
    (options.made / "table.md").write_text(text + "\n", encoding="utf-8")


def _runs(options: argparse.Namespace) -> list[Run]:
    made: Path = options.made
    corpora = [options.corpus] if options.corpus else list(CORPORA)
    runs = [Run(CORPORA[name]().limited(options.questions), made, portable_model(made)) for name in corpora]
    if options.answers:
        if not options.chat_url:
            raise SystemExit("--answers needs --chat-url: the address of an OpenAI-compatible endpoint")
        chat = {"url": options.chat_url, "model": options.chat_model}
        inputs = CORPORA[options.corpus or "seed"]().alone().limited(options.answers)
        runs.append(Run(inputs, made, portable_model(made), chat))
    for run in runs:
        run.inputs.write(run.folder)
    return runs


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [entry.name for entry in ENTRIES]
    parser.add_argument("--systems", nargs="+", choices=names, default=names, help="which of them; all by default")
    parser.add_argument("--corpus", choices=list(CORPORA), help="which notes and cases; both by default")
    parser.add_argument("--questions", type=int, help="so many cases, spread over all; all by default")
    parser.add_argument("--answers", type=int, help="then so many of them with the chat model")
    parser.add_argument("--chat-url", help="an OpenAI-compatible endpoint, such as http://127.0.0.1:8081/v1")
    parser.add_argument("--chat-model", default="local", help="the name of the model there")
    parser.add_argument("--fresh", action="store_true", help="ask everything anew")
    parser.add_argument("--report-only", action="store_true", help="ask nothing: the table of what was said")
    parser.add_argument("--made", type=Path, default=MADE / "compare", help="where environments and replies are kept")
    return parser


if __name__ == "__main__":
    main()
