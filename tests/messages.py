"""The texts that `tr` is given, gathered from the code, and the catalogue of their English.

`python -m tests.messages` writes it anew, keeps the translations that are there, and names the texts that have none
yet; `python -m tests.messages new.json` also puts in those of a JSON object, French -> English.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "assistant"
CATALOGUE = PACKAGE / "locale" / "en" / "LC_MESSAGES" / "members.po"
_FRENCH = re.compile(r"[À-ÖØ-öø-ÿ]|\w’\w|«\s|\s»")
_HEADER = {
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
}


class UnclearError(Exception):
    """An argument of `tr` of which the code does not tell what texts it can be."""


@dataclass(frozen=True)
class Module:
    """One file: its tree, the constants at its top, and what it imports of ours: name -> (module, name or None)."""

    path: Path
    tree: ast.Module
    constants: dict[str, ast.expr] = field(default_factory=dict)
    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Module:
        """Parse a file."""
        made = cls(path, ast.parse(path.read_text(encoding="utf-8")))
        for node in made.tree.body:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    made.constants.update(_bound(target, node.value))
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                made.constants[node.target.id] = node.value
        for node in ast.walk(made.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("assistant"):
                for alias in node.names:
                    made.imports[alias.asname or alias.name] = (str(node.module), alias.name)
        return made

    def texts_of(self, name: str) -> set[str]:
        """The texts of a constant, here or where it is imported from."""
        if name in self.constants:
            return strings(self.constants[name])
        if name in self.imports:
            module, original = self.imports[name]
            return _module(module).texts_of(str(original))
        raise UnclearError(name)


def _bound(target: ast.expr, value: ast.expr) -> dict[str, ast.expr]:
    """Name -> what an assignment binds it to; of `A, B = "Un", "Deux"` each its own."""
    if isinstance(target, ast.Name):
        return {target.id: value}
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=False)
        return {name: bound for one, other in pairs for name, bound in _bound(one, other).items()}
    return {}


def _module(dotted: str) -> Module:
    path = ROOT.joinpath(*dotted.split("."))
    return Module.read(path / "__init__.py" if path.is_dir() else path.with_suffix(".py"))


def strings(node: ast.expr) -> set[str]:
    """The texts of a constant: of a dictionary its values, of a collection what it holds."""
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) and node.value else set()
    if isinstance(node, ast.Dict):
        return set[str]().union(*map(strings, node.values))
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return set[str]().union(*map(strings, node.elts))
    if isinstance(node, ast.Starred):
        return strings(node.value)
    if isinstance(node, ast.Call):
        return set[str]().union(*map(strings, node.args))
    return set()


def _given(node: ast.expr, module: Module, loops: dict[str, ast.expr]) -> set[str]:
    """What an argument of `tr` can be: a text, one of two, a constant or a part of it, or what loops over one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return _given(node.body, module, loops) | _given(node.orelse, module, loops)
    if isinstance(node, ast.Subscript):
        return _given(node.value, module, loops)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _given(node.func.value, module, loops)  # a constant's .get(), .values() or .items()
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in module.imports:
        parent, name = module.imports[node.value.id]
        return _module(f"{parent}.{name}").texts_of(node.attr)
    if isinstance(node, ast.Name) and node.id in loops:
        return _given(loops[node.id], module, {name: over for name, over in loops.items() if name != node.id})
    if isinstance(node, ast.Name):
        return module.texts_of(node.id)
    raise UnclearError(ast.unparse(node))


def _calls(node: ast.AST, loops: dict[str, ast.expr]) -> Iterator[tuple[ast.Call, dict[str, ast.expr]]]:
    """Every `tr(…)` with the loops around it: name -> what it runs over."""
    over: list[tuple[ast.expr, ast.expr]] = []
    if isinstance(node, ast.For):
        over = [(node.target, node.iter)]
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        over = [(part.target, part.iter) for part in node.generators]
    names = {n.id: it for target, it in over for n in ast.walk(target) if isinstance(n, ast.Name)}
    inside = {**loops, **names}
    if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "tr":
        yield node, inside
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, inside)


@dataclass(frozen=True)
class Gathered:
    """Text -> the files that show it; and the calls whose texts are unclear."""

    texts: dict[str, list[str]]
    unclear: list[str]


def gather(package: Path = PACKAGE) -> Gathered:
    """All texts given to `tr` in a package."""
    found = Gathered({}, [])
    for path in sorted(package.rglob("*.py")):
        module, where = Module.read(path), path.relative_to(package.parent).as_posix()
        for call, loops in _calls(module.tree, {}):
            try:
                texts = _given(call.args[0], module, loops)
            except (UnclearError, FileNotFoundError) as error:
                found.unclear.append(f"{where}:{call.lineno}: tr({error})")
                continue
            for text in texts:
                if where not in found.texts.setdefault(text, []):
                    found.texts[text].append(where)
    return found


def unwrapped(path: Path, texts: Container[str], passed_over: Container[str] = ()) -> list[str]:
    """The literals of a file that look French and are not given to `tr`; not those of the functions passed over, nor
    what is logged: operators read French.

    French that has no accent, no French apostrophe and no quotation mark is not seen.
    """
    found = []

    def look(node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in passed_over:
            return
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("logger."):
            return
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value not in texts and _FRENCH.search(node.value):
                found.append(f"{path.name}:{node.lineno}: {node.value!r}")
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):  # a docstring
            for child in ast.iter_child_nodes(node):
                look(child)

    look(ast.parse(path.read_text(encoding="utf-8")))
    return found


def written(gathered: Gathered, known: dict[str, str]) -> polib.POFile:
    """The catalogue of the texts, with the translations that are known; those of one file stand together."""
    catalogue = polib.POFile(wrapwidth=118)
    catalogue.metadata = dict(_HEADER)
    for text, files in sorted(gathered.texts.items(), key=lambda item: (item[1][0], item[0])):
        entry = polib.POEntry(msgid=text, msgstr=known.get(text, ""), occurrences=[(name, "") for name in files])
        if placeholders(text):
            entry.flags = ["python-brace-format"]
        catalogue.append(entry)
    return catalogue


def placeholders(text: str) -> set[str]:
    """The names of what `format` puts in."""
    return set(re.findall(r"\{([a-z_]+)\}", text))


def known() -> dict[str, str]:
    """The translations that the catalogue has."""
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(CATALOGUE))} if CATALOGUE.exists() else {}


def main(paths: list[str]) -> None:
    """Write the catalogue and what it compiles to, with the translations of these files; say what is left to do."""
    new = [json.loads(Path(path).read_text(encoding="utf-8")) for path in paths]
    gathered = gather()
    catalogue = written(gathered, known() | {french: english for some in new for french, english in some.items()})
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))
    catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    for problem in gathered.unclear:
        print(f"unclear: {problem}")
    for entry in catalogue.untranslated_entries():
        print(f"untranslated: {entry.msgid!r} ({', '.join(name for name, _ in entry.occurrences)})")
    print(f"{len(catalogue)} texts, {len(catalogue.untranslated_entries())} untranslated")


if __name__ == "__main__":
    main(sys.argv[1:])
