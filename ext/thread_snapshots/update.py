"""Fetches threads into snapshots, and compares snapshots with the live threads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from msgspec.structs import replace
from sphinx_thread_cards import snapshot
from sphinx_thread_cards.snapshot import Paragraph, Post, Provenance, SnapshotError, Status, Thread

from thread_snapshots.images import ImageSaver
from thread_snapshots.json_access import dig, flag, text
from thread_snapshots.saved_file import read_file
from thread_snapshots.source import (
    FetchError,
    FetchOptions,
    FetchResult,
    Forbidden,
    NotFound,
    get_json,
    plural,
    run_requests,
)
from thread_snapshots.thread_builder import handles, leaf_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import timedelta
    from pathlib import Path

    from sphinx_thread_cards.urls import ThreadRef

    from thread_snapshots.saved_file import SavedFile
    from thread_snapshots.site import CitedThread
    from thread_snapshots.source import Request, RequestGenerator, Response, Source

_RESERVED_HOSTS = (".example", ".invalid", ".test")
_MAX_ERRORS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchConfig:
    """How to fetch, the same for all threads of a run."""

    store: Path
    """The folder of snapshots."""
    sources: Mapping[str, Source]
    send: Callable[[Request], Response]
    endpoints: Collection[str] = ()
    """Hosts that the site's author has redirected; these may have reserved names."""
    refresh: bool = False
    """Fetch threads that are saved already."""
    older_than: timedelta | None = None
    """Fetch saved threads that were last checked longer ago."""
    replies: bool = False
    """Include the replies of other people, whatever the pages say."""
    media: bool = True
    """Save images."""
    archive: bool = False
    """Look up an archived copy."""
    dry_run: bool = False
    file: SavedFile | None = None
    """Read the thread from this file instead of the network."""


class FetchStatus(StrEnum):
    """What became of a thread."""

    SAVED = "saved"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    """Saved already, and not fetched or the same."""
    DUE = "due"
    """Would be fetched, but this is a dry run."""
    SKIPPED = "skipped"
    """Cannot or must not be fetched."""
    FAILED = "failed"
    """An earlier snapshot, if there is one, is unchanged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UpdateResult:
    """The result of :func:`fetch` for one thread."""

    cited: CitedThread
    status: FetchStatus
    message: str = ""
    """Details, as a clause."""
    posts: int = 0
    """Number of saved posts."""


class CheckStatus(StrEnum):
    """A live thread, compared with its snapshot."""

    SAME = "same"
    EDITED = "edited"
    """Posts were edited or deleted."""
    DELETED = "deleted"
    PRIVATE = "private"
    """Not public, or closed to programs."""
    UNREACHABLE = "unreachable"
    UNCHECKED = "unchecked"
    """Cannot be compared."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckResult:
    """The result of :func:`check` for one thread."""

    cited: CitedThread
    status: CheckStatus
    message: str = ""
    """Details, as a clause."""
    known: bool = False
    """Whether the snapshot had this status before."""
    marked: bool = False
    """Whether the snapshot has this status now, and had another one before."""


# -- Fetch ---------------------------------------------------------------------


def fetch(cited: CitedThread, config: FetchConfig) -> UpdateResult:
    """Fetch a thread and save it, unless that is not necessary or not possible.

    Raises:
        OSError: a file cannot be written.
    """
    ref = cited.ref
    try:
        before = snapshot.load(ref, config.store)
    except SnapshotError as error:
        if not config.refresh:
            path = snapshot.snapshot_path(ref, config.store)
            message = f"invalid snapshot: {error}; fix or delete {path}, or use --refresh"
            return UpdateResult(cited=cited, status=FetchStatus.FAILED, message=message)
        before = None
    posts = len(before.posts) if before else 0
    status, message = _due(ref, before, config)
    try:
        if status is FetchStatus.DUE and not config.dry_run:
            thread, message = _fetch(cited, before, config)
            snapshot.save(thread, config.store)
            posts, status = len(thread.posts), _status(thread, before)
        elif status is FetchStatus.UNCHANGED and before and config.archive and not config.dry_run:
            thread, message = _add_archived(before, ref, config)
            status = FetchStatus.UPDATED if snapshot.save(thread, config.store) else status
    except FetchError as error:
        status, message = FetchStatus.FAILED, error.message_for(ref.url)
    except SnapshotError as error:
        status, message = FetchStatus.FAILED, f"cannot save the thread: {error}"
    return UpdateResult(cited=cited, status=status, message=message, posts=posts)


def _status(thread: Thread, before: Thread | None) -> FetchStatus:
    if before is None:
        return FetchStatus.SAVED
    provenance = replace(thread.provenance, checked=before.provenance.checked)
    same = replace(thread, provenance=provenance) == before
    return FetchStatus.UNCHANGED if same else FetchStatus.UPDATED


def _due(ref: ThreadRef, before: Thread | None, config: FetchConfig) -> tuple[FetchStatus, str]:
    """Return whether a thread has to be fetched, or else why not."""
    if before and before.provenance.status is Status.WITHDRAWN:
        path = snapshot.snapshot_path(ref, config.store)
        return FetchStatus.SKIPPED, f"withdrawn; delete {path} to fetch it again"
    if config.file:
        return FetchStatus.DUE, ""
    if before and before.provenance.endpoint in {None, "hand"}:
        message = "the snapshot was written manually" if config.refresh else ""
        return FetchStatus.UNCHANGED, message
    refresh = config.refresh or (before and before.is_summary)
    if before and not refresh and not _is_old(before.provenance, config.older_than):
        return FetchStatus.UNCHANGED, ""
    if reason := unsupported_reason(ref, config):
        return (FetchStatus.UNCHANGED if before else FetchStatus.SKIPPED), reason
    return FetchStatus.DUE, ""


def _is_old(provenance: Provenance, age: timedelta | None) -> bool:
    times = [time for time in (provenance.retrieved, provenance.checked) if time]
    return age is not None and (not times or datetime.now(UTC) - max(times) > age)


def unsupported_reason(ref: ThreadRef, config: FetchConfig) -> str:
    """Return why a thread cannot be fetched; empty if it can."""
    source = config.sources.get(ref.platform)
    if source is None:
        return "this platform is not supported; save the page in a browser and use --from"
    if ref.host.endswith(_RESERVED_HOSTS) and ref.host not in config.endpoints:
        return "the host is reserved for examples"
    return "" if source.fetch else source.unsupported


def _request_thread(ref: ThreadRef, options: FetchOptions, config: FetchConfig) -> FetchResult:
    source = config.sources.get(ref.platform)
    if config.file:
        return read_file(source, ref, options, config.file)
    if source is None or source.fetch is None:
        raise FetchError(ref.url, unsupported_reason(ref, config))
    return run_requests(source.fetch(ref, options), config.send)


def _fetch(cited: CitedThread, before: Thread | None, config: FetchConfig) -> tuple[Thread, str]:
    """Return the thread to save, and remarks."""
    options = FetchOptions(
        replies=cited.replies or config.replies,
        # Saved replies are requested again, even if the option that asked for them is gone.
        posts=cited.posts | (_replies_of_others(before) if before else frozenset()),
    )
    result = _request_thread(cited.ref, options, config)
    thread, note = merge(result, before, now())
    notes = [result.note, note]
    if config.media:
        saver = ImageSaver(config.store, config.send, before)
        thread = saver.save(thread)
        if errors := saver.errors:
            details = "; ".join([*errors[:_MAX_ERRORS], *(["..."] if errors[_MAX_ERRORS:] else [])])
            notes.append(f"{plural(len(errors), 'image')} not saved ({details})")
    if config.archive or cited.ref.archive:
        thread, note = _add_archived(thread, cited.ref, config)
        notes.append(note)
    return thread, "; ".join(filter(None, notes))


def _replies_of_others(thread: Thread) -> frozenset[str]:
    return frozenset(post.id for post in thread.posts if post.author != thread.posts[0].author)


def now() -> datetime:
    """Return the current time as snapshots store it."""
    return datetime.now(UTC).replace(microsecond=0)


def merge(result: FetchResult, before: Thread | None, time: datetime) -> tuple[Thread, str]:
    """Merge a fetched thread into its earlier snapshot; no post is lost.

    Posts that are missing from the result stay after the post that they followed. If the earlier snapshot is complete
    and the result is not, its version of a post wins, because the result may be abridged.

    Returns:
        The thread to save, and a remark about missing posts.
    """
    thread, posts, missing = result.thread, list(result.thread.posts), list[int]()
    saved = before.posts if before else ()
    source = before.provenance if before else Provenance()
    was_complete = source.complete and bool(saved)
    live = _match(saved, posts)
    for number, post in enumerate(saved, 1):
        if post.id not in live:
            missing.append(number)
            previous = saved[number - 2] if number > 1 else None
            _insert(post, posts, live.get(previous.id, previous).id if previous else None)
    if was_complete and not result.complete:
        own = {live[post.id].id: post for post in saved if post.id in live}
        posts = [own.get(post.id, post) for post in posts]
    people = (*(before.participants if before else ()), *thread.participants)
    authors = {author.handle: author for author in people}
    used = dict.fromkeys(handle for post in posts for handle in handles(post))
    digest = snapshot.digest(posts)
    unchanged = digest == source.digest
    provenance = Provenance(
        retrieved=source.retrieved if unchanged else time,
        checked=time if unchanged else None,
        endpoint=thread.provenance.endpoint,
        digest=digest,
        archived=source.archived,
        status=Status.EDITED if missing and result.complete else Status.LIVE,
        complete=result.complete or was_complete,
    )
    merged = replace(
        thread,
        title=thread.title or (before and before.title),
        posts=tuple(posts),
        participants=tuple(authors[handle] for handle in used),
        provenance=provenance,
    )
    note = f"{_numbers('post', missing)} not in the response, and left as saved" if missing else ""
    return merged, note


def _match(saved: Sequence[Post], live: Sequence[Post]) -> dict[str, Post]:
    """Return live posts by the ids of their saved versions.

    Posts match by id, else by URL: Bluesky has two ids for an account.
    """
    matched = {post.id: post for post in live}
    ids = {post.id for post in saved}
    by_url = {post.url: post for post in live if post.id not in ids}
    for post in saved:
        if post.id not in matched and (same := by_url.pop(post.url, None)):
            matched[post.id] = same
    return matched


def _insert(post: Post, posts: list[Post], previous: str | None) -> None:
    """Insert a post after another one, or at the beginning."""
    position = next((i for i, other in enumerate(posts, 1) if other.id == previous), 0)
    if 0 < position < len(posts) and posts[position].reply_to is None:
        # Without this, the next post would reply to the inserted one.
        posts[position] = replace(posts[position], reply_to=previous)
    posts.insert(position, post)


def _numbers(noun: str, numbers: Sequence[int]) -> str:
    """Return ``post 2`` or ``posts 2, 5, 7``."""
    return f"{noun}{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"


# -- Archived copies -----------------------------------------------------------


def _add_archived(thread: Thread, ref: ThreadRef, config: FetchConfig) -> tuple[Thread, str]:
    if thread.provenance.archived:
        return thread, ""
    try:
        url = ref.archive or run_requests(find_archived(ref), config.send)
    except FetchError as error:
        return thread, f"no archived copy found: {error}"
    if url is None:
        return thread, "the Wayback Machine has no copy"
    provenance = replace(thread.provenance, archived=url)
    return replace(thread, provenance=provenance), "archived copy found"


def find_archived(ref: ThreadRef) -> RequestGenerator[str | None]:
    """Return the URL of a thread's copy in the Wayback Machine, or None.

    API: https://archive.org/help/wayback_api.php
    """
    urls = [ref.url, ref.read_url]
    if ref.platform == "x":  # copies made before 2023
        urls.insert(1, ref.url.replace("//x.com/", "//twitter.com/", 1))
    for url in filter(None, urls):
        data = yield from get_json(
            f"https://archive.org/wayback/available?url={quote(url, safe='')}"
        )
        closest = dig(data, "archived_snapshots", "closest")
        copy = re.sub("^http:", "https:", text(closest, "url"))
        usable = flag(closest, "available") and text(closest, "status") == "200"
        if usable and copy.startswith("https://web.archive.org/web/"):
            return copy
    return None


# -- Check ---------------------------------------------------------------------


def check(cited: CitedThread, config: FetchConfig) -> CheckResult:
    """Compare a snapshot with the live thread, and mark the snapshot as edited, deleted or live.

    Raises:
        OSError: the snapshot cannot be written.
    """
    try:
        saved = snapshot.load(cited.ref, config.store)
    except SnapshotError as error:
        message = f"invalid snapshot: {error}"
        return CheckResult(cited=cited, status=CheckStatus.UNCHECKED, message=message)
    if saved is None or saved.provenance.status is Status.WITHDRAWN:
        message = "withdrawn" if saved else "not saved"
        return CheckResult(cited=cited, status=CheckStatus.UNCHECKED, message=message)
    status, message = _compare_live(cited, saved, config)
    mark = {
        CheckStatus.SAME: Status.LIVE,
        CheckStatus.EDITED: Status.EDITED,
        CheckStatus.DELETED: Status.DELETED,
    }.get(status)
    known = mark is saved.provenance.status
    marked = mark is not None and not known and not config.dry_run
    if mark and marked:
        provenance = replace(saved.provenance, status=mark, checked=now())
        snapshot.save(replace(saved, provenance=provenance), config.store)
    return CheckResult(cited=cited, status=status, message=message, known=known, marked=marked)


def _compare_live(
    cited: CitedThread, saved: Thread, config: FetchConfig
) -> tuple[CheckStatus, str]:
    if reason := unsupported_reason(cited.ref, config):
        return CheckStatus.UNCHECKED, reason
    if saved.is_summary:
        return CheckStatus.UNCHECKED, "only a summary is saved"
    others = _replies_of_others(saved)
    options = FetchOptions(
        replies=cited.replies or bool(others - cited.posts), posts=cited.posts | others
    )
    try:
        return compare(saved, _request_thread(cited.ref, options, config))
    except NotFound as error:
        return CheckStatus.DELETED, error.reason
    except Forbidden as error:
        return CheckStatus.PRIVATE, error.reason
    except FetchError as error:
        return CheckStatus.UNREACHABLE, error.message_for(cited.ref.url)


def compare(saved: Thread, result: FetchResult) -> tuple[CheckStatus, str]:
    """Compare the posts of a snapshot with a fetched thread.

    A missing post counts as deleted only if the result is complete.
    """
    posts = result.thread.posts
    live = _match(saved.posts, posts)
    same_endpoint = _api(saved) == _api(result.thread)
    content = snapshot.authored_content if same_endpoint else _plain_text
    edited, missing, seen = list[int](), list[int](), set[str]()
    for number, post in enumerate(saved.posts, 1):
        current = live.get(post.id)
        if current is None:
            missing.append(number)
            continue
        seen.add(current.id)
        if content(_comparable(post, post)) != content(_comparable(current, post)):
            # Part of a thread from another API may be abridged.
            (edited if same_endpoint or result.complete else missing).append(number)
    deleted = missing if result.complete else []
    changes = [(edited, "edited"), (deleted, "deleted")]
    message = "; ".join(
        f"{_numbers('post', numbers)} {what}" for numbers, what in changes if numbers
    )
    if message:
        return CheckStatus.EDITED, message
    if missing:
        return CheckStatus.UNCHECKED, f"{_numbers('post', missing)} not in the response"
    new = sum(post.id not in seen for post in posts)
    note = f"{plural(new, 'new post')}; save with fetch --refresh" if new else ""
    return CheckStatus.SAME, note


def _api(thread: Thread) -> str:
    """Return the server and path that a thread was fetched from, or ``file``."""
    parts = urlsplit(thread.provenance.endpoint or "")
    return parts.netloc + parts.path


def _comparable(post: Post, saved: Post) -> Post:
    """Return what a post says itself; alternative texts by the site's author and new handles are no edits."""
    media = post.media
    if len(media) == len(saved.media):
        pairs = zip(media, saved.media, strict=True)
        media = tuple(replace(image, alt=image.alt or own.alt) for image, own in pairs)
    return replace(post, id=saved.id, author=saved.author, media=media, quoted=None)


def _plain_text(post: Post) -> str:
    """Return the letters and digits of a post, which are the same in all APIs and formats."""
    parts: Iterable[str] = (
        "".join(span.text for span in block.spans) if isinstance(block, Paragraph) else block.text
        for block in leaf_blocks(post.blocks)
    )
    joined = re.sub(r"https?://\S+|\S+…", "", " ".join([*parts, post.warning or ""]))
    return re.sub(r"[\W_]+", "", joined).casefold()
