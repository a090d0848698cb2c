"""Discord: not fetched, as messages are for the members of a server: https://discord.com/developers/docs/reference."""

from __future__ import annotations

from sphinx_thread_cards.fetch.steps import Source

SOURCE = Source(
    name="discord",
    why_not="Discord shows messages only to the members of a server, who did not write for everybody; "
    "quote what you may in the body of a thread directive",
)
