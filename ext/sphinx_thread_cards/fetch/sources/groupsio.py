"""Groups.io: mails that the author saved, such as the file that members can download: https://groups.io/helpcenter."""

from __future__ import annotations

from sphinx_thread_cards.fetch.sources._by_file import thread_in_file
from sphinx_thread_cards.fetch.steps import Source

SOURCE = Source(
    name="groups-io",
    why_not="Groups.io answers programs of its members only; save the mails as an mbox file",
    saved=thread_in_file,
)
