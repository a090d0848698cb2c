"""Archives of mailing lists: public-inbox, HyperKitty (Mailman 3) and Pipermail (Mailman 2) offer mbox files.

Endpoints: https://public-inbox.org/meta/_/text/help/ (``t.mbox.gz``, ``raw``),
https://gitlab.com/mailman/hyperkitty/-/blob/master/hyperkitty/urls.py (``export``, ``api_patterns``)
"""

from __future__ import annotations

import re
from base64 import b32encode
from contextlib import suppress
from dataclasses import replace
from hashlib import sha1
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from msgspec.structs import replace as replace_fields
from sphinx_thread_cards.snapshot import Post
from sphinx_thread_cards.urls import Kind, message_id

from thread_snapshots.json_access import as_id, dig, objects, text, time
from thread_snapshots.mail import (
    Email,
    email_thread,
    parse_email_text,
    read_emails,
    sender_name,
    thread_title,
)
from thread_snapshots.saved_file import decompress
from thread_snapshots.source import (
    BadResponse,
    FetchOptions,
    FetchResult,
    Forbidden,
    NotFound,
    Request,
    RequestGenerator,
    Source,
    get_json,
    get_page,
)
from thread_snapshots.thread_builder import build_thread, filter_replies

if TYPE_CHECKING:
    from sphinx_thread_cards.urls import ThreadRef

    from thread_snapshots.saved_file import SavedFile

_REFUSED = (BadResponse, Forbidden, NotFound)


def _get_emails(url: str) -> RequestGenerator[list[Email]]:
    response = yield Request(url=url, accept="application/gzip, text/plain")
    return read_emails(decompress(response.body, url), url)


# -- public-inbox --------------------------------------------------------------


def _fetch_public_inbox(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request the thread of a message, or the message alone if that is refused."""
    message = f"{_inbox(ref)}{ref.id}/"
    url, alone = f"{message}t.mbox.gz", False
    try:
        emails = yield from _get_emails(url)
    except _REFUSED:
        url, alone = f"{message}raw", True
        emails = yield from _get_emails(url)
    result = _public_inbox_thread(ref, options, emails, url)
    if not alone:
        return result
    thread = replace_fields(result.thread, replies=None)
    note = "only the cited message; the archive does not offer its thread"
    return replace(result, thread=thread, complete=False, note=note)


def _inbox(ref: ThreadRef) -> str:
    """Return the URL of the inbox, with a slash at the end."""
    return ref.url.partition("#")[0].partition(f"{ref.id}/")[0]


def _anchor(id_: str) -> str:
    """Return the name of a message on the page of its thread."""
    return f"m{sha1(id_.encode('utf-8', 'replace'), usedforsecurity=False).hexdigest()}"


def _public_inbox_thread(
    ref: ThreadRef, options: FetchOptions, emails: list[Email], endpoint: str
) -> FetchResult:
    def permalink(email: Email) -> str:
        id_ = message_id(quote(email.id, safe="")) or quote(email.id, safe="@")
        return f"{_inbox(ref)}{id_}/"

    return email_thread(
        ref,
        options,
        emails,
        post_id=lambda email: _anchor(email.id),
        permalink=permalink,
        cited=_anchor(unquote(ref.id)),
        endpoint=endpoint,
    )


# -- HyperKitty ----------------------------------------------------------------

_HASH = re.compile("[A-Z2-7]{32}")
_MAX_MESSAGES = 150


def _fetch_hyperkitty(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request the thread as an mbox file, or message by message, because servers can disable the file."""
    base, _, rest = ref.url.partition("/list/")
    list_ = rest.partition("/")[0]
    api = f"{base}/api/list/{list_}"
    thread = ref.id.rpartition("/")[2]
    if ref.kind is Kind.MESSAGE:
        with suppress(Forbidden):
            message = yield from get_json(f"{api}/email/{thread}/")
            thread = _hash_in(dig(message, "thread")) or thread
    url = f"{base}/list/{list_}/export/{list_}.mbox.gz?thread={thread}"
    try:
        return _hyperkitty_thread(ref, options, (yield from _get_emails(url)), url)
    except _REFUSED:
        return (yield from _fetch_hyperkitty_api(ref, options, f"{api}/thread/{thread}/", api))


def _fetch_hyperkitty_api(
    ref: ThreadRef, options: FetchOptions, url: str, api: str
) -> RequestGenerator[FetchResult]:
    thread = yield from get_json(url)
    messages: list[dict[str, Any]] = []
    while True:
        page = yield from get_json(f"{url}emails/?limit=100&offset={len(messages)}")
        new = objects(page, "results") or objects(page)
        messages += new
        if not new or not dig(page, "next"):
            break
    posts = [_hyperkitty_post(ref, message) for message in messages]
    cited = ref.id.rpartition("/")[2]
    chosen = filter_replies(posts, replace(options, posts=options.posts | {cited}))
    built = []
    for post in chosen[:_MAX_MESSAGES]:
        message = yield from get_json(f"{api}/email/{post.id}/")
        built.append(_hyperkitty_post(ref, message))
    return build_thread(
        ref,
        built,
        {},
        endpoint=url,
        title=thread_title(text(thread, "subject")),
        replies=len(posts) - 1,
        missing=f"only the first {_MAX_MESSAGES} messages" if chosen[_MAX_MESSAGES:] else "",
    )


def _hyperkitty_post(ref: ThreadRef, message: object) -> Post:
    id_ = as_id(message, "message_id_hash")
    if not _HASH.fullmatch(id_):
        raise BadResponse(ref.url, "the response does not contain messages")
    name, address = text(message, "sender_name"), text(message, "sender", "address")
    attachments = (text(file, "name") for file in objects(message, "attachments"))
    return Post(
        id=id_,
        url=_hyperkitty_url(ref, id_),
        author=sender_name(f"{name} <{address}>"),
        posted=time(message, "date"),
        reply_to=_hash_in(dig(message, "parent")),
        blocks=parse_email_text(text(message, "content"), attachments),
    )


def _hyperkitty_thread(
    ref: ThreadRef, options: FetchOptions, emails: list[Email], endpoint: str
) -> FetchResult:
    def post_id(email: Email) -> str:
        digest = sha1(email.id.encode("utf-8", "replace"), usedforsecurity=False).digest()
        return b32encode(digest).decode("ascii")

    cited = ref.id.rpartition("/")[2]
    return email_thread(
        ref,
        options,
        emails,
        post_id=post_id,
        permalink=lambda email: _hyperkitty_url(ref, post_id(email)),
        # A thread keeps the id of its first message, even if that is deleted.
        cited=cited if any(post_id(email) == cited for email in emails) else None,
        endpoint=endpoint,
    )


def _hyperkitty_url(ref: ThreadRef, id_: str) -> str:
    base, _, rest = ref.url.partition("/list/")
    return f"{base}/list/{rest.partition('/')[0]}/message/{id_}/"


def _hash_in(url: object) -> str | None:
    """Return the hash at the end of a URL of the API."""
    last = url.rstrip("/").rpartition("/")[2] if isinstance(url, str) else ""
    return last if _HASH.fullmatch(last) else None


# -- Pipermail -----------------------------------------------------------------

_PAGE = re.compile(r'<a href="([0-9]{1,9})\.html">', re.IGNORECASE)


def _fetch_pipermail(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request the index and the mbox file of a volume, which is mostly a month.

    The mbox file does not contain the numbers of the pages, but both are in the order of arrival.
    """
    folder, number = ref.url.rpartition("/")[0], ref.id.rpartition("/")[2]
    index = yield from get_page(f"{folder}/thread.html")
    numbers = sorted(set(_PAGE.findall(index.body.decode("latin-1"))), key=int)
    if number not in numbers:
        raise NotFound(ref.url, "the message is not in the index of the archive")
    for url in (f"{folder}.txt.gz", f"{folder}.txt"):
        with suppress(*_REFUSED):
            emails = yield from _get_emails(url)
            break
    else:
        raise BadResponse(url, "the archive does not offer an mbox file")
    if len(emails) != len(numbers):
        raise BadResponse(url, "the mbox file and the index of the archive differ")
    pages = {email.id: page for email, page in zip(emails, numbers, strict=True)}
    result = email_thread(
        ref,
        options,
        emails,
        post_id=lambda email: pages[email.id],
        permalink=lambda email: f"{folder}/{pages[email.id]}.html",
        cited=number,
        endpoint=url,
    )
    return replace(result, note=result.note or "messages of the same archive volume only")


# -- Files ---------------------------------------------------------------------


def _read_public_inbox(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    return _public_inbox_thread(ref, options, read_emails(file.body, file.name), "file")


def _read_hyperkitty(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    return _hyperkitty_thread(ref, options, read_emails(file.body, file.name), "file")


def _read_mbox(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Return the thread of the cited message, or of the first one if the URL does not contain its Message-ID."""

    def post_id(email: Email) -> str:
        return message_id(quote(email.id, safe="")) or _anchor(email.id)

    _, by_id, cited = ref.id.partition("mid/")
    return email_thread(
        ref,
        options,
        read_emails(file.body, file.name),
        post_id=post_id,
        permalink=lambda email: (
            f"https://mid.mail-archive.com/{post_id(email)}" if by_id else ref.url
        ),
        cited=cited if by_id else None,
        endpoint="file",
    )


SOURCES = (
    Source(platforms=("public-inbox",), fetch=_fetch_public_inbox, read_file=_read_public_inbox),
    Source(platforms=("hyperkitty",), fetch=_fetch_hyperkitty, read_file=_read_hyperkitty),
    Source(platforms=("pipermail",), fetch=_fetch_pipermail, read_file=_read_mbox),
    Source(
        platforms=("hypermail", "lkml", "mail-archive"),
        unsupported="the archive has no interface for programs; save the messages as an mbox file and use --from",
        read_file=_read_mbox,
    ),
    # Members can download the messages: https://groups.io/helpcenter
    Source(
        platforms=("groups-io",),
        unsupported="Groups.io has an interface for members only; save the messages as an mbox file and use --from",
        read_file=_read_mbox,
    ),
)
