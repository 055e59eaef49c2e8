"""How long an evaluation takes, what memory it holds, and that an interruption loses nothing:
`python -m benchmarks.evaluation [--questions 1000]`.

PIAF's questions that stand alone are put to the assistant by `assistant eval run`, interrupted at half (Ctrl-C) and
resumed. Memory is the process's resident set, read at every tenth of the way.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from assistant.evaluation.runs import read_run, run_folder
from benchmarks.data import ROOT, SHARED


def main() -> None:
    """Run, interrupt, resume, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=1000)
    count = parser.parse_args().questions
    if not (SHARED / "piaf").is_dir():
        sys.exit(f"{SHARED / 'piaf'} is missing: the measurements need the folder shared/ beside the project")
    with tempfile.TemporaryDirectory() as home:
        evals = Path(home)
        command = ["eval", "run", str(SHARED / "piaf"), "--tag", "autonome", "--limit", str(count)]
        first = sitting(command, evals, count, stop_at=count // 2)
        had = len(read_run(run_folder(evals)).results)
        second = sitting([*command, "--resume"], evals, count)
        run = read_run(run_folder(evals))
    asked = [result.case.id for result in run.results]
    print(f"{'questions':30}{len(asked)}, each once: {len(set(asked)) == len(asked) == count and run.info.complete}")
    print(f"{'kept at the interruption':30}{had}")
    print(f"{'seconds, both sittings':30}{first + second:.0f}, of which asking {run.info.seconds:.0f}")


def sitting(command: list[str], evals: Path, count: int, stop_at: int | None = None) -> float:
    """One process; prints its memory on the way. Returns wall seconds, index and loading included."""
    start, told = time.monotonic(), -1
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", *command],
        cwd=ROOT,
        env={**os.environ, "ASSISTANT_EVALS_DIR": str(evals)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored below a shell's background job
    )
    while process.poll() is None:
        time.sleep(0.2)
        files = list(evals.glob("runs/*/results.jsonl"))
        done = files[0].read_bytes().count(b"\n") if files else 0
        if done and done * 10 // count > told:
            told = done * 10 // count
            print(f"{done:>6} replies  {resident(process.pid):5.0f} MB  {time.monotonic() - start:5.0f} s", flush=True)
        if stop_at and done >= stop_at:
            process.send_signal(signal.SIGINT)
            stop_at = None
    return time.monotonic() - start


def resident(pid: int) -> float:
    """Megabytes that a process holds, 0 once it has ended."""
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
