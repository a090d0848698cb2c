"""Groups.io: mails that the author saved, such as the file that members can download: https://groups.io/helpcenter."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from sphinx_thread_cards.fetch.errors import BadAnswer
from sphinx_thread_cards.fetch.saved import MOST_BYTES
from sphinx_thread_cards.fetch.sources._by_file import thread_in_file
from sphinx_thread_cards.fetch.steps import Found, Source, Wish

if TYPE_CHECKING:
    from sphinx_thread_cards.fetch.saved import Saved
    from sphinx_thread_cards.model import ThreadRef

_ZIP = b"PK\x03\x04"


def saved(ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read mails, also as the archive packs those that a member downloads: one file in a ZIP."""
    if file.body.startswith(_ZIP):
        file = replace(file, body=_unzipped(file))
    return thread_in_file(ref, wish, file)


def _unzipped(file: Saved) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(file.body)) as archive, archive.open(archive.namelist()[0]) as mails:
            body = mails.read(MOST_BYTES + 1)
    except (
        OSError,
        EOFError,
        ValueError,
        LookupError,
        RuntimeError,
        NotImplementedError,
        zipfile.BadZipFile,
        zlib.error,
    ):
        raise BadAnswer(file.name, "the file cannot be unpacked") from None
    if len(body) > MOST_BYTES:
        raise BadAnswer(file.name, f"the file is larger than {MOST_BYTES // 1024**2} MB")
    return body


SOURCE = Source(
    name="groups-io",
    why_not="Groups.io answers programs of its members only; save the mails as an mbox file",
    saved=saved,
)
