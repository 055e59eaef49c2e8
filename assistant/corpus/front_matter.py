"""One file's text -> its front matter fields and its body, with the line of every fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from assistant.models import Kind, Note, PartialDate

FIELDS = ("id", "title", "date", "date_inferred", "kind", "themes", "source", "author", "original", "sha256")
# libyaml's own parser reads ten times as fast; the wheels of PyYAML bring it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FENCED = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*$\n?(.*)", re.DOTALL | re.MULTILINE)
_ID = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Field:
    """The raw text of one value (a tuple for a list) and its line in the file, from 1."""

    value: str | tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a note comes from. Answers do not use it: it is no part of `Note`, and the index does not follow it.

    `original` is the path of the kept document below the corpus folder, `sha256` that of its bytes.
    """

    author: str | None = None
    original: str | None = None
    sha256: str | None = None


class FrontMatterError(ValueError):
    """Faults of one file: `(line, French message)` pairs, line 0 for the whole file."""

    def __init__(self, faults: list[tuple[int, str]]) -> None:
        super().__init__("; ".join(message for _, message in faults))
        self.faults = faults


def parse_note(text: str) -> Note:
    """Read one note from the text of its file; `Note.text` is the body without blank lines at either end.

    Raises:
        FrontMatterError: with every fault of the file at once.
    """
    fields, body = split(text)
    faults = list(_faults(fields))
    if not body.strip():
        faults.append((0, "la note est vide : il n'y a pas de texte après l'en-tête"))
    if faults:
        raise FrontMatterError(sorted(faults))
    return _build(fields, body.strip("\n \t"))


def parse_origin(text: str) -> Origin:
    """What the front matter of a file says of the note's origin; nothing where it cannot be read."""
    try:
        fields, _ = split(text)
    except FrontMatterError:
        return Origin()
    values = {name: fields[name].value for name in ("author", "original", "sha256") if name in fields}
    return Origin(**{name: value or None for name, value in values.items() if isinstance(value, str)})


def split(text: str) -> tuple[dict[str, Field], str]:
    """Cut a file into its fields and its body; line ends become line feeds, a byte order mark is dropped.

    Raises:
        FrontMatterError: there is no front matter, or it is no YAML mapping of plain values.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    match = _FENCED.match(text)
    if match is None:
        raise FrontMatterError([(1, "l'en-tête manque : la note doit commencer par un bloc entre deux lignes « --- »")])
    try:
        node = yaml.compose(match[1], Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise FrontMatterError([(line, f"l'en-tête n'est pas du YAML valide ({_french(error)})")]) from None
    if not isinstance(node, yaml.MappingNode):
        raise FrontMatterError([(2, "l'en-tête doit être une suite de lignes « nom: valeur »")])
    return _fields(node), match[2]


def _french(error: yaml.YAMLError) -> str:
    if "mapping values are not allowed" in str(error):
        return "deux-points dans une valeur : mettez-la entre guillemets"
    if isinstance(error, yaml.reader.ReaderError):
        return "un caractère invisible s'y trouve : retapez la ligne"
    return "vérifiez les guillemets, les crochets et les deux-points"


def _fields(node: yaml.MappingNode) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    faults = []
    for key, value in node.value:
        line = key.start_mark.line + 2
        read = _value(value)
        if not isinstance(key, yaml.ScalarNode):
            faults.append((line, "un nom de champ doit être un mot"))
        elif read is None:
            faults.append((line, f"la valeur de « {key.value} » doit être un texte ou une liste de textes"))
        elif key.value in fields:
            faults.append((line, f"le champ « {key.value} » est donné deux fois"))
        else:
            fields[key.value] = Field(read, line)
    if faults:
        raise FrontMatterError(faults)
    return fields


def _value(node: yaml.Node) -> str | tuple[str, ...] | None:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value).strip()
    if isinstance(node, yaml.SequenceNode) and all(isinstance(item, yaml.ScalarNode) for item in node.value):
        return tuple(str(item.value).strip() for item in node.value)
    return None


def _faults(fields: dict[str, Field]) -> Iterator[tuple[int, str]]:
    for name in ("id", "title"):
        if name not in fields or not fields[name].value:
            yield fields[name].line if name in fields else 1, f"le champ « {name} » manque"
    for name, field in fields.items():
        if name not in FIELDS:
            yield field.line, f"champ inconnu « {name} » (champs possibles : {', '.join(FIELDS)})"
        elif message := _wrong(name, field.value):
            yield field.line, message
    if "date_inferred" in fields and "date" not in fields:
        yield fields["date_inferred"].line, "« date_inferred » est donné sans « date »"


def is_id(text: str) -> bool:
    """Whether a text may be the id of a note."""
    return _ID.fullmatch(text) is not None


def _wrong(name: str, value: str | tuple[str, ...]) -> str | None:
    if name == "themes":
        return None if isinstance(value, tuple) else "« themes » doit être une liste : [numérique, innovation]"
    if not isinstance(value, str):
        return f"« {name} » doit être un texte, pas une liste"
    if name == "id" and value and not is_id(value):
        return f"« id » n'admet que minuscules sans accent, chiffres et tirets, reçu « {value} »"
    if name == "date":
        return _wrong_date(value)
    if name == "date_inferred" and value not in ("true", "false"):
        return f"« date_inferred » vaut true ou false, reçu « {value} »"
    if name == "kind" and value not in tuple(Kind):
        return f"« kind » vaut {', '.join(Kind)} ; reçu « {value} »"
    if name == "source" and not re.match(r"https?://\S+$", value):
        return f"« source » doit être une adresse http(s), reçu « {value} »"
    if name == "sha256" and not re.fullmatch("[0-9a-f]{64}", value):
        return f"« sha256 » est une somme de contrôle de 64 caractères, reçu « {value} »"
    return None


def _wrong_date(value: str) -> str | None:
    try:
        PartialDate.from_iso(value)
    except ValueError:
        return f"« date » s'écrit AAAA, AAAA-MM ou AAAA-MM-JJ et doit exister, reçu « {value} »"
    return None


def _build(fields: dict[str, Field], body: str) -> Note:
    def text(name: str) -> str | None:
        value = fields[name].value if name in fields else None
        return value if isinstance(value, str) else None

    themes = fields["themes"].value if "themes" in fields else ()
    written = text("date")
    return Note(
        id=text("id") or "",
        title=text("title") or "",
        text=body,
        date=PartialDate.from_iso(written) if written else None,
        date_inferred=text("date_inferred") == "true",
        kind=Kind(text("kind") or Kind.OTHER),
        themes=tuple(themes),
        source=text("source"),
    )
