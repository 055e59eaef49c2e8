"""The text of a note -> the same with some fields changed: only their lines differ."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import yaml

from assistant import audit
from assistant.corpus.files import NoteFile, declared_id, replace_file
from assistant.corpus.front_matter import FIELDS, FrontMatterError, is_id, parse_note, split
from assistant.errors import CorpusError, Fault
from assistant.models import Note

Value = str | tuple[str, ...] | None
_LINE_END = re.compile(r"\r\n|\n|\r")
_COMMENT = re.compile(r"\s*#")
_UNWRITTEN = ("Cc", "Cs", "Zl", "Zp")  # control characters, halves of characters, separators of lines


def edit_fields(text: str, changes: Mapping[str, Value]) -> str:
    """The text of a note's file with these fields set, or taken out where the value is None.

    Comments, the order of the fields, line ends and the body stay to the byte; a new field comes in the order of
    `FIELDS`. A field that already has the value keeps its lines.

    Raises:
        FrontMatterError: the text is no note, a field cannot have this value, or the id would change.
    """
    fields, body = split(text)
    present = {name: field.value for name, field in fields.items()}
    wanted = {name: _trimmed(value) for name, value in changes.items()}
    if "id" in wanted and wanted["id"] != present.get("id"):
        raise FrontMatterError([(fields["id"].line if "id" in fields else 1, _SAME_ID)])
    after = text
    for name, value in wanted.items():
        if value != present.get(name):
            after = _with_field(after, name, value)
    _ensure(after, {name: value for name, value in {**present, **wanted}.items() if value is not None}, body)
    parse_note(after)
    return after


def replace_body(text: str, body: str) -> str:
    """The text of a note's file with another body, in the file's own line ends; the front matter stays to the byte.

    Raises:
        FrontMatterError: the text has no front matter.
    """
    split(text)
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    last = next(number for number, line in enumerate(lines) if number and line.rstrip() == "---")
    plain = _LINE_END.sub("\n", body.strip("\r\n \t")) + "\n"
    return "".join(lines[: last + 1]) + plain.replace("\n", _line_end(lines[0]))


_SAME_ID = "l'id d'une note ne change jamais : les citations y renvoient"


def _trimmed(value: Value) -> Value:
    """On one line, without control characters; None for nothing."""
    if isinstance(value, tuple):
        return tuple(item for item in map(_line, value) if item) or None
    return _line(value or "") or None


def _line(text: str) -> str:
    return "".join(" " if unicodedata.category(c) in _UNWRITTEN else c for c in text).strip()


def _ensure(text: str, expected: Mapping[str, Value], body: str) -> None:
    """That nothing but what was asked has changed, whatever YAML the front matter is written in."""
    try:
        fields, found = split(text)
    except FrontMatterError:
        fields, found = {}, ""
    if ({name: field.value for name, field in fields.items()}, found) != (expected, body):
        raise FrontMatterError([(2, "cet en-tête est d'une forme que seul un éditeur de texte peut modifier")])


def _with_field(text: str, name: str, value: Value) -> str:
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    nodes = {key.value: (key, node) for key, node in _mapping(text).value}
    if name in nodes:
        key, node = nodes[name]
        first, last, column = key.start_mark.line + 1, *_end(node, lines)
        comment = lines[last][column:].strip()
        kept = _comments(lines[first : last + 1]) if isinstance(node, yaml.SequenceNode) else []
        end = _line_end(lines[last])
    else:
        first = _place(nodes, name, lines)
        last, comment, kept, end = first - 1, "", [], _line_end(lines[0])
    written = [] if value is None else [f"{name}: {_written(name, value)}"]
    if comment:
        written = [f"{written[0]} {comment}"] if written else [comment]
    return "".join([*lines[:first], *(line + end for line in written), *kept, *lines[last + 1 :]])


def _mapping(text: str) -> yaml.MappingNode:
    """The front matter's node; its line n is line n + 1 of the file, counted from 0."""
    plain = _LINE_END.sub("\n", text.removeprefix("\ufeff"))
    head = plain.split("\n", 1)[1]
    node = yaml.compose(re.split(r"^---[ \t]*$", head, maxsplit=1, flags=re.MULTILINE)[0], Loader=yaml.SafeLoader)
    assert isinstance(node, yaml.MappingNode)
    return node


def _end(node: yaml.Node, lines: list[str]) -> tuple[int, int]:
    """The line and the column where a value ends; blank and comment lines after it are not its own."""
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _end(node.value[-1], lines)
    line, column = node.end_mark.line + 1, node.end_mark.column
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        line -= 1
        while not lines[line].strip():
            line -= 1
        column = len(lines[line])
    return line, column


def _comments(lines: list[str]) -> list[str]:
    return [line for line in lines if _COMMENT.match(line)]


def _place(nodes: Mapping[str, tuple[yaml.Node, yaml.Node]], name: str, lines: list[str]) -> int:
    """The line before which a new field goes: after the last present field that comes before it in `FIELDS`."""
    order = {field: rank for rank, field in enumerate(FIELDS)}
    before = [node for other, (_, node) in nodes.items() if order.get(other, 99) < order.get(name, 99)]
    return max((_end(node, lines)[0] for node in before), default=0) + 1


def _line_end(line: str) -> str:
    found = _LINE_END.search(line)
    return found[0] if found else "\n"


def _written(name: str, value: str | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_scalar(item, flow=True) for item in value)}]"
    return _scalar(value, flow=False)


def _scalar(value: str, flow: bool) -> str:
    """The value as YAML reads it back: plain where that is possible, else in double quotes."""
    plain = f"[{value}]" if flow else value
    try:
        read = yaml.compose(f"a: {plain}", Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        read = None
    if isinstance(read, yaml.MappingNode):
        read = read.value[0][1]
    if flow and isinstance(read, yaml.SequenceNode) and len(read.value) == 1:
        read = read.value[0]
    same = isinstance(read, yaml.ScalarNode) and read.style is None and read.value == value
    return value if same else json.dumps(value, ensure_ascii=False)


def save(file: NoteFile, after: str, who: str, state_dir: Path) -> Note:
    """Replace the whole text of a note's file, and record it; the note as it is then.

    Raises:
        CorpusError: the text has faults (all are named) or another id, or the file has changed: it stays as it is.
        AssistantError: the change is written, but not the journal.
    """
    try:
        note = parse_note(after)
    except FrontMatterError as error:
        faults = tuple(Fault(file.path, line, message) for line, message in error.faults)
        raise CorpusError("Rien n'est enregistré, le texte contient des erreurs :", faults) from None
    if note.id != file.id and _has_id(file):
        raise CorpusError(f"Rien n'est enregistré : {_SAME_ID} (« {file.id} », reçu « {note.id} »).")
    if after == file.content:
        return note
    replace_file(file.path, file.content, after)
    audit.record(state_dir, audit.Entry(who, "note modifiée", f"{note.id} : {', '.join(changed(file.note, note))}"))
    return note


def _has_id(file: NoteFile) -> bool:
    """Whether the file gives itself an id that may be one: where it does not, a new one breaks no citation."""
    return file.note is not None or (is_id(file.id) and declared_id(file.path) == file.id)


_NAMES = {
    "title": "titre",
    "date": "date",
    "date_inferred": "date déduite",
    "kind": "nature",
    "themes": "thèmes",
    "source": "source",
    "text": "texte",
}


def changed(before: Note | None, after: Note) -> list[str]:
    """What differs between two states of a note, in French: « titre », « texte »…"""
    if before is None:
        return ["erreurs corrigées"]
    found = [word for name, word in _NAMES.items() if getattr(before, name) != getattr(after, name)]
    return found or ["mise en forme du fichier"]
