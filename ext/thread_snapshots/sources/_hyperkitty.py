"""What HyperKitty answers, read: mails in JSON, and the names of mails in addresses.

Fields: https://gitlab.com/mailman/hyperkitty/-/blob/master/hyperkitty/api/email.py. A mail's name is made from its
Message-ID: https://docs.mailman3.org/projects/mailman/en/latest/src/mailman/archiving/docs/common.html
"""

from __future__ import annotations

import re
from base64 import b32encode
from dataclasses import dataclass
from hashlib import sha1
from typing import TYPE_CHECKING, Any

from thread_snapshots.mail.body import attached
from thread_snapshots.mail.headers import shown_name
from thread_snapshots.mail.text import without_addresses
from thread_snapshots.rich_text import from_plain
from thread_snapshots.shape import at, ident, objects, text, when
from sphinx_thread_cards.thread import Author, Post

if TYPE_CHECKING:
    from collections.abc import Mapping

    from thread_snapshots.mail.mails import Mail
    from sphinx_thread_cards.urls import ThreadRef

_LAST_PART = re.compile(r".*/(?:email|thread)/([A-Z2-7]{32})/?(?:\?.*)?")
_HASH = re.compile("[A-Z2-7]{32}")
_MEMBER = re.compile("[A-Za-z0-9-]{1,64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where the addresses of a list begin."""

    base: str
    name: str
    hash: str
    """Of the thread, or of the mail, that is cited."""

    def api(self, path: str) -> str:
        """An address of the interface for programs."""
        return f"{self.base}/api/list/{self.name}/{path}"

    def mail(self, hash_: str) -> str:
        """The page of a mail."""
        return f"{self.base}/list/{self.name}/message/{hash_}/"

    def export(self, choice: str) -> str:
        """The thread or the message as a file of mails."""
        return f"{self.base}/list/{self.name}/export/{self.name}.mbox.gz?{choice}={self.hash}"


def place_of(ref: ThreadRef) -> Place:
    """Where the list of a thread is, and what is cited."""
    base, _, rest = ref.url.partition("/list/")
    return Place(base=base, name=rest.partition("/")[0], hash=ref.id.rpartition("/")[2])


def post_of(mail: object, place: Place) -> Post | None:
    """A mail in JSON, with its text or without; None for what is none."""
    hash_ = ident(mail, "message_id_hash")
    if not _HASH.fullmatch(hash_):
        return None
    files = attached(text(file, "name") for file in objects(mail, "attachments"))
    blocks = (*from_plain(text(mail, "content")), *files)
    return Post(
        id=hash_,
        url=place.mail(hash_),
        author=_name(mail),
        posted=when(at(mail, "date")),
        blocks=without_addresses(blocks),
        answers=hash_in(at(mail, "parent")) or None,
    )


def people_of(mails: list[dict[str, Any]], place: Place) -> Mapping[str, Author]:
    """Those who wrote, with their pages on the archive, which only members have."""
    people: dict[str, Author] = {}
    for mail in mails:
        name, id_ = _name(mail), ident(mail, "sender", "mailman_id")
        url = f"{place.base}/users/{id_}/" if _MEMBER.fullmatch(id_) else None
        people.setdefault(name, Author(handle=name, name=name, url=url))
    return people


def _name(mail: object) -> str:
    return shown_name(text(mail, "sender_name"), text(mail, "sender", "address"))


def hash_in(url: object) -> str:
    """The hash at the end of an address; empty if there is none."""
    match = _LAST_PART.fullmatch(url[:1000]) if isinstance(url, str) else None
    return match[1] if match else ""


def hash_of(mail: Mail) -> str:
    """The archive's name for a mail: the SHA-1 of its Message-ID, in base 32."""
    return b32encode(sha1(mail.id.encode("utf-8", "replace"), usedforsecurity=False).digest()).decode("ascii")
