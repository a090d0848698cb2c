"""URLs and what is read from them: the tables in ``tests/platforms/``, and what holds for any string."""

from __future__ import annotations

import json
import re
import string
import subprocess
import sys
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sphinx_thread_cards import platforms
from sphinx_thread_cards.platforms import PLATFORMS, parse_or_page, parse_thread_url
from sphinx_thread_cards.urls import (
    OPTIONS,
    Kind,
    Platform,
    ThreadRef,
    is_web_url,
    message_id,
    snowflake,
    split_url,
)
from support.platform_tables import HOSTS, KNOWN, TABLES, Table

EXAMPLES = settings(max_examples=200, derandomize=True, deadline=None)
# An id becomes a path, an anchor and a file name.
SAFE_ID = re.compile(r"[^/\\\s\x00-\x20\x7f]+(?:/[^/\\\s\x00-\x20\x7f]+)*")
SAFE_URL = re.compile(r"http(?:s|(?=://[^/]+:[0-9]))://[^\s<>\"\\^`{|}\x00-\x20\x7f]+")
TRACKERS = re.compile(
    r"(?:utm|mtm|ga|vero)_.*|_ga|_gl|fbclid|gclid|dclid|yclid|msclkid|twclid|mc_[ce]id|_hs(enc|mi)"
    r"|__s|igshid?|xmt|si|ref|ref_.*|share_id|s|trk|trackingId|lipi|rcm|feature|pp|ab_channel"
    r"|source|single|u|silent|email_.*"
)
# Controls, lone surrogates, and characters that change the direction of what follows.
UNSAFE = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)
DIGITS = "0123456789\u0661\uff11\u00b2"
SEPARATORS = "/@:#?&=%.-_;+~!$'()*,[]|\\\"<>{}^` \t\n\x00\u200b\u202e\uff0f\uff20\u3002\ud800"
ALPHABET = st.sampled_from(string.ascii_letters + DIGITS + SEPARATORS)

each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


def check(url: str) -> ThreadRef | None:
    """Parse a URL and check all that holds for every thread."""
    ref = parse_thread_url(url, HOSTS)
    if ref is None:
        return None
    assert ref.platform in PLATFORMS
    assert ref.given_url == url.strip()
    assert SAFE_ID.fullmatch(ref.id), ref.id
    assert not {".", ".."} & set(ref.id.split("/")), ref.id
    assert re.fullmatch(r"[a-z0-9_.-]+(:[0-9]+)?", ref.host), ref.host
    for link in (ref.url, ref.read_url or ref.url, PLATFORMS[ref.platform].anonymous_url(ref)):
        assert SAFE_URL.fullmatch(link), link
        for parameter in filter(None, urlsplit(link).query.split("&")):
            assert not TRACKERS.fullmatch(parameter.partition("=")[0]), link
    for text in (ref.author, ref.community, ref.number, ref.title, ref.post, ref.mirror):
        assert text is None or (text == text.strip() != "" and not UNSAFE.search(text)), ascii(text)
    if ref.posted:
        assert ref.posted.tzinfo is UTC
        now = datetime.now(UTC)
        assert datetime(1990, 1, 1, tzinfo=UTC) < ref.posted < now + timedelta(days=2)
    again = parse_thread_url(ref.url, HOSTS)
    assert again is not None, ref.url
    assert (again.key, again.url, again.post) == (ref.key, ref.url, ref.post)
    return ref


# -- Tables --------------------------------------------------------------------


@each_table
def test_table_of_threads(table: Table) -> None:
    """Every field is as the table says; the canonical URL is that of the same thread and post."""
    for expected in table.threads:
        assert parse_thread_url(expected.given_url, table.hosts) == expected
        assert table.name in {expected.platform, "archives"}
        check(expected.given_url)


@each_table
def test_table_of_keys(table: Table) -> None:
    """URLs of one thread have one key, URLs of several threads have several."""
    for urls, count in [(g, 1) for g in table.same] + [(g, len(g)) for g in table.different]:
        keys = {url: ref.key for url in urls if (ref := parse_thread_url(url, table.hosts))}
        assert list(keys) == urls, "not recognised"
        assert len(set(keys.values())) == count, keys


def test_every_platform_has_a_table() -> None:
    assert {table.name for table in TABLES} == {*PLATFORMS, "archives", "other-pages"}


@pytest.mark.parametrize(
    "platform", [it for it in PLATFORMS.values() if not it.fix], ids=lambda it: it.name
)
def test_templates_use_what_the_route_reads(platform: Platform) -> None:
    for route in map(vars, platform._routes):  # noqa: SLF001
        required = [pattern for pattern, is_required in route["_query"] if is_required]
        required += [route["_fragment"]] if route["_needs_fragment"] else []
        groups = {"host", "site", "lower"}.union(
            *(pattern.groupindex for pattern in (route["pattern"], *required))
        )
        groups |= {"id"} if "mid" in groups else set()
        for template in (route["_url"], *dict(route["_fields"]).values()):
            names = {name for _, name, _, _ in string.Formatter().parse(template)}
            assert names - {None} <= groups


def test_guide_to_platforms() -> None:
    """The example is the section of the platform; all keys and options are documented."""
    folder = Path(platforms.__file__).parent
    guide = (folder / "README.md").read_text("utf-8")
    example = guide.partition("```toml\n")[2].partition("```")[0]
    assert example in (folder / "forums.toml").read_text("utf-8")
    keys = {field.name for field in fields(Platform)} - {"name", "family", "fix"}
    assert [name for name in keys | OPTIONS if not re.search(f"`{name}[`=]", guide)] == []


@each_table
def test_table_of_other_pages(table: Table) -> None:
    refs = [parse_thread_url(url, table.hosts) for url in table.not_threads]
    assert [ref.given_url for ref in refs if ref] == []


@pytest.mark.parametrize("url", KNOWN)
def test_irrelevant_differences(url: str) -> None:
    """White space, the scheme, the case of the host and tracking parameters do not change the key."""
    ref = check(url)
    assert ref is not None
    variants = [f"  {url}\n"]
    if url.startswith("http") and not ref.archive:
        scheme, _, rest = url.partition("://")
        host = re.split(r"[/?#]", rest, maxsplit=1)[0]
        after = rest[len(host) :]
        page, hash_, fragment = url.partition("#")
        tracked = f"{page}{'&' if '?' in page else '?'}utm_source=a&fbclid=b{hash_}{fragment}"
        variants += [f"{scheme.upper()}://{host.upper()}{after}", f"http://{host}{after}", tracked]
        if ":" not in host and not host.endswith("."):
            variants += [f"https://{host}.{after}", f"https://{host}:443{after}"]
    for variant in variants:
        other = parse_thread_url(variant, HOSTS)
        assert other is not None, variant
        assert other.key == ref.key, variant


# -- Any string ----------------------------------------------------------------


@given(st.text(max_size=300))
@EXAMPLES
@example("")
@example("https://")
@example("https://\ud800.example/@a/110446983178245440")
@example("https://" + "a." * 2000)
@example("https://x.com/\ud800")
def test_any_string(text: str) -> None:
    check(text)
    parse_or_page(text)
    is_web_url(text)


@given(st.sampled_from(["https://", "at://", "https:", "//"]), st.sampled_from(KNOWN), st.data())
@EXAMPLES
def test_any_path_on_a_known_host(scheme: str, url: str, data: st.DataObject) -> None:
    host = url.partition("://")[2].partition("/")[0]
    check(f"{scheme}{host}/{data.draw(st.text(alphabet=ALPHABET, max_size=120))}")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@given(data=st.data())
@settings(max_examples=40, derandomize=True, deadline=None)
def test_mutated_urls(table: Table, data: st.DataObject) -> None:
    """Whatever is recognised is the same when its canonical URL is parsed again."""
    url = data.draw(st.sampled_from([*table.known, *table.not_threads]))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(url)))
        change = data.draw(st.sampled_from(["insert", "delete", "double", "swap", "cut", "part"]))
        if change == "insert":
            url = url[:place] + data.draw(ALPHABET) + url[place:]
        elif change == "delete":
            url = url[:place] + url[place + 1 :]
        elif change == "double":
            url = url[:place] + url[place : place + 5] * 2 + url[place + 5 :]
        elif change == "swap":
            url = url[:place] + url[place:].swapcase()
        elif change == "cut":
            url = url[:place]
        else:
            parts = re.split(r"([/?#&=.@:_-])", url)
            odd = st.sampled_from(["..", ".", "%2e%2e", "%2F", "%00", "", "..%2f", "\u202e", "~"])
            texts = st.text(alphabet=ALPHABET, max_size=40) | st.from_regex("[0-9]{1,30}") | odd
            parts[data.draw(st.integers(0, len(parts) - 1))] = data.draw(texts)
            url = "".join(parts)
    check(url)


# -- Speed ---------------------------------------------------------------------

FILLERS = ("a", "1", "-", "/", "a/", "@a", "a.", "%41", "a-1", "/-/", "v=&", "\u00e9", "#")


def seconds(url: str, runs: int = 5) -> float:
    """Return the processor time of the fastest of several runs."""
    best = float("inf")
    for _ in range(runs):
        begin = process_time()
        parse_thread_url(url, HOSTS)
        best = min(best, process_time() - begin)
    return best


@each_table
def test_no_url_is_slow(table: Table) -> None:
    """4,000 hostile characters cost at most some multiple of 4,000 characters that are no thread."""
    bound = max(seconds("https://nobody.example/" + "a" * 3977) for _ in range(3)) * 60
    shapes = {re.sub(r"[A-Za-z0-9]+", "w", url): url for url in table.known}
    for url in list(shapes.values())[:8]:
        for end in [match.end() for match in re.finditer(r"[/?#=_@:-]", url)] + [len(url)]:
            for filler in FILLERS if end > len("https://") else ():
                hostile = url[:end] + filler * ((4000 - len(url)) // len(filler)) + url[end:]
                if seconds(hostile, 1) > bound:
                    assert seconds(hostile) <= bound, hostile[:200]


def test_long_strings_are_not_parsed() -> None:
    assert parse_thread_url("https://x.com/jack/status/20" + "/" * 1_000_000) is None
    assert parse_thread_url("https://x.com/jack/status/20" + " " * 5000) is None


# -- Dates of ids --------------------------------------------------------------

# ``computed`` is what an id encodes, or null; ``source_date`` is the date of the post itself.
VECTORS = json.loads((Path(__file__).parent.parent / "id_times.json").read_text("utf-8"))


def moment(text: str) -> datetime:
    """Return a date as the sources write them, in UTC."""
    for form in ("%B %d, %Y", "%Y-%m-%d %H:%M:%S.%f UTC"):
        with suppress(ValueError):
            return datetime.strptime(text, form).replace(tzinfo=UTC)
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row.get("url"))
def test_dates_of_ids(row: dict[str, str]) -> None:
    """No date is better than a wrong one: that of counters, and of copies of remote posts."""
    if "instagram" in row:  # the codes of Threads, but older
        digits = f"{string.ascii_uppercase}{string.ascii_lowercase}{string.digits}-_"
        decode = snowflake(23, "2010-10-01", epoch=1314220021721, digits=digits)
        posted = decode(row["instagram"])
    else:
        ref = parse_thread_url(row["url"])
        assert ref is not None
        posted = ref.posted
    if row["computed"] is None:
        assert posted is None
        return
    assert posted is not None
    assert abs(posted - moment(row["computed"])) < timedelta(milliseconds=1)
    if (source := row.get("source_date")) and not row.get("rewritten"):
        given = moment(source)
        whole_minute = given.second == given.microsecond == 0
        slack = timedelta(days=1) if "," in source else timedelta(seconds=60 if whole_minute else 1)
        assert abs(posted - given) < slack


# -- Other functions -----------------------------------------------------------


def test_pages_and_web_urls() -> None:
    page = parse_or_page(" https://Docs.Example.org/a?b#c ")
    assert page is not None
    assert (page.platform, page.kind, page.host) == ("web", Kind.PAGE, "docs.example.org")
    assert page.url == "https://Docs.Example.org/a?b#c"
    assert page.id == "docs.example.org/a?b#c"
    same = parse_or_page("http://www.a.example//b/?to=https://c.example/")
    assert same is not None
    assert same.id == "www.a.example/b?to=https:%2F%2Fc.example%2F"  # valid in a snapshot
    for bad in (
        "javascript:alert(1)",
        "https://user@docs.example/",
        "mailto:a@b.example",
        "at://a",
        "https://docs.example/\u202e",
        "https://docs.example/\0",
    ):
        assert parse_or_page(bad) is None
        assert not is_web_url(bad)
    assert parse_or_page("https://docs.example/می\u200cخواهم")  # needs its zero-width non-joiner
    parts = split_url("http://WWW.bücher.example:80//a%2Fb/%7Ec?d#e:~:text=f")
    assert parts is not None
    assert (parts.site, parts.host) == ("www.xn--bcher-kva.example", "xn--bcher-kva.example")
    assert (parts.path, parts.query, parts.fragment) == ("/a%2Fb/~c", "d", "e")
    assert message_id("%3Ca/b@c.example%3E") == "a%2Fb@c.example"


@pytest.mark.parametrize(
    ("url", "anonymous"),
    [
        ("https://x.com/jack/status/20", "https://x.com/i/status/20"),
        ("https://bsky.app/profile/ann.example/post/3k", "https://bsky.app/"),
        ("https://meta.discourse.org/t/a-title/12/3", "https://meta.discourse.org/t/-/12/3"),
        ("https://github.com/a/b/issues/1", "https://github.com/a/b/issues/1"),
        ("https://mastodon.social/@ann/12", "https://mastodon.social/web/statuses/12"),
        ("https://redd.it/z1c9z", "https://www.reddit.com/comments/z1c9z/"),
        ("https://reddit.com/r/a/comments/z1c9z/b/c1", "https://www.reddit.com/comments/z1c9z/"),
        ("https://www.linkedin.com/pulse/a-title-by-ann", "https://www.linkedin.com/"),
        ("https://www.threads.com/@ann/post/CuWRRrQuql9", "https://www.threads.com/t/CuWRRrQuql9"),
    ],
)
def test_anonymous_url(url: str, anonymous: str) -> None:
    ref = parse_thread_url(url)
    assert ref is not None
    assert PLATFORMS[ref.platform].anonymous_url(ref) == anonymous


def test_import_without_sphinx() -> None:
    code = "import sys, sphinx_thread_cards.platforms; sys.exit('sphinx' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
