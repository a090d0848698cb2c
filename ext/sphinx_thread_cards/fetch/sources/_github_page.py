"""A page of GitHub that was saved from the browser, as the items that the interface would give.

New pages of issues hold their data as JSON (``react-app.embeddedData``); of other pages, and of those whose data came
later, the marks of the page itself are read: the anchors, ``.author``, ``relative-time``, ``.markdown-body``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from lxml import etree

from sphinx_thread_cards.fetch.rich.spans import clean
from sphinx_thread_cards.fetch.rich.tags import classes, text_in
from sphinx_thread_cards.fetch.sources import _github_items as github
from sphinx_thread_cards.fetch.sources._forge import begins

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

_Items = list[tuple[dict[str, Any], str]]

_DATA = re.compile(
    r'<script[^<>]{0,300}\bdata-target="react-(?:app|partial)\.embeddedData"[^<>]{0,300}>([^<]*(?:<(?!/script)[^<]*)*)<',
    re.IGNORECASE,
)
_ANCHOR = re.compile(
    r"(?:.{0,500}#)?((?:issuecomment-|discussion_r|pullrequestreview-|discussioncomment-|issue-|discussion-)[0-9]{1,20})",
    re.DOTALL,
)
_BODIES = frozenset({"comment-body", "markdown-body"})
_TITLE = "//*[contains(@class, 'js-issue-title') or contains(@class, 'markdown-title') or @data-testid='issue-title']"
_AFTER_TITLE = re.compile(r" · (?:(?:Issue|Pull Request) #[0-9]+ · \S+|\S+ · Discussion #[0-9]+)$")
_AUTHORS = frozenset({"issue-body-header-author", "avatar-link"})
_MOST_BODIES = 3000


def page_items(html: str, number: int) -> _Items:
    """What people wrote on a page, as :func:`_github_items.items` gives it; empty if it is no such page."""
    found = [item for data in _DATA.findall(html) for item in github.items(_json(data), number)]
    if any(begins(item) for item, _ in found):
        return found
    return _marked(html) if re.search(rf"#{number}\b", html) else []


def is_cut(html: str) -> bool:
    """Whether a page has a button for more comments."""
    return any(mark in html for mark in ("issue-timeline-load-more", "ajax-pagination-btn"))


def _json(data: str) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _marked(html: str) -> _Items:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = etree.fromstring(clean(html).encode(), parser)
    except etree.LxmlError:
        return []
    if root is None:
        return []
    bodies = list(_bodies(root))[:_MOST_BODIES]
    # How many bodies each element holds; the largest around one that holds no other is the comment.
    held = Counter(above for body in bodies for above in body.iterancestors())
    items = [_item(body, held) for body in bodies]
    found = [item for item in items if item["author"]]
    if found:
        found[0]["title"] = _title(root)
    return [(item, "") for item in found]


def _title(root: _Element) -> str:
    marked = cast("list[_Element]", root.xpath(_TITLE))
    if marked:
        return " ".join(text_in(marked[0]).split())
    described = root.find(".//meta[@property='og:title']")
    return _AFTER_TITLE.sub("", described.get("content") or "") if described is not None else ""


def _bodies(root: _Element) -> Iterator[_Element]:
    inside: _Element | None = None
    for element in root.iter():
        marked = isinstance(element.tag, str) and classes(element) & _BODIES
        if marked and (inside is None or inside not in set(element.iterancestors())):
            inside = element
            yield element


def _item(body: _Element, held: Counter[_Element]) -> dict[str, Any]:
    around = body
    for above in body.iterancestors():
        if held[above] > 1 or above.tag == "body":
            break
        around = above
    anchor = _anchor(around)
    login = _login(around, body)
    return {
        "url": f"#{anchor}",
        "id": anchor.rpartition("-")[2],
        "author": {"login": login, "avatarUrl": _avatar(around, login)} if login else None,
        "bodyHTML": etree.tostring(body, encoding="unicode", method="html", with_tail=False),
        "createdAt": next((e.get("datetime") for e in around.iter("relative-time", "time-ago", "time")), None),
    }


def _anchor(around: _Element) -> str:
    """The comment's anchor: an id of what holds it, or the link on its date."""
    own = [element.get("id") or "" for element in (around, *islice(around.iterancestors(), 2))]
    inner = [element.get("id") or "" for element in around.iter() if isinstance(element.tag, str)]
    links = [link.get("href") or "" for link in around.iter("a") if link.find(".//relative-time") is not None]
    found = (_ANCHOR.fullmatch(name) for name in (*links, *own, *inner))
    return next((match[1] for match in found if match), "")


def _login(around: _Element, body: _Element) -> str:
    """Who is named above the text."""
    for element in around.iter("a"):
        if body in element.iterancestors():
            continue
        marks = {each.get("data-testid") for each in (element, *islice(element.iterancestors(), 1))}
        if "author" in classes(element) or marks & _AUTHORS:
            # The link says it exactly, the text may have words around it.
            name = (element.get("href") or "").rstrip("/").rpartition("/")[2]
            return f"{name}[bot]" if "/apps/" in (element.get("href") or "") else name
    return ""


def _avatar(around: _Element, login: str) -> str | None:
    pictures = (element for element in around.iter("img") if element.get("alt") in {f"@{login}", login})
    return next((picture.get("src") for picture in pictures), None)
