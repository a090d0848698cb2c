"""Archives that no program may or can ask: their threads are read from mails that the author saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx_thread_cards.fetch.mail.mails import Mail, read_mails
from sphinx_thread_cards.fetch.mail.threads import Archive, own_id, thread_of_mails

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx_thread_cards.fetch.saved import Saved
    from sphinx_thread_cards.fetch.steps import Found, Wish
    from sphinx_thread_cards.model import ThreadRef


def thread_in_file(
    ref: ThreadRef,
    wish: Wish,
    file: Saved,
    cited: str | None = None,
    url: Callable[[Mail], str] | None = None,
) -> Found:
    """The thread of the cited mail; where the address does not tell which that is, of the first mail in the file.

    Mails are known by their Message-ID, as such an archive does not tell its numbers in the mails.

    :param cited: the Message-ID of the cited mail, as addresses write it.
    :param url: permalinks; else every mail has the address of the cited one.
    :raises BadAnswer: if the file holds no mail, or not the cited one.
    """
    archive = Archive(ident=own_id, url=url or (lambda _: ref.url), cited=cited, endpoint="file", name=file.name)
    return thread_of_mails(ref, wish, read_mails(file.body, file.name), archive)
