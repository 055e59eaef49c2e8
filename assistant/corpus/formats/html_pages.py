"""A web page -> its main text and what its metadata say; menus, banners and footers are left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from lxml import etree, html

from assistant.corpus.formats.decode import decode
from assistant.corpus.formats.extracted import Extracted
from assistant.corpus.formats.found_dates import printed_date, read_date
from assistant.corpus.formats.from_html import to_markdown
from assistant.corpus.formats.headers import split_header
from assistant.errors import DocumentError
from assistant.models import PartialDate

_ASIDE_TAGS = {"nav", "footer", "aside", "dialog", "form", "button", "noscript", "template", "script", "style"}
_ASIDE_ROLES = {
    "navigation",
    "banner",
    "contentinfo",
    "search",
    "complementary",
    "dialog",
    "alertdialog",
    "menu",
    "menubar",
}
_ASIDE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|menus|sidebar|sidemenu|sidenav|submenu|topbar|breadcrumbs?|ariane|footer|cookies?|consent|rgpd|gdpr|"
    r"tarteaucitron|didomi|axeptio|onetrust|skip|skiplinks?|skip-links?|evitement|share|sharing|partage|social|pagination|"
    r"pager|newsletter|related|site-header|page-header-nav|toc|sommaire|comments?|back-to-top|sr-only|visually-hidden|"
    r"screen-reader-text)(?=$|[\s_-])",
    re.I,
)
_MOST = 0.5  # an element that holds more of the page than this is no menu, whatever its name
_LEGAL = re.compile(r"\n+(?:©|\(c\)|copyright\b|tous droits réservés)[^\n]{0,200}\Z", re.I)  # the last line of a site
_LIQUID = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_META = {
    "date": "article:published_time datepublished date dc.date dcterms.date dcterms.created dc.date.issued pubdate "
    "publish-date publication_date sailthru.date citation_publication_date",
    "author": "author article:author dc.creator dcterms.creator citation_author",
    "title": "og:title dc.title dcterms.title twitter:title",
}


def read(data: bytes, name: str) -> Extracted:
    """A page's main text.

    Raises:
        DocumentError: it holds no text.
    """
    whole = decode(data)
    header, text = split_header(whole)
    is_template = len(text) < len(whole)
    tree = _parse(_LIQUID.sub("", text) if is_template else text)
    found = _metadata(tree, header)
    body = _main(tree)
    markdown = _LEGAL.sub("", to_markdown(body))
    if not re.search(r"\w", markdown):
        raise DocumentError("la page ne contient pas de texte : elle l'affiche peut-être par un programme")
    title = found["title"] or _heading(body) or PurePosixPath(name).stem
    if re.fullmatch(r"\S+\.\w{2,5}", title):  # the name of a file
        title = _heading(body) or title
    date, origin, inferred = _date(tree, found["date"], markdown)
    return Extracted(title, markdown, date, origin, inferred, found["author"], _canonical(tree))


def fragment(text: str) -> str:
    """The Markdown of a piece of HTML that is main text already, as in a mail or a feed."""
    return to_markdown(_parse(text)) if text.strip() else ""


def _parse(text: str) -> html.HtmlElement:
    """Without network and without entities of its own: lxml's HTML parser knows neither."""
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)  # its encoding was that of the bytes
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        tree = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, ValueError):
        raise DocumentError("la page ne contient pas de texte") from None
    return tree


def _main(tree: html.HtmlElement) -> html.HtmlElement:
    """The one element that says it is the main one, else the body, without what stands around the text."""
    body = tree.find("body")
    root = body if body is not None else tree
    size = len(_text(root))
    marked = root.xpath(".//main | .//*[@role='main']")
    articles = root.xpath(".//article[not(ancestor::article)]")
    chosen = marked or (articles if len(articles) == 1 else [])
    if chosen and len(_text(chosen[0])) > 0.15 * size:
        root = chosen[0]
    _prune(root)
    return root


def _prune(root: html.HtmlElement) -> None:
    size = len(_text(root)) or 1
    for element in list(root.iter()):
        if element is root or not isinstance(element.tag, str) or not _belongs(element, root):
            continue
        if _is_aside(element, root) and (element.tag in ("script", "style") or len(_text(element)) < _MOST * size):
            element.drop_tree()
    for element in list(root.iter(*("ul", "ol", "div", "p", "table"))):
        if _belongs(element, root) and element is not root and _is_link_farm(element):
            element.drop_tree()


def _belongs(element: html.HtmlElement, root: html.HtmlElement) -> bool:
    return root in element.iterancestors()


def _is_aside(element: html.HtmlElement, root: html.HtmlElement) -> bool:
    if element.tag in _ASIDE_TAGS or (element.get("role") or "").lower() in _ASIDE_ROLES:
        return True
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    if element.tag == "header":  # of the site; that of an article or of a section holds its title
        return root.tag == "body" and not any(e.tag in ("article", "main", "section") for e in element.iterancestors())
    return bool(_ASIDE_NAMES.search(f"{element.get('class') or ''} {element.get('id') or ''}"))


def _is_link_farm(element: html.HtmlElement) -> bool:
    """A list of several short links and nothing else, to other pages of the same site: a menu without its name."""
    links = list(element.iter("a"))
    if len(links) < 4 or any(_leaves(link) for link in links):
        return False
    text = len(_text(element))
    linked = sum(len(_text(link)) for link in links)
    return linked > 0.9 * text and linked / len(links) < 30


def _leaves(link: html.HtmlElement) -> bool:
    return bool(re.match(r"https?:|mailto:", link.get("href") or ""))


def _text(element: html.HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())


def _heading(body: html.HtmlElement) -> str | None:
    for level in ("h1", "h2"):
        for heading in body.iter(level):
            if text := _text(heading):
                return text
    return None


def _metadata(tree: html.HtmlElement, header: dict[str, str]) -> dict[str, str | None]:
    linked = list(_linked_data(tree))
    found: dict[str, str | None] = {}
    for field, names in _META.items():
        found[field] = header.get(field) or _from_linked(linked, field) or _from_meta(tree, names.split())
    if not found["title"] and (title := tree.find(".//title")) is not None:
        found["title"] = _site_name_off(_text(title), tree)
    return found


def _from_meta(tree: html.HtmlElement, names: list[str]) -> str | None:
    values = {(m.get("property") or m.get("name") or m.get("itemprop") or "").lower(): m for m in tree.iter("meta")}
    for name in names:
        if name in values and (value := " ".join((values[name].get("content") or "").split())):
            return value
    return None


def _linked_data(tree: html.HtmlElement) -> Iterator[dict[str, Any]]:
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            read = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        for item in read if isinstance(read, list) else [read]:
            graph = item.get("@graph") if isinstance(item, dict) else None
            for thing in graph if isinstance(graph, list) else [item]:
                if isinstance(thing, dict):
                    yield thing


def _from_linked(things: list[dict[str, Any]], field: str) -> str | None:
    key = {"date": "datePublished", "title": "headline", "author": "author"}[field]
    for thing in things:
        value = thing.get(key)
        value = value[0] if isinstance(value, list) and value else value
        value = value.get("name") if isinstance(value, dict) else value
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())
    return None


def _site_name_off(title: str, tree: html.HtmlElement) -> str:
    """« Le titre | Le site » -> « Le titre », where the page's heading says which part is the title."""
    heading = next((_text(h) for h in tree.iter("h1") if _text(h)), "")
    parts = re.split(r"\s+[|·–—-]\s+", title)
    return next((part for part in parts if len(parts) > 1 and part == heading), title)


def _date(tree: html.HtmlElement, declared: str | None, text: str) -> tuple[PartialDate | None, str, bool]:
    if declared and (date := read_date(declared)):
        return date, "les métadonnées de la page (date de publication)", False
    for element in tree.xpath("//*[@itemprop='datePublished'] | //time[@pubdate]"):
        if date := read_date(element.get("datetime") or element.get("content") or _text(element)):
            return date, "la date de publication marquée dans la page", False
    if printed := printed_date(text):
        return printed[0], f"le texte (« {printed[1]} »)", printed[2]
    times = tree.xpath("//time[@datetime]")
    if len(times) == 1 and (date := read_date(times[0].get("datetime"))):
        return date, "la seule date marquée dans la page", True
    return None, "", False


def _canonical(tree: html.HtmlElement) -> str | None:
    links = tree.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")
    return next((str(link).strip() for link in links if re.fullmatch(r"https?://\S+", str(link).strip())), None)
