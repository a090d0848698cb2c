"""Threads by Meta: not fetched, as its oEmbed wants an application that Meta has reviewed.

https://developers.facebook.com/docs/threads/tools-and-resources/embed-a-threads-post
"""

from __future__ import annotations

from sphinx_thread_cards.fetch.steps import Source

SOURCE = Source(
    name="threads",
    why_not="Threads gives posts only to applications that Meta has reviewed and forbids reading its pages by program; "
    "save the page in your browser and use --from",
)
