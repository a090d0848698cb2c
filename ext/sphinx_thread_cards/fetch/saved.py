"""A file that the author saved: a page from the browser, downloaded JSON, or mails."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sphinx_thread_cards.fetch.answers import Answer, as_page
from sphinx_thread_cards.fetch.errors import BadAnswer
from sphinx_thread_cards.fetch.pages.archives import is_archive, open_archive
from sphinx_thread_cards.fetch.pages.meta import address_of_page
from sphinx_thread_cards.fetch.rich.spans import safe_link

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 64 * 1024 * 1024
"""Of a saved file, unpacked; browsers write pictures into pages."""
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What a saved file holds."""

    name: str
    """For messages."""
    body: bytes

    @property
    def is_html(self) -> bool:
        """Whether it looks like a page, or a web archive of one."""
        return self.body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or is_archive(self.body)

    @property
    def address(self) -> str | None:
        """The address that a web archive, or the comment of a browser or canonical link in a page, says it is of.

        Only http and https; None if it does not say, or is no page, or a broken archive.
        """
        if is_archive(self.body):
            archived = open_archive(self.body)
            noted = safe_link(archived.url) if archived else None
            if archived is None or noted:
                return noted
        return address_of_page(self.html()) if self.is_html else None

    @property
    def is_mail(self) -> bool:
        """Whether it looks like an mbox file."""
        return self.body.startswith(b"From ")

    def json(self) -> Any:  # noqa: ANN401 - whatever it holds
        """Its content, as JSON.

        :raises BadAnswer: if it is none.
        """
        try:
            return json.loads(self.body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            kind = "a web page" if self.is_html else "broken or no JSON"
            raise BadAnswer(self.name, f"the file is {kind}, where JSON was due") from None

    def html(self) -> str:
        """Its content, as the text of a page.

        :raises BadAnswer: if it is none, or an archive that cannot be read.
        """
        if not self.is_html:
            raise BadAnswer(self.name, "the file is no web page")
        archived = open_archive(self.body)
        if archived is None and is_archive(self.body):
            raise BadAnswer(self.name, "the web archive is broken, or holds no page")
        kind = f"text/html; charset={archived.charset}" if archived and archived.charset else "text/html"
        body = archived.body if archived else self.body
        return as_page(Answer(url=self.name, headers={"Content-Type": kind}, body=body)).text


def open_saved(path: Path) -> Saved:
    """Read a file, which may be packed with gzip.

    :raises BadAnswer: if it cannot be read, or is too large.
    """
    try:
        body = path.read_bytes()[: MOST_BYTES + 1]
    except OSError as error:
        raise BadAnswer(path.name, f"the file cannot be read: {error.strerror}") from None
    return Saved(name=path.name, body=unpacked(body, path.name))


def unpacked(body: bytes, name: str) -> bytes:
    """A file or an answer as it was before gzip packed it; itself if it is not packed.

    :param name: of the file, or the address that was asked; for messages.
    :raises BadAnswer: if it is not whole, or is or grows too large.
    """
    try:
        if body.startswith(_GZIP):
            body = gzip.GzipFile(fileobj=io.BytesIO(body)).read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise BadAnswer(name, "the file cannot be read: it is not whole") from None
    if len(body) > MOST_BYTES:
        raise BadAnswer(name, f"the file is larger than {MOST_BYTES // 1024**2} MB")
    return body
