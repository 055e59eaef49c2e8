"""A CycloneDX bill of materials of what runs: `python -m deploy.sbom FILE`. Reaches no network."""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from assistant.embedding.embedded_model import weights_file
from deploy.components import Model, Package, locked

_PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def bill(packages: list[Package], model: Model) -> Bom:
    """What runs, what needs what, and the model whose weights a package carries.

    Raises:
        EmbeddingError: the package of the model is missing, or its weights are not those that we name.
    """
    weights_file()
    project: dict[str, Any] = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]
    ours = _component(project["name"], project["version"], project["license"], ComponentType.APPLICATION)
    parts = {package.name: _library(package) for package in packages}
    weights = _weights(model)
    bom = Bom(components=[*parts.values(), weights])
    bom.metadata.component = ours
    direct = {canonicalize_name(Requirement(text).name) for text in project["dependencies"]}
    bom.register_dependency(ours, [parts[name] for name in sorted(direct & set(parts))])
    for package in packages:
        needs = [parts[name] for name in package.needs]
        bom.register_dependency(parts[package.name], [*needs, *([weights] if package.name == model.package else [])])
    return bom


def _component(name: str, number: str, licence: str | None, kind: ComponentType, **more: Any) -> Component:
    licences = [LicenseFactory().make_from_string(licence)] if licence else []
    return Component(name=name, version=number, type=kind, licenses=licences, bom_ref=f"{name}@{number}", **more)


def _library(package: Package) -> Component:
    number = package.version or version(package.name)
    purl = PackageURL("pypi", name=package.name, version=number)
    return _component(package.name, number, package.licence, ComponentType.LIBRARY, purl=purl)


def _weights(model: Model) -> Component:
    return _component(
        model.name,
        model.sha256[:12],
        model.licence,
        ComponentType.MACHINE_LEARNING_MODEL,
        description="Multilingual text embeddings, 384 dimensions, weights in 4 bits",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=model.sha256)],
        properties=[Property(name="carried-by", value=f"{model.package}@{version(model.package)}")],
    )


def write(path: Path) -> None:
    """Write the bill of the run-time lock file."""
    bom = bill(locked(), Model())
    path.write_text(JsonV1Dot6(bom).output_as_string(indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m deploy.sbom FILE")
    write(Path(sys.argv[1]))
