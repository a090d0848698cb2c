"""From what a platform asks for to requests of the client: where they go, and with what credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from thread_snapshots.answers import Answer
    from thread_snapshots.http import Client
    from thread_snapshots.steps import Ask


class Asker:
    """Sends what the steps of platforms ask for; called with an :class:`Ask`, it answers or raises FetchError."""

    def __init__(
        self, client: Client, endpoints: Mapping[str, str] | None = None, tokens: Mapping[str, str] | None = None
    ) -> None:
        """Set where requests go.

        :param endpoints: host (with its port, if not the usual) to the address that is asked in its place, which may
            have a path (``thread_cards_endpoints``).
        :param tokens: host to a token that is sent to it, and to no other.
        """
        self._client = client
        self._endpoints = endpoints or {}
        self._tokens = tokens or {}

    def __call__(self, ask: Ask) -> Answer:
        """Send one request."""
        url = self.place(ask.url)
        # Whoever stands in for a host is not the one that the token is for.
        token = self._tokens.get(urlsplit(ask.url).netloc) if url == ask.url else None
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if ask.data is not None:
            return self._client.post(url, ask.data, ask.accept, headers=headers)
        return self._client.get(url, ask.accept, headers=headers, robots=ask.page)

    def place(self, url: str) -> str:
        """Where an address is asked for: itself, but for hosts that the site's settings send elsewhere."""
        host = urlsplit(url).netloc
        base = self._endpoints.get(host)
        return url if base is None else base.rstrip("/") + url.partition(host)[2]
