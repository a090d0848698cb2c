"""LinkedIn: not fetched, as its user agreement forbids it (https://www.linkedin.com/legal/user-agreement, 8.2)."""

from __future__ import annotations

from sphinx_thread_cards.fetch.steps import Source

SOURCE = Source(
    name="linkedin",
    why_not="LinkedIn shows posts only to those who are logged in and forbids keeping them by program; "
    "save the page in your browser and use --from",
)
