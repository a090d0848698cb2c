"""Archives of mailing lists: public-inbox, HyperKitty (Mailman 3) and Pipermail (Mailman 2) offer mbox files.

Endpoints: https://public-inbox.org/meta/_/text/help/ (``t.mbox.gz``, ``raw``),
https://gitlab.com/mailman/hyperkitty/-/blob/master/hyperkitty/urls.py (``export``, ``api_patterns``)
"""

from __future__ import annotations

import re
from base64 import b32encode
from dataclasses import replace
from hashlib import sha1
from urllib.parse import quote, unquote

from sphinx_thread_cards.urls import Kind, ThreadRef, message_id

from thread_snapshots import source
from thread_snapshots.errors import BadResponse, Forbidden, NotFound
from thread_snapshots.json_access import text
from thread_snapshots.mail import Email, email_thread, read_emails
from thread_snapshots.saved_file import SavedFile, decompress
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source


def _get_emails(url: str) -> RequestGenerator[list[Email]]:
    response = yield source.Request(url=url, accept="application/gzip, text/plain")
    return read_emails(decompress(response.body, url), url)


def _sha1(id_: str) -> bytes:
    return sha1(id_.encode("utf-8", "replace"), usedforsecurity=False).digest()


def _fetch_public_inbox(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request the thread of a message."""
    url = f"{_inbox(ref)}{ref.id}/t.mbox.gz"
    return _public_inbox_thread(ref, options, (yield from _get_emails(url)), url)


def _read_public_inbox(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    return _public_inbox_thread(ref, options, read_emails(file.body, file.name), "file")


def _inbox(ref: ThreadRef) -> str:
    """Return the URL of the inbox, with a slash at the end."""
    return ref.url.partition("#")[0].partition(f"{ref.id}/")[0]


def _anchor(id_: str) -> str:
    """Return the name of a message on the page of its thread."""
    return f"m{_sha1(id_).hex()}"


def _public_inbox_thread(
    ref: ThreadRef, options: FetchOptions, emails: list[Email], endpoint: str
) -> FetchResult:
    def permalink(id_: str) -> str:
        return f"{_inbox(ref)}{message_id(quote(id_, safe='')) or quote(id_, safe='@')}/"

    return email_thread(
        ref,
        options,
        emails,
        post_id=_anchor,
        permalink=permalink,
        cited=_anchor(unquote(ref.id)),
        endpoint=endpoint,
    )


_THREAD = re.compile(r".*/thread/([A-Z2-7]{32})/?")


def _fetch_hyperkitty(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request the mbox file of a thread; before it the message, if one is cited, which names its thread."""
    base, list_, thread = _hyperkitty_names(ref)
    if ref.kind is Kind.MESSAGE:
        message = yield from source.get_json(f"{base}/api/list/{list_}/email/{thread}/")
        match = _THREAD.fullmatch(text(message, "thread"))
        thread = match[1] if match else thread
    url = f"{base}/list/{list_}/export/{list_}.mbox.gz?thread={thread}"
    return _hyperkitty_thread(ref, options, (yield from _get_emails(url)), url)


def _read_hyperkitty(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    return _hyperkitty_thread(ref, options, read_emails(file.body, file.name), "file")


def _hyperkitty_names(ref: ThreadRef) -> tuple[str, str, str]:
    """Return the URL of the archive, the name of the list, and the id of the thread or message."""
    base, _, rest = ref.url.partition("/list/")
    return base, rest.partition("/")[0], ref.id.rpartition("/")[2]


def _hyperkitty_thread(
    ref: ThreadRef, options: FetchOptions, emails: list[Email], endpoint: str
) -> FetchResult:
    base, list_, cited = _hyperkitty_names(ref)

    def post_id(id_: str) -> str:
        return b32encode(_sha1(id_)).decode("ascii")

    return email_thread(
        ref,
        options,
        emails,
        post_id=post_id,
        permalink=lambda id_: f"{base}/list/{list_}/message/{post_id(id_)}/",
        # A thread keeps the id of its first message, even if that is deleted.
        cited=cited if any(post_id(email.id) == cited for email in emails) else None,
        endpoint=endpoint,
    )


_PAGE = re.compile(r'<a href="([0-9]{1,9})\.html">', re.IGNORECASE)


def _fetch_pipermail(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request the index and the mbox file of a volume, which is mostly a month.

    The mbox file does not contain the numbers of the pages, but both are in the order of arrival.
    """
    folder, number = ref.url.rpartition("/")[0], ref.id.rpartition("/")[2]
    index = yield from source.get_page(f"{folder}/thread.html")
    numbers = sorted(set(_PAGE.findall(index.body.decode("latin-1"))), key=int)
    if number not in numbers:
        raise NotFound(ref.url, "the message is not in the index of the archive")
    url = f"{folder}.txt.gz"
    try:
        emails = yield from _get_emails(url)
    except (BadResponse, Forbidden, NotFound):
        url = f"{folder}.txt"
        emails = yield from _get_emails(url)
    if len(emails) != len(numbers):
        raise BadResponse(url, "the mbox file and the index of the archive differ")
    pages = {email.id: page for email, page in zip(emails, numbers, strict=True)}
    result = email_thread(
        ref,
        options,
        emails,
        post_id=lambda id_: pages.get(id_, id_),
        permalink=lambda id_: f"{folder}/{pages[id_]}.html",
        cited=number,
        endpoint=url,
    )
    return replace(result, note=result.note or "messages of the same archive volume only")


def _read_mbox(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Return the thread of the cited message, or of the first one if the URL does not contain its Message-ID."""

    def post_id(id_: str) -> str:
        return message_id(quote(id_, safe="")) or _anchor(id_)

    _, by_id, cited = ref.id.partition("mid/")
    return email_thread(
        ref,
        options,
        read_emails(file.body, file.name),
        post_id=post_id,
        permalink=lambda id_: f"https://mid.mail-archive.com/{post_id(id_)}" if by_id else ref.url,
        cited=cited if by_id else None,
        endpoint="file",
    )


SOURCES = (
    Source(platforms=("public-inbox",), fetch=_fetch_public_inbox, read_file=_read_public_inbox),
    Source(platforms=("hyperkitty",), fetch=_fetch_hyperkitty, read_file=_read_hyperkitty),
    Source(platforms=("pipermail",), fetch=_fetch_pipermail, read_file=_read_mbox),
    # Groups.io has an interface for members.
    Source(
        platforms=("hypermail", "lkml", "mail-archive", "groups-io"),
        unsupported="the archive has no public interface; save the messages as an mbox file and use --from",
        read_file=_read_mbox,
    ),
)
