"""Archives of mailing lists: public-inbox, HyperKitty (Mailman 3) and Pipermail (Mailman 2) offer mbox files.

Endpoints: https://public-inbox.org/meta/_/text/help/ (``t.mbox.gz``, ``raw``),
https://gitlab.com/mailman/hyperkitty/-/blob/master/hyperkitty/urls.py (``export``, ``api_patterns``)
"""

import re
from base64 import b32encode
from dataclasses import replace
from hashlib import sha1
from urllib.parse import quote, unquote

from sphinx_thread_cards.urls import Kind, ThreadRef, message_id

from thread_snapshots import source
from thread_snapshots.errors import BadResponse, Forbidden, NotFound
from thread_snapshots.json_access import text
from thread_snapshots.mail import email_thread, read_emails
from thread_snapshots.saved_file import SavedFile, decompress
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator, Source


def _get_mbox(url: str) -> RequestGenerator[SavedFile]:
    response = yield source.Request(url=url, accept="application/gzip, text/plain")
    return SavedFile(name=url, body=decompress(response.body, url), endpoint=url)


def _sha1(id_: str) -> bytes:
    return sha1(id_.encode("utf-8", "replace"), usedforsecurity=False).digest()


def _fetch_public_inbox(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    file = yield from _get_mbox(f"{_inbox(ref)}{ref.id}/t.mbox.gz")
    return _read_public_inbox(ref, options, file)


def _inbox(ref: ThreadRef) -> str:
    """Return the URL of the inbox, with a slash at the end."""
    return ref.url.partition("#")[0].partition(f"{ref.id}/")[0]


def _anchor(id_: str) -> str:
    """Return the name of a message on the page of its thread."""
    return f"m{_sha1(id_).hex()}"


def _read_public_inbox(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    cited = _anchor(unquote(ref.id))

    def permalink(id_: str) -> str:
        return f"{_inbox(ref)}{message_id(quote(id_, safe='')) or quote(id_, safe='@')}/"

    emails = read_emails(file.body, file.name)
    return email_thread(ref, options, emails, cited, _anchor, permalink, file.endpoint)


_THREAD = re.compile(r".*/thread/([A-Z2-7]{32})/?")


def _fetch_hyperkitty(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request the cited message, if there is one, because it names its thread; then request the thread's mbox file."""
    base, list_, thread = _hyperkitty_names(ref)
    if ref.kind is Kind.MESSAGE:
        message = yield from source.get_json(f"{base}/api/list/{list_}/email/{thread}/")
        match = _THREAD.fullmatch(text(message, "thread"))
        thread = match[1] if match else thread
    file = yield from _get_mbox(f"{base}/list/{list_}/export/{list_}.mbox.gz?thread={thread}")
    return _read_hyperkitty(ref, options, file)


def _hyperkitty_names(ref: ThreadRef) -> tuple[str, str, str]:
    """Return the URL of the archive, the name of the list, and the id of the thread or message."""
    base, _, rest = ref.url.partition("/list/")
    return base, rest.partition("/")[0], ref.id.rpartition("/")[2]


def _read_hyperkitty(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    base, list_, thread = _hyperkitty_names(ref)
    emails = read_emails(file.body, file.name)

    def post_id(id_: str) -> str:
        return b32encode(_sha1(id_)).decode("ascii")

    def permalink(id_: str) -> str:
        return f"{base}/list/{list_}/message/{post_id(id_)}/"

    # A thread keeps the id of its first message, even if that is deleted.
    cited = thread if any(post_id(email.id) == thread for email in emails) else None
    return email_thread(ref, options, emails, cited, post_id, permalink, file.endpoint)


_PAGE = re.compile(r'<a href="([0-9]{1,9})\.html">', re.IGNORECASE)


def _fetch_pipermail(ref: ThreadRef, options: FetchOptions) -> RequestGenerator[FetchResult]:
    """Request the index and the mbox file of a volume, which is usually a month.

    The mbox file does not contain the numbers of the pages, but both are in the order of arrival.
    """
    folder, number = ref.url.rpartition("/")[0], ref.id.rpartition("/")[2]
    index = yield from source.get_page(f"{folder}/thread.html")
    numbers = sorted(set(_PAGE.findall(index.body.decode("latin-1"))), key=int)
    if number not in numbers:
        error = NotFound if numbers else BadResponse
        raise error(ref.url, "the message is not in the index of the archive")
    try:
        file = yield from _get_mbox(f"{folder}.txt.gz")
        emails = read_emails(file.body, file.name)
    except (BadResponse, Forbidden, NotFound):
        file = yield from _get_mbox(f"{folder}.txt")
        emails = read_emails(file.body, file.name)
    if len(emails) != len(numbers):
        raise BadResponse(file.name, "the mbox file and the index of the archive differ")
    pages: dict[str, str] = {email.id: page for email, page in zip(emails, numbers, strict=True)}

    def post_id(id_: str) -> str:
        return pages.get(id_, id_)

    def permalink(id_: str) -> str:
        return f"{folder}/{pages[id_]}.html"

    result = email_thread(ref, options, emails, number, post_id, permalink, file.endpoint)
    return replace(result, note=result.note or "messages of the same archive volume only")


def _read_mbox(ref: ThreadRef, options: FetchOptions, file: SavedFile) -> FetchResult:
    """Return the thread of the cited message, or of the first one if the URL does not contain its Message-ID."""

    def post_id(id_: str) -> str:
        return message_id(quote(id_, safe="")) or _anchor(id_)

    def permalink(id_: str) -> str:
        return f"https://mid.mail-archive.com/{post_id(id_)}" if by_id else ref.url

    _, by_id, cited = ref.id.partition("mid/")
    emails = read_emails(file.body, file.name)
    return email_thread(ref, options, emails, cited or None, post_id, permalink, file.endpoint)


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
