"""Snapshots: saved threads as data, one JSON file per thread in ``_threads/`` next to the pages.

Rich text is stored as blocks and spans, never as markup. The types of the fields reject strings that may be harmful (a
``javascript:`` URL, a path, a control character). ``thread_snapshots`` writes the files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct, field

from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.urls import ThreadRef

FORMAT = 1  # version of the files; a newer one is refused
FOLDER = "_threads"
MEDIA_FOLDER = "media"  # in FOLDER
MAX_POSTS = 5_000
_MAX_BYTES = 8 * 1024 * 1024
_MAX_DEPTH = 8  # of quotes, lists and quoted posts in a post
_MAX_NAME = 200

# White space, control and format characters, noncharacters; spelled out, because \s next to ranges is slow.
_INVISIBLE = (
    r"\x00-\x20\x7f-\xa0\u061c\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000"
    r"\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff"
)
# Controls and direction overrides (Unicode TR36), and what XML and UTF-8 cannot hold. The direction marks U+200E,
# U+200F and U+061C are allowed, because Arabic and Hebrew need them.
_UNSAFE = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff"
_EXPECTED: dict[str, str] = {}  # filled by _string: msgspec's text for a pattern, and plain text


def _string(pattern: str, expected: str) -> Meta:
    pattern = rf"^(?:{pattern})$(?!\n)"  # in Python, "$" also matches before a newline at the end
    _EXPECTED[f"`str` matching regex {pattern!r}"] = expected
    return Meta(pattern=pattern)


def is_valid(kind: Any, value: str) -> bool:
    """Return whether a string may be the value of a field of this type: :data:`Id`, :data:`LanguageTag` ..."""
    return re.match(get_args(kind)[1].pattern, value) is not None


_SEGMENT = rf"(?!\.\.?(?:/|$))[^/\\{_INVISIBLE}]+"
_WEB = rf"[Hh][Tt][Tt][Pp][Ss]?://[^/?#@<>\\\x22{_INVISIBLE}]+(?:[/?#][^<>\x22{_INVISIBLE}]*)?"
_LINE = rf"[^\n{_UNSAFE}]*"
_LANG = "[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}"
_FILE = r"[A-Za-z0-9_-]{1,150}(?:\.[A-Za-z0-9_-]{1,20})?\.(?:png|jpe?g)"
Text = Annotated[str, _string(rf"[^{_UNSAFE}]*", "text without control characters")]
Name = Annotated[str, _string(rf"{_LINE}[^{_INVISIBLE}]{_LINE}", "one line of visible text")]
URL = Annotated[str, _string(_WEB, "an http or https URL without a user name")]
Id = Annotated[str, _string(f"{_SEGMENT}(?:/{_SEGMENT})*", "an id without spaces and '..'")]
Host = Annotated[str, _string(r"[a-z0-9_.-]{1,253}(?::[0-9]{1,5})?", "a host name")]
PlatformName = Annotated[str, _string("[a-z0-9-]{1,40}", "the name of a platform")]
LanguageTag = Annotated[str, _string(_LANG, "a language tag such as de or pt-BR")]
CodeLanguage = Annotated[str, _string("[A-Za-z0-9_+#./-]{1,60}", "a programming language")]
FileName = Annotated[str, _string(_FILE, "the name of a .png or .jpg file without a path")]
Endpoint = Annotated[str, _string(f"{_WEB}|file|hand", "a URL, or file, or hand")]
Digest = Annotated[str, _string("sha256:[0-9a-f]{64}", "sha256: and 64 hexadecimal digits")]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]  # every JSON parser reads these exactly (RFC 8259)
Time = Annotated[datetime, Meta(tz=True)]
State = Literal["open", "closed", "merged", "answered", "locked"]
"""State of an issue, request or question; ``locked`` is open, but closed to replies."""


class Status(StrEnum):
    """Status of the live thread, as far as known."""

    LIVE = "live"
    """As saved, when last checked."""
    EDITED = "edited"
    """Changed since it was saved."""
    DELETED = "gone"
    """Deleted, or no longer public."""
    WITHDRAWN = "withdrawn"
    """Removed from the site on request; no content is stored, and the thread is not fetched again."""


class _Struct(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Base of all parts of a snapshot; fields with their default value are not written."""


class Span(_Struct, frozen=True):
    """A run of text in one style."""

    text: Text
    href: URL | None = None
    emphasis: bool = False
    strong: bool = False
    code: bool = False


class Paragraph(_Struct, frozen=True, tag_field="type", tag="paragraph"):
    r"""A paragraph; ``\n`` in a span is a line break."""

    spans: tuple[Span, ...]


class Code(_Struct, frozen=True, tag_field="type", tag="code"):
    """Preformatted text."""

    text: Text
    language: CodeLanguage | None = None


class Quote(_Struct, frozen=True, tag_field="type", tag="quote"):
    """Blocks that the author of the post quotes."""

    blocks: tuple[Block, ...]


class List(_Struct, frozen=True, tag_field="type", tag="list"):
    """A bullet list, or a numbered list that begins with ``start``."""

    items: tuple[tuple[Block, ...], ...]
    ordered: bool = False
    start: Count = 1


Block = Paragraph | Code | Quote | List


class Media(_Struct, frozen=True):
    """An image, or a video with its still image."""

    kind: Literal["picture", "video"] = "picture"
    url: URL | None = None
    """URL of the image, or of the page where the video can be watched."""
    still: URL | None = None
    file: FileName | None = None
    """Name in the media folder; None if the image is not saved."""
    width: Count | None = None
    height: Count | None = None
    alt: Text | None = None


class Author(_Struct, frozen=True):
    """A participant of a thread."""

    handle: Name
    """Without the leading ``@``; ``name@host`` in the fediverse."""
    name: Name | None = None
    url: URL | None = None
    avatar: Media | None = None


class Post(_Struct, frozen=True):
    """One post of a thread."""

    id: Id
    url: URL
    author: Name
    """Handle of one of the thread's participants."""
    reply_to: Id | None = field(default=None, name="answers")
    """Id of the earlier post that this one replies to, unless it is the one right before."""
    posted: Time | None = None
    edited: Time | None = None
    blocks: tuple[Block, ...] = ()
    media: tuple[Media, ...] = ()
    warning: Text | None = None
    """Content warning set by the author."""
    lang: LanguageTag | None = None
    """Language, if it differs from the thread's."""
    quoted: Post | None = None


class Provenance(_Struct, frozen=True):
    """Where a snapshot comes from, and what has become of the thread."""

    retrieved: Time | None = None
    """Time of the fetch; None for a snapshot written manually."""
    endpoint: Endpoint | None = None
    """URL of the request, ``file`` for a page saved from a browser, ``hand`` for a snapshot written manually."""
    digest: Digest | None = None
    """Digest of the posts when they were fetched."""
    archived: URL | None = None
    status: Status = Status.LIVE
    checked: Time | None = None
    complete: bool = field(default=True, name="whole")
    """Whether all posts were available when the thread was saved."""


class Thread(_Struct, frozen=True):
    """A saved thread; ``(platform, host, id)`` is :attr:`ThreadRef.key`."""

    platform: PlatformName
    host: Host
    id: Id
    url: URL
    title: Annotated[Name, Meta(max_length=1000)] | None = None
    lang: LanguageTag | None = None
    participants: tuple[Author, ...] = ()
    posts: Annotated[tuple[Post, ...], Meta(max_length=MAX_POSTS)] = ()
    replies: Count | None = None
    """How many replies the platform counts, saved or not."""
    state: State | None = None
    """State when the thread was saved; None where the platform has no states."""
    state_since: Time | None = None
    posted: Time | None = None
    """Time of the first post, in a summary."""
    provenance: Provenance = Provenance()
    format: Annotated[int, Meta(ge=1, le=FORMAT)] = FORMAT

    @property
    def key(self) -> tuple[str, str, str]:
        return self.platform, self.host, self.id

    @property
    def is_summary(self) -> bool:
        """Whether only what a citation needs is saved; the one participant is the author."""
        return not self.posts and self.provenance.status is not Status.WITHDRAWN


class SnapshotError(ValueError):
    """A snapshot cannot be used; the message names the JSON path and the reason."""


def decode(data: bytes) -> Thread:
    """Parse a snapshot; raise a SnapshotError if it is invalid."""
    if len(data) > _MAX_BYTES:
        raise SnapshotError(f"larger than {_MAX_BYTES // 1024**2} MB; remove posts")
    try:
        thread = _decoder.decode(data.removeprefix(b"\xef\xbb\xbf"))
        _check(thread)
    except msgspec.ValidationError as error:
        raise SnapshotError(_explain(str(error), data)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SnapshotError(f"invalid JSON: {error}") from None
    except RecursionError:
        raise SnapshotError("quotes or lists are nested too deeply") from None
    return thread


def _explain(error: str, data: bytes) -> str:
    """Return the message of a validation error in plain language."""
    with suppress(Exception):  # of any JSON
        if (version := int(msgspec.json.decode(data)["format"])) > FORMAT:
            return f"format {version} is not supported by this version; update sphinx-thread-cards"
    reason, _, path = error.partition(" - at ")
    for pattern, expected in _EXPECTED.items():
        reason = reason.replace(pattern, expected)
    reason = f"{path.strip('`')}: {reason[:1].lower()}{reason[1:]}".removeprefix(": ")
    return clean_line(reason)[:300]  # it may contain the name of an unknown field


def _check(thread: Thread) -> None:
    """Check what the types of the fields cannot express."""
    handles = {author.handle for author in thread.participants}
    ids: set[str] = set()
    for index, post in enumerate(thread.posts):
        path = f"$.posts[{index}]"
        if post.id in ids:
            raise SnapshotError(f"{path}.id: an earlier post has the id {post.id!r}; remove one")
        ids.add(post.id)
        for level, part in enumerate(with_quoted(post), 1):
            if part.author not in handles:
                raise SnapshotError(f"{path}.author: add {part.author!r} to $.participants")
            if level + _depth(part.blocks) > _MAX_DEPTH:
                raise SnapshotError(f"{path}: quotes or lists are nested too deeply")


def _depth(blocks: Sequence[Block]) -> int:
    quotes = (block.blocks for block in blocks if isinstance(block, Quote))
    items = (item for block in blocks if isinstance(block, List) for item in block.items)
    return max((1 + _depth(inner) for inner in (*quotes, *items)), default=0)


def with_quoted(post: Post) -> Iterator[Post]:
    """Yield a post, the post it quotes, and so on."""
    yield post
    if post.quoted:
        yield from with_quoted(post.quoted)


def clean_text(text: str) -> str:
    r"""Return text without control characters and direction overrides; every line break becomes ``\n``."""
    text = re.sub("\r\n|[\r\x0b\x0c\x85\u2028\u2029]", "\n", text)
    return re.sub(f"[{_UNSAFE}]", "", text)


def clean_line(text: str) -> str:
    """Return text as :func:`clean_text` does, on one line and with single spaces."""
    return " ".join(clean_text(text).split())


def saved_images(thread: Thread) -> Iterator[Media]:
    """Yield the saved images of a thread: avatars, images of posts and of quoted posts."""
    yield from (it.avatar for it in thread.participants if it.avatar and it.avatar.file)
    for post in thread.posts:
        for part in with_quoted(post):
            yield from (media for media in part.media if media.file)


_decoder = msgspec.json.Decoder(Thread)  # created here, because creating it in parallel may crash
# Not allowed in the name of a file, or not at the beginning or end. Windows reserves names such as con and con.txt.
_FORBIDDEN = re.compile(
    r"[^A-Za-z0-9_.%+=@,-]|^[.@]|\.\Z|^(?=(?i:con|prn|aux|nul|(?:com|lpt)[0-9])(?:\..*)?\Z)."
)


def snapshot_path(ref: ThreadRef | Thread, folder: Path) -> Path:
    """Return the path of a thread's snapshot, which need not exist; it is always inside ``folder``.

    The name is the id, with ``/`` as folders: ``x/1313512835843055618.json``. Where ids are unique only within a
    host, the host precedes the id (``mastodon/social.example/110446983178245440.json``); on other platforms only a
    host other than the usual one is included, with ``@``. File systems may ignore case or forbid characters, so an
    upper-case letter is written as ``!`` and its lower-case form, and any forbidden character as ``~`` and two
    hexadecimal digits per byte.
    """
    platform, names = PLATFORMS.get(ref.platform), [_file_name(ref.platform)]
    # The id of a plain page begins with its host.
    if platform.many_servers if platform else ref.platform != "web":
        names.append(_file_name(ref.host))
    elif platform and ref.host not in platform.hosts[:1]:
        names.append(f"@{_file_name(ref.host)}")
    *folders, name = map(_file_name, ref.id.split("/"))
    # A folder must not have the name of another thread's file.
    folders = [re.sub(r"\.json$", "~2ejson", part) for part in folders]
    return Path(folder, *names, *folders, f"{name}.json")


def _file_name(text: str) -> str:
    """Return the text as the name of a file; a long name is shortened to its beginning and a hash."""
    name = _FORBIDDEN.sub(lambda it: f"~{it[0].encode('utf-8', 'surrogatepass').hex('~')}", text)
    name = re.sub("[A-Z]", lambda it: f"!{it[0].lower()}", name) or "~"
    if len(name) > _MAX_NAME:
        hash_ = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        name = f"{name[:120]}~~{hash_[:32]}"
    return name


def load(ref: ThreadRef, folder: Path) -> Thread | None:
    """Return the snapshot of a thread, or None if there is none; raise a SnapshotError if it cannot be used."""
    path = snapshot_path(ref, folder)
    try:
        if not path.is_file():
            return None
        status = path.stat()
        thread = _load(path, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise SnapshotError(str(error.strerror)) from None
    if isinstance(thread, str):
        raise SnapshotError(thread)
    if thread.key != ref.key:
        expected, found = " ".join(ref.key), " ".join(thread.key)
        raise SnapshotError(f"thread {expected!r} expected, got {found!r}; move or fix the file")
    return thread


@lru_cache(maxsize=1024)
def _load(path: Path, _mtime: int, _size: int) -> Thread | str:
    """Return the thread in a file, or why it cannot be used; parse the file again only if it has changed."""
    with path.open("rb") as file:
        try:
            return decode(file.read(_MAX_BYTES + 1))
        except SnapshotError as error:
            return str(error)
