"""Platforms that no program may or can ask: their threads are read from what the author saved.

Pages of LinkedIn and Threads describe themselves, see ``fetch.pages``. Mails of other archives than the cited one will
do, such as an mbox of the same list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from thread_snapshots.mail.mails import Mail, read_mails
from thread_snapshots.mail.threads import Archive, own_id, thread_of_mails
from thread_snapshots.steps import Found, Source, Wish

if TYPE_CHECKING:
    from collections.abc import Callable

    from thread_snapshots.saved import Saved
    from sphinx_thread_cards.urls import ThreadRef

_BY_ID = "mid/"


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


def _of_mail_archive(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """The cited mail is known where it is cited by its Message-ID: https://www.mail-archive.com/faq.html."""
    cited = ref.id.removeprefix(_BY_ID) if ref.id.startswith(_BY_ID) else None
    return thread_in_file(ref, wish, file, cited, lambda mail: f"https://mid.mail-archive.com/{own_id(mail)}")


SOURCES = (
    # Messages are for the members of a server: https://discord.com/developers/docs/reference
    Source(
        name="discord",
        why_not="Discord shows messages only to the members of a server, who did not write for everybody; "
        "quote what you may in the body of a thread directive",
    ),
    # Such as the file that members can download: https://groups.io/helpcenter
    Source(
        name="groups-io",
        why_not="Groups.io answers programs of its members only; save the mails as an mbox file",
        saved=thread_in_file,
    ),
    Source(
        name="hypermail",
        why_not="archives made by Hypermail have no interface for programs; save the mails as an mbox file",
        saved=thread_in_file,
    ),
    # The user agreement forbids it: https://www.linkedin.com/legal/user-agreement, 8.2
    Source(
        name="linkedin",
        why_not="LinkedIn shows posts only to those who are logged in and forbids keeping them by program; "
        "save the page in your browser and use --from",
    ),
    Source(
        name="lkml",
        why_not="lkml.org has no interface for programs; save the mails as an mbox file",
        saved=thread_in_file,
    ),
    Source(
        name="mail-archive",
        why_not="The Mail Archive has no interface for programs; save the mails as an mbox file",
        saved=_of_mail_archive,
    ),
    # oEmbed wants an application that Meta has reviewed:
    # https://developers.facebook.com/docs/threads/tools-and-resources/embed-a-threads-post
    Source(
        name="threads",
        why_not="Threads gives posts only to applications that Meta has reviewed and forbids reading its pages by "
        "program; save the page in your browser and use --from",
    ),
)
