"""Hypermail: mails that the author saved. Those of other archives will do, such as an mbox of the same list."""

from __future__ import annotations

from sphinx_thread_cards.fetch.sources._by_file import thread_in_file
from sphinx_thread_cards.fetch.steps import Source

SOURCE = Source(
    name="hypermail",
    why_not="archives made by Hypermail have no interface for programs; save the mails as an mbox file",
    saved=thread_in_file,
)
