"""The client, with short ways to ask and to read what is answered, for tests of what goes over the wire."""

from __future__ import annotations

from typing import Any

from thread_snapshots import http
from thread_snapshots.answers import Answer, as_json, check_type


class Client(http.Client):
    """Reads JSON and pages as the steps of platforms do."""

    def get_json(self, url: str, **options: Any) -> object:  # noqa: ANN401 - those of `get`
        """Ask an interface."""
        return as_json(self.get(url, "application/json", **options))

    def post_json(self, url: str, data: object, **options: Any) -> object:  # noqa: ANN401 - those of `post`
        """Ask a question that is written in JSON."""
        return as_json(self.post(url, data, **options))

    def get_text(self, url: str, accept: str = "text/html") -> Answer:
        """Ask for a page that is made for people, for which robots.txt is asked first."""
        answer = self.get(url, accept, robots=True)
        check_type(answer, accept)
        return answer
