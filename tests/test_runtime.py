"""Process-wide switches: nothing leaves the machine, unless the user names a model of the hub."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from assistant import runtime

SWITCHES = {
    "ANONYMIZED_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "FASTAPI_OTEL_AUTO_CONFIGURE": "false",
    "LANGSMITH_TRACING": "false",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine says, taken away; put back by the patch."""
    for name in [*SWITCHES, "HF_HUB_OFFLINE", "OMP_WAIT_POLICY"]:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_telemetry_is_off_whatever_was_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("ANONYMIZED_TELEMETRY", "True")
    runtime.prepare()
    assert {name: os.environ[name] for name in SWITCHES} == SWITCHES


def test_the_hub_is_out_of_reach_by_default() -> None:
    runtime.prepare()
    assert os.environ["HF_HUB_OFFLINE"].upper() in {"1", "ON", "YES", "TRUE"}  # what huggingface_hub reads as yes


def test_the_hub_is_reached_for_a_model_that_the_user_names() -> None:
    runtime.prepare()  # as the command does before it reads the settings
    runtime.prepare(hub=True)
    assert os.environ["HF_HUB_OFFLINE"] == "0"


def test_a_user_who_is_offline_stays_offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    runtime.prepare(hub=True)
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_threads_do_not_spin() -> None:
    runtime.prepare()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another library keeps memory otherwise")
def test_threads_share_few_arenas_of_memory() -> None:
    code = """
import ctypes, os, threading
from assistant import runtime
{prepare}
count = 8 * (os.cpu_count() or 2)
together = threading.Barrier(count)
def hold():
    held = [bytearray(50_000) for _ in range(20)]
    together.wait()
threads = [threading.Thread(target=hold) for _ in range(count)]
for thread in threads: thread.start()
for thread in threads: thread.join()
ctypes.CDLL(None).malloc_stats()
"""
    counts = []
    for prepare in ("runtime.prepare()", ""):
        command = [sys.executable, "-c", code.format(prepare=prepare)]
        counts.append(subprocess.run(command, capture_output=True, text=True, check=True).stderr.count("Arena "))
    assert counts[0] <= max(2, os.cpu_count() or 2) < counts[1]
