"""Fetches threads into snapshots, and compares snapshots with the live threads."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlsplit

from msgspec.structs import replace
from sphinx_thread_cards import snapshot
from sphinx_thread_cards.snapshot import Paragraph, Post, Provenance, SnapshotError, Status, Thread
from sphinx_thread_cards.urls import ThreadRef

from thread_snapshots import source, store, webpage
from thread_snapshots.errors import FetchError, Forbidden, NotFound, Refused, plural
from thread_snapshots.images import ImageSaver
from thread_snapshots.json_access import dig, safe_url, text
from thread_snapshots.saved_file import SavedFile
from thread_snapshots.source import FetchOptions, FetchResult, RequestGenerator
from thread_snapshots.sources import SOURCES
from thread_snapshots.thread_builder import leaf_blocks, summary_of

if TYPE_CHECKING:  # at run time, this would import Sphinx
    from thread_snapshots.site import CitedThread

FetchStatus = Literal["saved", "updated", "unchanged", "due", "skipped", "failed"]
"""What happened to a thread; ``due`` only in a dry run."""
CheckStatus = Literal["same", "state", "edited", "deleted", "private", "unreachable", "unchecked"]
"""A live thread, compared with its snapshot; ``state`` if nothing else has changed."""
_STATUS_OF_CHECK = {"same": Status.LIVE, "edited": Status.EDITED, "deleted": Status.DELETED}
_RESERVED_HOSTS = (".example", ".invalid", ".test")
_MAX_ERRORS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchConfig:
    """How to fetch; the same for all threads of a run."""

    store: Path
    send: Callable[[source.Request], source.Response]
    endpoints: Collection[str] = ()
    """Hosts of ``thread_cards_endpoints``, which may have reserved names."""
    batch_hosts: Collection[str] = ()
    """Hosts for which there is a token, as :attr:`Source.summarize_batch` requires."""
    media: bool = True
    # The options of the command.
    summary: bool = False
    refresh: bool = False
    older_than: int | None = None  # days since the last check
    replies: bool = False
    archive: bool = False
    dry_run: bool = False
    file: SavedFile | None = None
    summaries: dict[tuple[str, str, str], FetchResult | FetchError] = field(default_factory=dict)
    """By :attr:`ThreadRef.key`; filled by :func:`request_batches`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The result of :func:`fetch` or :func:`check` for one thread."""

    cited: "CitedThread"
    status: FetchStatus | CheckStatus
    message: str = ""
    known: bool = False
    """Whether an earlier check reported the same, so that the exit code ignores it."""


def _source(ref: ThreadRef) -> source.Source:
    """Return the source of a platform; for others, the one that reads pages."""
    return SOURCES.get(ref.platform, webpage.SOURCE)


def _unsupported(ref: ThreadRef, config: FetchConfig) -> str:
    """Return why a thread cannot be fetched; empty if it can."""
    if ref.host.endswith(_RESERVED_HOSTS) and ref.host not in config.endpoints:
        return "the host is reserved for examples"
    platform_source = _source(ref)
    return "" if platform_source.fetch else platform_source.unsupported


def _request(ref: ThreadRef, options: FetchOptions, config: FetchConfig) -> FetchResult:
    platform_source = _source(ref)
    if config.file:
        result = webpage.read_file(platform_source, ref, options, config.file)
    elif options.summary and (batched := config.summaries.get(ref.key)):
        if isinstance(batched, FetchError):
            raise batched
        return batched
    elif platform_source.fetch:
        result = source.run_requests(platform_source.fetch(ref, options), config.send)
    else:
        raise FetchError(ref.url, platform_source.unsupported)
    return summary_of(result) if options.summary and result.thread.posts else result


def request_batches(
    threads: Iterable["CitedThread"], config: FetchConfig, *, saved: bool = False
) -> None:
    """Request the due summaries, many at once where the platform allows that, and store them in ``config.summaries``.

    With ``saved``, all saved summaries are due, as for a check.
    """
    groups: defaultdict[tuple[str, str], list[ThreadRef]] = defaultdict(list)
    wanted = config.summary and not config.dry_run and not config.file
    for ref in (cited.ref for cited in threads if cited.ref.host in config.batch_hosts):
        with suppress(SnapshotError):
            before = snapshot.load(ref, config.store)
            if saved:
                is_due = before is not None and before.is_summary
            else:
                is_due = wanted and _due(ref, before, config)[0] == "due"
            if is_due:
                groups[ref.platform, ref.host].append(ref)
    for refs in groups.values():
        summarize = _source(refs[0]).summarize_batch
        while summarize and refs:
            batch, refs[:] = refs[: source.MAX_BATCH], refs[source.MAX_BATCH :]
            try:
                results = source.run_requests(summarize(batch), config.send)
            except FetchError as error:
                results = [error] * len(batch)
            for ref, result in zip(batch, results, strict=True):
                if not isinstance(result, NotFound):  # or transferred, which a single request finds
                    config.summaries[ref.key] = result


def fetch(cited: "CitedThread", config: FetchConfig) -> Result:
    """Fetch a thread and save it, unless that is unnecessary or impossible."""
    ref, before = cited.ref, None
    status: FetchStatus
    try:
        before = snapshot.load(ref, config.store)
    except SnapshotError as error:
        path = snapshot.snapshot_path(ref, config.store)
        message = f"invalid snapshot: {error}; fix or delete {path}"
        return Result(cited=cited, status="failed", message=message)
    status, message = _due(ref, before, config)
    if config.dry_run:
        return Result(cited=cited, status=status, message=message)
    try:
        if status == "due":
            thread, message = _fetch(cited, before, config)
        elif status == "unchanged" and before and config.archive:
            thread, message = _add_archived(before, ref, config)
            current, archived = _reload(ref, config) or before, thread.provenance.archived
            thread = replace(current, provenance=replace(current.provenance, archived=archived))
        else:
            return Result(cited=cited, status=status, message=message)
        if _is_withdrawn(_reload(ref, config)):
            return Result(cited=cited, status="skipped", message="withdrawn in the meantime")
        store.save(thread, config.store)
    except FetchError as error:
        status, message = "failed", error.message_for(ref.url)
    except SnapshotError as error:
        status, message = "failed", f"cannot save the thread: {error}"
    else:
        checked = before.provenance.checked if before else None
        same = replace(thread, provenance=replace(thread.provenance, checked=checked)) == before
        status = "unchanged" if same else "updated" if before else "saved"
        posts = plural(len(thread.posts), "post") if thread.posts else "summary"
        message = "; ".join(filter(None, ("" if same else posts, message)))
    return Result(cited=cited, status=status, message=message)


def _due(ref: ThreadRef, before: Thread | None, config: FetchConfig) -> tuple[FetchStatus, str]:
    """Return whether a thread has to be fetched, or else why not."""
    if before and _is_withdrawn(before):
        path = snapshot.snapshot_path(ref, config.store)
        return "skipped", f"withdrawn; delete {path} to fetch it again"
    if before and before.provenance.endpoint in {None, "hand"}:
        is_requested = config.refresh or config.file
        return "unchanged", "the snapshot was written manually" if is_requested else ""
    if config.file:
        return "due", ""
    if before and not config.refresh:
        last, days = before.provenance.checked or before.provenance.retrieved, config.older_than
        is_old = days is not None and (not last or (datetime.now(UTC) - last).days >= days)
        enough = not before.is_summary or config.summary or _source(ref).only_summaries
        if enough and not is_old:
            return "unchanged", ""
    if reason := _unsupported(ref, config):
        return "unchanged" if before else "skipped", reason
    return "due", ""


def _fetch(cited: "CitedThread", before: Thread | None, config: FetchConfig) -> tuple[Thread, str]:
    """Return the thread to save, and remarks."""
    options = FetchOptions(
        summary=config.summary,
        replies=config.replies,
        # Saved replies are requested again, even if the option is no longer set.
        posts=cited.posts | _replies_of_others(before),
    )
    result = _request(cited.ref, options, config)
    before = _reload(cited.ref, config) or before
    thread, note = merge(result, before, store.now())
    notes = [result.note, note]
    if config.media and result.thread.posts:
        saver = ImageSaver(config.store, config.send, before)
        thread = saver.save(thread)
        if errors := saver.errors:
            details = "; ".join([*errors[:_MAX_ERRORS], *(["..."] if errors[_MAX_ERRORS:] else [])])
            notes.append(f"{plural(len(errors), 'image')} not saved ({details})")
    if config.archive or cited.ref.archive:
        thread, note = _add_archived(thread, cited.ref, config)
        notes.append(note)
    return thread, "; ".join(filter(None, notes))


def _reload(ref: ThreadRef, config: FetchConfig) -> Thread | None:
    """Return the snapshot as it is now, because another run may have saved or withdrawn it in the meantime."""
    with suppress(SnapshotError):
        return snapshot.load(ref, config.store)
    return None


def _is_withdrawn(thread: Thread | None) -> bool:
    return thread is not None and thread.provenance.status is Status.WITHDRAWN


def _replies_of_others(thread: Thread | None) -> frozenset[str]:
    posts = thread.posts if thread else ()
    return frozenset(post.id for post in posts if post.author != posts[0].author)


def merge(result: FetchResult, before: Thread | None, time: datetime) -> tuple[Thread, str]:
    """Merge a fetched thread into its earlier snapshot; no post is lost.

    Posts that are missing from the result stay after the post that they followed. If the earlier snapshot is complete
    and the result is not, its version of a post wins, because the result may be abridged. A summary updates the title,
    the number of replies and the state of a snapshot with posts. The string is a remark about missing posts.
    """
    thread, origin = result.thread, before.provenance if before else Provenance()
    title = thread.title or (before and before.title)
    if thread.is_summary and before and before.posts:
        replies = before.replies if thread.replies is None else thread.replies
        state = {"state": thread.state, "state_since": thread.state_since}
        return replace(before, title=title, replies=replies, **state), ""
    posts, missing = list(thread.posts), list[int]()
    saved = before.posts if before else ()
    was_complete = origin.complete and bool(saved)
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
    used = dict.fromkeys(part.author for post in posts for part in snapshot.with_quoted(post))
    digest = store.digest(posts) if posts else None
    same_summary = before and replace(before, provenance=thread.provenance) == thread
    unchanged = digest == origin.digest if posts else same_summary
    provenance = Provenance(
        retrieved=origin.retrieved if unchanged else time,
        checked=time if unchanged else None,
        endpoint=thread.provenance.endpoint,
        digest=digest,
        archived=origin.archived,
        status=Status.EDITED if missing and result.complete else Status.LIVE,
        complete=result.complete or was_complete,
    )
    merged = replace(
        thread,
        title=title,
        posts=tuple(posts),
        participants=tuple(authors[handle] for handle in used) or thread.participants,
        provenance=provenance,
    )
    note = f"{_posts(missing)} not in the response; the saved version stays" if missing else ""
    return merged, note


def _match(saved: Sequence[Post], live: Sequence[Post]) -> dict[str, Post]:
    """Return live posts by saved id, matched by id, or else by URL, because a Bluesky account has two ids."""
    matched = {post.id: post for post in live}
    ids = {post.id for post in saved}
    # Emails may share the URL of the thread, which identifies none of them.
    urls = Counter(post.url for post in (*saved, *live))
    by_url = {post.url: post for post in live if post.id not in ids}
    for post in saved:
        same = by_url.get(post.url)
        is_unique = urls[post.url] == 2  # noqa: PLR2004 - one saved, one live
        if same and is_unique and post.id not in matched:
            matched[post.id] = same
    return matched


def _insert(post: Post, posts: list[Post], previous: str | None) -> None:
    """Insert a post after another one, or at the beginning."""
    position = next((i for i, other in enumerate(posts, 1) if other.id == previous), 0)
    if 0 < position < len(posts) and posts[position].reply_to is None:
        # Without this, the next post would reply to the inserted one.
        posts[position] = replace(posts[position], reply_to=previous)
    posts.insert(position, post)


def _posts(numbers: Sequence[int]) -> str:
    """Return ``post 2`` or ``posts 2, 5, 7``."""
    return f"post{'s' if numbers[1:] else ''} {', '.join(map(str, numbers))}"


def _add_archived(thread: Thread, ref: ThreadRef, config: FetchConfig) -> tuple[Thread, str]:
    if thread.provenance.archived:
        return thread, ""
    try:
        url = ref.archive or source.run_requests(find_archived(ref), config.send)
    except FetchError as error:
        return thread, f"no archived copy found: {error}"
    if url is None:
        return thread, "the Wayback Machine has no copy"
    provenance = replace(thread.provenance, archived=url)
    return replace(thread, provenance=provenance), "archived copy found"


def find_archived(ref: ThreadRef) -> RequestGenerator[str | None]:
    """Return the URL of a copy in the Wayback Machine, or None (https://archive.org/help/wayback_api.php)."""
    # Copies of X that were made before 2023 have its old host.
    urls = (ref.url, ref.url.replace("//x.com/", "//twitter.com/", 1), ref.read_url)
    for url in dict.fromkeys(filter(None, urls)):
        query = quote(url, safe="")
        data = yield from source.get_json(f"https://archive.org/wayback/available?url={query}")
        closest = dig(data, "archived_snapshots", "closest")
        copy = safe_url(re.sub("^http:", "https:", text(closest, "url"))) or ""
        if text(closest, "status") == "200" and copy.startswith("https://web.archive.org/web/"):
            return copy
    return None


def check(cited: "CitedThread", config: FetchConfig) -> Result:
    """Compare a snapshot with the live thread, and mark the snapshot as edited, deleted or live.

    A new state is reported, but saved only by the next :func:`fetch`.
    """
    status: CheckStatus = "unchecked"
    message, state, known = "not saved", "", False
    try:
        saved = snapshot.load(cited.ref, config.store)
    except SnapshotError as error:
        saved, message = None, f"invalid snapshot: {error}"
    if saved and _is_withdrawn(saved):
        message = "withdrawn"
    elif saved:
        status, message, state = _compare_live(cited, saved, config)
        new = _STATUS_OF_CHECK.get(status)
        known = new is saved.provenance.status
        saved = _reload(cited.ref, config) or saved
        if new and not known and not config.dry_run and not _is_withdrawn(saved):
            provenance = replace(saved.provenance, status=new, checked=store.now())
            store.save(replace(saved, provenance=provenance), config.store)
    if state and (known or status in {"same", "unchecked"}):
        status, known = "state", False
    message = "; ".join(filter(None, (state, message)))
    return Result(cited=cited, status=status, message=message, known=known)


def _compare_live(
    cited: "CitedThread", saved: Thread, config: FetchConfig
) -> tuple[CheckStatus, str, str]:
    """Return the result of :func:`compare`, and how the state has changed."""
    others = _replies_of_others(saved)
    replies = config.replies or bool(others - cited.posts)
    options = FetchOptions(summary=saved.is_summary, replies=replies, posts=cited.posts | others)
    if reason := _unsupported(cited.ref, config):
        return "unchecked", reason, ""
    try:
        result = _request(cited.ref, options, config)
    except NotFound as error:
        return "deleted", error.reason, ""
    except Forbidden as error:
        return "unchecked" if isinstance(error, Refused) else "private", error.reason, ""
    except FetchError as error:
        return "unreachable", error.message_for(cited.ref.url), ""
    return *compare(saved, result), _state_change(saved, result.thread)


def _state_change(saved: Thread, live: Thread) -> str:
    """Return ``cited as open, closed since 3 March 2026``, or an empty string."""
    if not saved.state or not live.state or live.state == saved.state:
        return ""
    since = live.state_since
    state = f"{live.state} since {since.day} {since:%B %Y}" if since else f"now {live.state}"
    return f"cited as {saved.state}, {state}"


def compare(saved: Thread, result: FetchResult) -> tuple[CheckStatus, str]:
    """Compare the posts of a snapshot, or the title of a summary, with a fetched thread.

    A missing post counts as deleted only if the result is complete.
    """
    if saved.is_summary:
        title = result.thread.title
        return ("same", "") if title == saved.title else ("edited", f"the title is now {title!r}")
    if result.thread.is_summary:
        return "unchecked", "the platform shows no posts"
    live = _match(saved.posts, result.thread.posts)
    same_endpoint = _api(saved) == _api(result.thread)
    content = store.authored_content if same_endpoint else _plain_text
    missing, edited = list[int](), list[int]()
    for number, post in enumerate(saved.posts, 1):
        current = live.get(post.id)
        if current is None:
            missing.append(number)
        elif content(_comparable(post, post)) != content(_comparable(current, post)):
            edited.append(number)
    if not same_endpoint and not result.complete:  # posts may be abridged there
        missing, edited = sorted(missing + edited), []
    deleted = missing if result.complete else []
    changes = [(edited, "edited"), (deleted, "deleted")]
    message = "; ".join(f"{_posts(numbers)} {what}" for numbers, what in changes if numbers)
    if message:
        return "edited", message
    if missing:
        return "unchecked", f"{_posts(missing)} not in the response"
    new = len(result.thread.posts) - len(saved.posts)
    return "same", f"{plural(new, 'new post')}; save with fetch --refresh" if new > 0 else ""


def _api(thread: Thread) -> str:
    """Return the server and path that a thread was fetched from, or ``file``."""
    parts = urlsplit(thread.provenance.endpoint or "")
    return parts.netloc + parts.path


def _comparable(post: Post, saved: Post) -> Post:
    """Return a post without differences that are not edits: new handles and the site author's alternative texts."""
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
