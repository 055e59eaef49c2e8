"""deploy/: what it promises of containers, of the unit and of the image, read from the files themselves."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
#: Where the image and the unit keep what must outlast them.
KEPT = {f"/srv/{name}" for name in ("corpus", "index", "state", "cache", "evals")}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def stages() -> list[list[tuple[str, str]]]:
    """Instruction and argument, stage by stage."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    said = [(name, rest) for name, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]
    starts = [place for place, (name, _) in enumerate(said) if name == "FROM"]
    return [said[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    """Every key of the unit with its values in order."""
    found = defaultdict(list)
    for line in (DEPLOY / "assistant.service").read_text(encoding="utf-8").splitlines():
        if line and line[0] not in "#[":
            key, _, value = line.partition("=")
            found[key].append(value)
    return found


def values(stage: list[tuple[str, str]], instruction: str) -> list[str]:
    return [rest for name, rest in stage if name == instruction]


def is_setting(variable: str) -> bool:
    return variable.removeprefix(PREFIX).lower() in Settings.model_fields


def test_containers_can_do_little(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"app", "chroma", "ollama"}
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert {"mem_limit", "pids_limit", "healthcheck", "tmpfs", "init"} <= set(service), name
        assert {"privileged", "cap_add", "network_mode", "pid", "devices"} & set(service) == set(), name
        assert not [mount for mount in service["volumes"] if "docker.sock" in mount], name


def test_only_the_app_is_reached_and_only_from_the_machine(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [port for service in services.values() for port in service.get("ports", [])] == ["127.0.0.1:7860:7860"]
    assert compose["networks"]["back"]["internal"] is True
    assert services["chroma"]["networks"] == ["back"]
    gateway = compose["networks"]["front"]["ipam"]["config"][0]["gateway"]
    assert services["app"]["environment"]["ASSISTANT_TRUSTED_PROXIES"] == gateway
    assert {name for name, service in services.items() if "profiles" in service} == {"chroma", "ollama"}


def test_what_is_kept_has_a_volume(compose: dict[str, Any], stages: list[list[tuple[str, str]]]) -> None:
    mounts = [mount.split(":") for mount in compose["services"]["app"]["volumes"]]
    assert {inside for name, inside, *_ in mounts if not name.startswith(".")} == KEPT
    assert ["./secrets", str(Settings.model_fields["secrets_dir"].default), "ro"] in mounts
    (volumes,) = values(stages[-1], "VOLUME")
    assert set(yaml.safe_load(volumes)) == KEPT
    named = {mount.split(":")[0] for service in compose["services"].values() for mount in service["volumes"]}
    assert named - {"./secrets"} == set(compose["volumes"])


def test_the_variables_are_settings(
    compose: dict[str, Any], stages: list[list[tuple[str, str]]], unit: dict[str, list[str]]
) -> None:
    given = set(compose["services"]["app"]["environment"])
    given |= set(re.findall(rf"\b{PREFIX}\w+", " ".join(values(stages[-1], "ENV") + unit["Environment"])))
    assert len(given) >= 3
    assert {name for name in given if name.startswith(PREFIX) and not is_setting(name)} == set()


def test_the_image_is_built_from_the_lock_file(stages: list[list[tuple[str, str]]]) -> None:
    build, last = stages
    installs = [command for command in values(build, "RUN") if "install" in command]
    assert any("--requirement requirements.lock" in command for command in installs)
    assert installs[-1].endswith("install --no-deps .")
    assert not [command for command in values(last, "RUN") if re.search(r"pip3? install|apt|curl|wget|gcc", command)]
    assert values(last, "COPY")[0] == "--from=build /opt/venv /opt/venv"
    assert {stage[0][1] for stage in stages} == {"${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"}


def test_the_image_runs_as_nobody_in_particular(stages: list[list[tuple[str, str]]]) -> None:
    build, last = stages
    assert values(last, "USER") == ["${UID}:${UID}"]
    assert int(values(last, "ARG")[0].partition("=")[2]) > 999
    after = last[[name for name, _ in last].index("USER") :]
    assert {name for name, _ in after} == {"USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    assert "/healthz" in values(last, "HEALTHCHECK")[0]
    assert values(last, "ENTRYPOINT") == ['["assistant"]']
    said = " ".join(values(last, "ENV"))
    for switch in ("ANONYMIZED_TELEMETRY=False", "GRADIO_ANALYTICS_ENABLED=False", "HF_HUB_OFFLINE=1"):
        assert switch in said
    assert "USER" not in {name for name, _ in build}


def test_what_the_image_copies_is_sent_to_the_builder(stages: list[list[tuple[str, str]]]) -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sent = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert "!state" not in lines
    copied = {
        name
        for stage in stages
        for command in values(stage, "COPY")
        if "--from" not in command
        for name in command.split()[:-1]
        if not name.startswith("--")
    }
    assert copied == sent
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_files_name_no_host_of_a_registry() -> None:
    for path in DEPLOY.glob("[!_]*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert re.findall(r"https?://(?!assistant|127\.0\.0\.1|\$|cyclonedx)[\w.-]+", text) == [], path.name
    assert "@sha256" not in (DEPLOY / "compose.yaml").read_text(encoding="utf-8")


def test_the_unit_can_do_little(unit: dict[str, list[str]]) -> None:
    wanted = {
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "PrivateDevices": "yes",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "RestrictNamespaces": "yes",
        "UMask": "0077",
        "ReadWritePaths": "/var/lib/assistant /var/cache/assistant",
        "WorkingDirectory": "/var/lib/assistant",
        "Restart": "on-failure",
        "TimeoutStopSec": "30s",
        "MemoryMax": "3G",
        "User": "assistant",
        "IPAddressDeny": "any",
        "IPAddressAllow": "localhost",
        "SystemCallArchitectures": "native",
    }
    assert {key: unit[key] for key in wanted} == {key: [value] for key, value in wanted.items()}
    # torch writes its own code, and the type of its numbers is chosen by what /proc/cpuinfo says.
    assert {"MemoryDenyWriteExecute", "ProcSubset"} & set(unit) == set()


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze")
    text = (DEPLOY / "assistant.service").read_text(encoding="utf-8")
    copy = tmp_path / "assistant.service"
    copy.write_text(text.replace("/opt/assistant/.venv/bin/assistant", "/bin/true"), encoding="utf-8")
    verified = subprocess.run([analyze, "verify", copy], capture_output=True, text=True, timeout=30, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    scored = [analyze, "security", "--offline=true", "--threshold=15", "--no-pager", copy]
    assert subprocess.run(scored, capture_output=True, timeout=30, check=False).returncode == 0, "exposure above 1.5"


def test_hadolint_has_nothing_to_say() -> None:
    hadolint = shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("no hadolint")
    said = subprocess.run([hadolint, DEPLOY / "Dockerfile"], capture_output=True, text=True, timeout=30, check=False)
    assert (said.returncode, said.stdout) == (0, "")
