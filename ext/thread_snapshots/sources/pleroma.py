"""Pleroma and Akkoma, which speak Mastodon's client API.

Endpoints: https://docs.akkoma.dev/stable/development/API/differences_in_mastoapi_responses/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from thread_snapshots.errors import BadAnswer
from thread_snapshots.shape import ident
from thread_snapshots.sources import _mastodon_api as mastodon_api
from thread_snapshots.steps import Ask, Found, Source, Steps, Wish

if TYPE_CHECKING:
    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

_NOTICE = re.compile(r".*/notice/([0-9A-Za-z]{18}|[0-9]{1,10})/?(?:[?#].*)?")


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the status; first for its id where the address has only that of its object."""
    id_ = ref.id
    if id_.startswith("objects/"):
        # The API knows no ids of objects, but the page leads to that of the status.
        answer = yield Ask(url=ref.url, accept="text/html", page=True)
        notice = _NOTICE.fullmatch(answer.url)
        if not notice:
            raise BadAnswer(ref.url, "the server does not tell the id of this post")
        id_ = notice[1]
    return (yield from mastodon_api.steps(ref, wish, id_))


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read downloaded JSON; a status may be named by its object's address."""
    data = file.json()
    id_ = ref.id
    if id_.startswith("objects/"):
        named = (one for one in mastodon_api.statuses_in(data) if str(one.get("uri")).endswith(f"/{ref.id}"))
        id_ = ident(next(named, None), "id") or id_
    return mastodon_api.read(ref, wish, data, id_)


SOURCE = Source(name="pleroma", steps=steps, saved=saved)
