"""Snapshots: saved threads as data, one JSON file a thread in ``_threads/`` next to the pages.

Rich text is stored as blocks and spans, never as markup. The extension reads snapshots, the snapshot tool writes them.
A string that may be harmful (a ``javascript:`` URL, a path, a control character) is refused by the type of its field.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from sphinx_thread_cards.platforms import PLATFORMS
from sphinx_thread_cards.urls import ThreadRef

FORMAT = 1
"""Version of the file format; a reader refuses a newer one."""
FOLDER = "_threads"
"""Name of the folder of snapshots, in the source directory."""
MEDIA_FOLDER = "media"
"""Name of the folder of images, in the folder of snapshots."""
MAX_BYTES = 8 * 1024 * 1024
MAX_POSTS = 5_000
MAX_ID = 300
_MAX_REASON = 300
MAX_DEPTH = 8
"""How many quotes, lists and quoted posts may be nested in a post."""

# White space, control and format characters, noncharacters. Spelled out, because a character class that combines
# \s with ranges is slow.
_INVISIBLE = (
    r"\x00-\x20\x7f-\xa0\u061c\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000"
    r"\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff"
)
# Controls and direction overrides (Unicode TR36), and what XML and UTF-8 cannot hold. The direction marks U+200E,
# U+200F and U+061C are allowed, because Arabic and Hebrew need them.
_UNSAFE = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff"
_PATTERNS: dict[str, re.Pattern[str]] = {}
"""By the name of a kind of string."""
_EXPECTED: dict[str, str] = {}
"""What a pattern stands for, in messages."""


def _string(kind: str, pattern: str, expected: str) -> Meta:
    pattern = rf"^(?:{pattern})$(?!\n)"  # in Python, "$" also matches before a newline at the end
    _PATTERNS[kind], _EXPECTED[pattern] = re.compile(pattern), expected
    return Meta(pattern=pattern)


def is_valid(kind: str, value: str) -> bool:
    """Return whether a string may be the value of a field of this kind: ``id``, ``url``, ``lang`` ..."""
    return _PATTERNS[kind].match(value) is not None


_SEGMENT = rf"(?!\.\.?(?:/|$))[^/\\{_INVISIBLE}]+"
_WEB = rf"[Hh][Tt][Tt][Pp][Ss]?://[^/?#@<>\\\x22{_INVISIBLE}]+(?:[/?#][^<>\x22{_INVISIBLE}]*)?"
_LINE = rf"[^\n{_UNSAFE}]*"
_LANG = "[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}"
_DIGEST = "sha256:[0-9a-f]{64}"
_FILE = r"[A-Za-z0-9_-]{1,150}(?:\.[A-Za-z0-9_-]{1,20})?\.(?:png|jpe?g)"
Text = Annotated[str, _string("text", rf"[^{_UNSAFE}]*", "text without control characters")]
Line = Annotated[str, _string("line", _LINE, "one line of text without control characters")]
Name = Annotated[str, _string("name", rf"{_LINE}[^\s{_UNSAFE}]{_LINE}", "a name")]
URL = Annotated[str, _string("url", _WEB, "an http or https URL without a user name")]
Id = Annotated[str, _string("id", f"{_SEGMENT}(?:/{_SEGMENT})*", "an id without spaces and '..'")]
Host = Annotated[str, _string("host", r"[a-z0-9_.-]{1,253}(?::[0-9]{1,5})?", "a host name")]
PlatformName = Annotated[str, _string("platform", "[a-z0-9-]{1,40}", "the name of a platform")]
LanguageTag = Annotated[str, _string("lang", _LANG, "a language tag such as de or pt-BR")]
CodeLanguage = Annotated[str, _string("code", "[A-Za-z0-9_+#./-]{1,60}", "a programming language")]
FileName = Annotated[str, _string("file", _FILE, "the name of a .png or .jpg file without a path")]
Endpoint = Annotated[str, _string("endpoint", f"{_WEB}|file|hand", "a URL, or file, or hand")]
Digest = Annotated[str, _string("digest", _DIGEST, "sha256: and 64 hexadecimal digits")]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]  # every JSON parser has these (RFC 8259)
Time = Annotated[datetime, Meta(tz=True)]
State = Literal["open", "closed", "merged", "answered", "locked"]
"""State of an issue, request or question; ``locked`` is open, but closed to replies."""


class Status(StrEnum):
    """What is known of the live thread."""

    LIVE = "live"
    """As saved, when last checked."""
    EDITED = "edited"
    """Changed since it was saved."""
    DELETED = "gone"
    """Deleted, or no longer public."""
    WITHDRAWN = "withdrawn"
    """Removed from the site on request; nothing of it is stored, and it is not fetched again."""


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
    """URL of a video's still image."""
    file: FileName | None = None
    """Name in the media folder; None if the image is not saved."""
    width: Count | None = None
    """Width of the saved image in pixels."""
    height: Count | None = None
    alt: Text | None = None


class Author(_Struct, frozen=True):
    """A participant of a thread."""

    handle: Name
    """Without the leading ``@``; ``name@host`` in the fediverse."""
    name: Line | None = None
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
    """Digest of the posts when they were fetched, see :func:`digest`."""
    archived: URL | None = None
    status: Status = Status.LIVE
    checked: Time | None = None
    """When the status was last checked."""
    complete: bool = field(default=True, name="whole")
    """Whether all posts were available when the thread was saved."""


class Thread(_Struct, frozen=True):
    """A saved thread; ``(platform, host, id)`` is :attr:`ThreadRef.key`."""

    platform: PlatformName
    host: Host
    id: Id
    url: URL
    title: Line | None = None
    lang: LanguageTag | None = None
    participants: tuple[Author, ...] = ()
    posts: tuple[Post, ...] = ()
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
        """What :attr:`ThreadRef.key` is for this thread."""
        return self.platform, self.host, self.id

    @property
    def is_summary(self) -> bool:
        """Whether only what a citation needs is saved; the one participant is the author."""
        return not self.posts and self.provenance.status is not Status.WITHDRAWN


class SnapshotError(ValueError):
    """A snapshot cannot be used; the message names the JSON path and the reason."""


_decoder = msgspec.json.Decoder(Thread)


def decode(data: bytes) -> Thread:
    """Parse a snapshot; raise a SnapshotError if it is invalid."""
    if len(data) > MAX_BYTES:
        raise SnapshotError(f"larger than {MAX_BYTES // 1024**2} MB; remove posts")
    try:
        thread = _decoder.decode(data.removeprefix(b"\xef\xbb\xbf"))
        _check(thread)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        # The names of unknown fields are not checked.
        raise SnapshotError(clean_line(_explain(error, data))[:_MAX_REASON]) from None
    except RecursionError:
        raise SnapshotError("quotes or lists are nested too deeply") from None
    return thread


def _explain(error: Exception, data: bytes) -> str:
    """Return the reason for a decoding error, in plain words."""
    if not isinstance(error, msgspec.ValidationError):
        return f"invalid JSON: {error}"
    with suppress(Exception):  # of any JSON
        if (version := int(msgspec.json.decode(data)["format"])) > FORMAT:
            return f"format {version} is newer than this version of sphinx-thread-cards reads; update it"
    reason, _, path = str(error).partition(" - at ")
    for pattern, expected in _EXPECTED.items():
        reason = reason.replace(f"`str` matching regex {pattern!r}", expected)
    return f"{path.strip('`')}: {reason[:1].lower()}{reason[1:]}".removeprefix(": ")


def _check(thread: Thread) -> None:
    """Check what the types of the fields cannot express."""
    if len(thread.posts) > MAX_POSTS:
        raise SnapshotError(f"$.posts: at most {MAX_POSTS} posts are allowed; remove some")
    handles = {author.handle for author in thread.participants}
    ids: set[str] = set()
    for index, post in enumerate(thread.posts):
        path = f"$.posts[{index}]"
        if post.id in ids:
            reason = f"an earlier post has the id {post.id!r}; remove one of them"
            raise SnapshotError(f"{path}.id: {reason}")
        ids.add(post.id)
        for author in (part.author for part in with_quoted(post) if part.author not in handles):
            reason = f"{author!r} is not in $.participants; add this handle"
            raise SnapshotError(f"{path}.author: {reason}")
        if _depth(post) > MAX_DEPTH:
            raise SnapshotError(f"{path}: quotes or lists are nested too deeply")


def with_quoted(post: Post) -> Iterator[Post]:
    """Yield a post, the post it quotes, and so on."""
    current: Post | None = post
    while current:
        yield current
        current = current.quoted


def _depth(part: Post | Block) -> int:
    """Return how deeply quotes, lists and quoted posts are nested."""
    match part:
        case Post():
            inner = [*part.blocks, *([part.quoted] if part.quoted else [])]
        case Quote():
            inner = list(part.blocks)
        case List():
            inner = [block for item in part.items for block in item]
        case _:
            return 0
    return 1 + max(map(_depth, inner), default=0)


def encode(thread: Thread) -> bytes:
    """Return a snapshot as JSON with sorted keys, one value a line; raise what :func:`decode` would raise."""
    compact = msgspec.json.encode(msgspec.to_builtins(thread) | {"format": FORMAT}, order="sorted")
    decode(compact)
    return msgspec.json.format(compact, indent=2) + b"\n"


def digest(posts: Iterable[Post]) -> str:
    """Return ``sha256:`` and the hash of what the authors wrote: text, content warnings and alternative texts.

    URLs and sizes of images do not count, because some servers change them with every request.
    """
    content = [authored_content(post) for post in posts]
    data = json.dumps(content, separators=(",", ":"), sort_keys=True)
    return f"sha256:{hashlib.sha256(data.encode('ascii')).hexdigest()}"


def authored_content(post: Post) -> dict[str, Any]:
    """Return the part of a post that its author wrote, as builtin types."""
    return {
        "id": post.id,
        "author": post.author,
        "blocks": msgspec.to_builtins(post.blocks),
        "warning": post.warning,
        "media": [{"kind": media.kind, "alt": media.alt} for media in post.media],
        "quoted": authored_content(post.quoted) if post.quoted else None,
    }


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of snapshots."""
    return msgspec.json.schema(Thread)


_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNSAFE_CHARACTERS = re.compile(f"[{_UNSAFE}]")


def clean_text(text: str) -> str:
    r"""Return text without control characters and direction overrides; every line break becomes ``\n``."""
    if text.replace("\n", "").isprintable():
        return text
    return _UNSAFE_CHARACTERS.sub("", _LINE_BREAKS.sub("\n", text))


def clean_line(text: str) -> str:
    """Return text as :func:`clean_text` does, on one line and with single spaces."""
    return " ".join(clean_text(text).split())


def saved_images(thread: Thread) -> Iterator[Media]:
    """Yield the saved images of a thread: avatars, images of posts and of quoted posts."""
    yield from (it.avatar for it in thread.participants if it.avatar and it.avatar.file)
    for post in thread.posts:
        for part in with_quoted(post):
            yield from (media for media in part.media if media.file)


# -- Files ---------------------------------------------------------------------

_MAX_NAME = 200
_PLAIN_NAME = re.compile(r"[a-z0-9_-][a-z0-9_.%+=@,-]*(?<!\.)")
_RESERVED_NAME = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9])(?:\..*)?", re.IGNORECASE)


def snapshot_path(ref: ThreadRef | Thread, folder: Path) -> Path:
    """Return the file of a thread's snapshot, which need not exist; it is always below ``folder``.

    The name is the id, with ``/`` as folders: ``x/1313512835843055618.json``. The host stands before it where ids
    belong to a host (``mastodon/social.example/110446983178245440.json``); on other platforms only a host other
    than the usual one is named, with ``@``. File systems may ignore case or forbid characters, so an upper-case
    letter is written as ``!`` and its lower-case form, any other character as ``~`` and two hexadecimal digits a byte.
    """
    platform, names = PLATFORMS.get(ref.platform), [_file_name(ref.platform)]
    # The id of a plain page begins with its host.
    if platform.many_servers if platform else ref.platform != "web":
        names.append(_file_name(ref.host))
    elif platform and ref.host != platform.hosts[0]:
        names.append(f"@{_file_name(ref.host)}")
    *folders, name = map(_file_name, ref.id.split("/"))
    # A folder must not have the name of another thread's file.
    folders = [re.sub(r"\.json$", "~2ejson", part) for part in folders]
    return Path(folder, *names, *folders, f"{name}.json")


def _file_name(text: str) -> str:
    is_reserved = _RESERVED_NAME.fullmatch(text)
    if _PLAIN_NAME.fullmatch(text) and len(text) <= _MAX_NAME and not is_reserved:
        return text
    name = re.sub(r"[^a-z0-9_.%+=@,-]", lambda match: _escape(match[0]), text) or "~"
    if name[0] in ".@" or is_reserved:
        name = _hex_bytes(text[0]) + name.removeprefix(_escape(text[0])).removeprefix(text[0])
    if name.endswith("."):
        name = name[:-1] + _hex_bytes(".")
    if len(name) > _MAX_NAME:
        hash_ = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        name = f"{name[:120]}~~{hash_[:32]}"
    return name


def _escape(character: str) -> str:
    return f"!{character.lower()}" if "A" <= character <= "Z" else _hex_bytes(character)


def _hex_bytes(text: str) -> str:
    return "".join(f"~{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


def load(ref: ThreadRef, folder: Path) -> Thread | None:
    """Return the snapshot of a thread, or None if there is none; raise a SnapshotError if it cannot be used.

    A file is parsed again only if it has changed.
    """
    path = snapshot_path(ref, folder)
    try:
        if not path.is_file():
            return None
        status = path.stat()
    except OSError as error:
        raise SnapshotError(str(error.strerror)) from None
    loaded = _load(path, status.st_mtime_ns, status.st_size)
    if isinstance(loaded, str):
        raise SnapshotError(loaded)
    if loaded.key != ref.key:
        found, expected = " ".join(loaded.key), " ".join(ref.key)
        raise SnapshotError(f"contains the thread {found!r}; expected {expected!r}")
    return loaded


@lru_cache(maxsize=1024)
def _load(path: Path, _mtime: int, _size: int) -> Thread | str:
    """Return the thread in a file, or the reason why it cannot be used."""
    try:
        with path.open("rb") as file:
            return decode(file.read(MAX_BYTES + 1))
    except SnapshotError as error:
        return str(error)
    except OSError as error:
        return str(error.strerror)


def save(thread: Thread, folder: Path) -> bool:
    """Write the snapshot of a thread; return whether the file is new or changed.

    Raises:
        SnapshotError: the thread cannot be saved; no file is written.
        OSError: the file cannot be written; an earlier one is unchanged.
    """
    return write_atomic(snapshot_path(thread, folder), encode(thread))


def write_atomic(path: Path, content: bytes) -> bool:
    """Write a file, unless it has this content; return whether it is new or changed.

    Other processes see either the old or the new content, never a part.
    """
    with suppress(FileNotFoundError):
        if path.stat().st_size == len(content) and path.read_bytes() == content:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"~{os.getpid()}-{threading.get_ident()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return True
