"""public-inbox: the thread of a mail as one packed mbox.

Endpoints: https://public-inbox.org/meta/_/text/help/ (``t.mbox.gz``, ``raw``). A mail is known by its anchor on
the page of its thread, ``m`` and the SHA-1 of its Message-ID, whichever way it was cited.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from thread_snapshots.errors import BadAnswer, Forbidden, NotFound
from thread_snapshots.mail.mails import Mail, read_mails
from thread_snapshots.mail.threads import Archive, anchor, thread_of_mails
from thread_snapshots.saved import Saved, unpacked
from thread_snapshots.steps import Ask, Found, Source, Steps, Wish
from sphinx_thread_cards.platforms._parts import message_id

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import ThreadRef


def steps(ref: ThreadRef, wish: Wish) -> Steps:
    """Ask for the whole thread; where that is refused, for the one mail."""
    mail = f"{_inbox(ref)}{ref.id}/"
    url, alone = f"{mail}t.mbox.gz", False
    try:
        answer = yield Ask(url=url, accept="application/gzip")
        mails = read_mails(unpacked(answer.body, url), url)
    except (BadAnswer, Forbidden, NotFound) as refused:
        url, alone = f"{mail}raw", True
        try:
            answer = yield Ask(url=url, accept="text/plain")
            mails = read_mails(answer.body, url)
        except BadAnswer as error:
            raise _missing(error) or refused from None
    found = thread_of_mails(ref, wish, mails, _archive(ref, url, url))
    if alone:
        thread = replace(found.thread, replies=None)
        return Found(thread=thread, whole=False, note="the cited mail only; the archive does not give its thread")
    return found


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read a thread, or a mail, that was downloaded."""
    return thread_of_mails(ref, wish, read_mails(file.body, file.name), _archive(ref, "file", file.name))


def _missing(error: BadAnswer) -> NotFound | None:
    """The archive answers with a choice of other mails where it has only some whose names are alike."""
    if error.status != HTTPStatus.MULTIPLE_CHOICES:
        return None
    return NotFound(error.url, "there is no such mail in the archive", status=error.status)


def _inbox(ref: ThreadRef) -> str:
    """The address of the inbox, with a slash at its end."""
    return ref.url.partition("#")[0].partition(f"{ref.id}/")[0]


def _archive(ref: ThreadRef, endpoint: str, name: str) -> Archive:
    def url(mail: Mail) -> str:
        return f"{_inbox(ref)}{message_id(quote(mail.id, safe='')) or quote(mail.id, safe='@')}/"

    cited = anchor(unquote(ref.id))
    return Archive(ident=lambda mail: anchor(mail.id), url=url, cited=cited, endpoint=endpoint, name=name)


SOURCE = Source(name="public-inbox", steps=steps, saved=saved)
