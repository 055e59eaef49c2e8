"""The YAML block that site generators put before a page or a Markdown file."""

from __future__ import annotations

import re

import yaml

_FENCED = re.compile(r"\s*---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_NAMES = {
    "title": "title titre".split(),
    "date": "date date_publie published publication_date pubdate".split(),
    "author": "author auteur authors auteurs".split(),
}


def split_header(text: str) -> tuple[dict[str, str], str]:
    """The title, date and author of a header, where there is one, and the text after it."""
    match = _FENCED.match(text)
    if match is None:
        return {}, text
    try:
        node = yaml.compose(match[1], Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return {}, text[match.end() :] if _looks_like_header(match[1]) else text
    if not isinstance(node, yaml.MappingNode):
        return {}, text if match[1].strip() else text[match.end() :]
    given = {str(key.value).lower(): _flat(value) for key, value in node.value if isinstance(key, yaml.ScalarNode)}
    found = {field: next((given[n] for n in names if given.get(n)), "") for field, names in _NAMES.items()}
    return {field: value for field, value in found.items() if value}, text[match.end() :]


def _looks_like_header(block: str) -> bool:
    return all(re.match(r"\s|[\w-]+\s*:|$|[#-]", line) for line in block.splitlines())


def _flat(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return " ".join(str(node.value).split())
    if isinstance(node, yaml.SequenceNode):
        return ", ".join(filter(None, map(_flat, node.value)))
    return ""
