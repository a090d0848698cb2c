"""The Mail Archive: mails that the author saved. Those of other archives will do, such as an mbox of the same list.

Addresses by Message-ID: https://www.mail-archive.com/faq.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx_thread_cards.fetch.mail.threads import own_id
from sphinx_thread_cards.fetch.sources._by_file import thread_in_file
from sphinx_thread_cards.fetch.steps import Found, Source, Wish

if TYPE_CHECKING:
    from sphinx_thread_cards.fetch.mail.mails import Mail
    from sphinx_thread_cards.fetch.saved import Saved
    from sphinx_thread_cards.model import ThreadRef

_BY_ID = "mid/"


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read mails; the cited one is known where it is cited by its Message-ID."""
    cited = ref.id.removeprefix(_BY_ID) if ref.id.startswith(_BY_ID) else None
    return thread_in_file(ref, wish, file, cited, _url)


def _url(mail: Mail) -> str:
    return f"https://mid.mail-archive.com/{own_id(mail)}"


SOURCE = Source(
    name="mail-archive",
    why_not="The Mail Archive has no interface for programs; save the mails as an mbox file",
    saved=saved,
)
