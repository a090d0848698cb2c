"""Mastodon and GoToSocial: the client API; where GoToSocial wants an account for that, its public page.

Endpoints: https://docs.joinmastodon.org/methods/statuses/ and https://docs.gotosocial.org/en/latest/api/swagger/
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from thread_snapshots.errors import Forbidden
from thread_snapshots.sources import _gotosocial_page as gotosocial_page
from thread_snapshots.sources import _mastodon_api as mastodon_api
from thread_snapshots.steps import Found, Source, Steps, Wish, ask_page

if TYPE_CHECKING:
    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask the API, and read the page if that is GoToSocial's and the API wants an account."""
    try:
        return (yield from mastodon_api.steps(ref, wish, ref.id))
    except Forbidden as error:
        if error.status != HTTPStatus.UNAUTHORIZED or not gotosocial_page.ULID.fullmatch(ref.id):
            raise
    page = yield from ask_page(ref.url)
    return gotosocial_page.read(ref, wish, page.text, ref.url)


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read downloaded JSON, or a page of GoToSocial."""
    if file.is_html and gotosocial_page.ULID.fullmatch(ref.id):
        return gotosocial_page.read(ref, wish, file.html(), "file")
    return mastodon_api.read(ref, wish, file.json(), ref.id)


SOURCE = Source(name="mastodon", steps=steps, saved=saved)
