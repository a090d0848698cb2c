"""The Wayback Machine of the Internet Archive: whether it has a copy of a thread, and where. Nothing is sent to it.

Interface: https://archive.org/help/wayback_api.php
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from thread_snapshots.errors import BadAnswer
from thread_snapshots.shape import at, flag, text
from thread_snapshots.steps import Asking, ask_json
from sphinx_thread_cards.texts import FORMS

if TYPE_CHECKING:
    from typing import Any

    from sphinx_thread_cards.urls import ThreadRef

_AVAILABLE = "https://archive.org/wayback/available?url="
# They are given with http. A time, and what was asked for; there is no port, and nothing in front of the host.
_COPY = re.compile(r"https?://web\.archive\.org(/web/[0-9]{4,14}(?:[a-z]{2}_)?/.+)")
_LINK = re.compile(FORMS["archived"].pattern)


def find_copy(ref: ThreadRef) -> Asking[str | None]:
    """Ask for a copy under each address that the thread has, until there is one; as steps, for ``drive``.

    :returns: its address on ``web.archive.org``, https; None if there is none. What the copy shows is not looked at.
    :raises FetchError: it cannot be told.
    """
    for url in _addresses(ref):
        ask = _AVAILABLE + quote(url, safe="", errors="replace")
        data = yield from ask_json(ask)
        if copy := read(data, ask):
            return copy
    return None


def _addresses(ref: ThreadRef) -> list[str]:
    """The thread's own address first; before 2023, posts on X were kept under the old name."""
    found = [ref.url]
    if ref.platform == "x":
        found.append(ref.url.replace("//x.com/", "//twitter.com/", 1))
    if ref.read_url:
        found.append(ref.read_url)
    return found


def read(data: Any, ask: str) -> str | None:  # noqa: ANN401 - what JSON holds
    """The address of the copy in an answer.

    :param ask: the address that was asked.
    :raises BadAnswer: it is no answer of this interface.
    """
    if not isinstance(at(data, "archived_snapshots"), dict):
        raise BadAnswer(ask, "the answer does not tell of archived copies")
    closest = at(data, "archived_snapshots", "closest")
    found = _COPY.fullmatch(text(closest, "url"))
    # A copy of a redirect, or of a page that says that there is none, is of no use.
    if found is None or not flag(closest, "available") or at(closest, "status") != "200":
        return None
    copy = f"https://web.archive.org{found[1]}"
    return copy if _LINK.fullmatch(copy) else None
