"""What must hold for every string, and for every address that is made to confuse."""

from __future__ import annotations

import os
import re
import string
from datetime import UTC, datetime, timedelta
from time import process_time
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sphinx_thread_cards import ThreadRef, parse_thread_url
from sphinx_thread_cards.platforms import PLATFORMS
from support.platform_tables import SAFE_ID, TABLES

HOSTS = {host: name for table in TABLES for host, name in table.hosts.items()}
KNOWN = [url for table in TABLES for url in table.known]
NEAR = [url for table in TABLES for url in table.not_threads]
# The suite tries the same examples each time; `EXAMPLES=20000 pytest ...` looks for new ones.
EXAMPLES = os.environ.get("EXAMPLES")
SEARCH = settings(max_examples=int(EXAMPLES or 400), derandomize=EXAMPLES is None, deadline=None)
TRACKERS = re.compile(
    r"(?:utm|mtm|ga|vero)_.*|_ga|_gl|fbclid|gclid|dclid|yclid|msclkid|twclid|mc_eid|mc_cid|_hsenc|_hsmi|__s|igshid?|xmt"
    r"|si|ref|ref_.*|share_id|s|trk|trackingId|lipi|rcm|feature|pp|ab_channel|source|single|u|silent|email_.*"
)
# Controls, lone surrogates, and characters that turn the direction of what follows.
UNFIT = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")
SEPARATORS = "/@:#?&=%.-_;+~!$'()*,[]|\\\"<>{}^` \t\n\x00\u200b\u202e\uff0f\uff20\u3002\ud800"
DIGITS = "0123456789\u0661\uff11\u00b2"


def check(url: str) -> ThreadRef | None:
    """Read an address and look at all that must hold for any that is a thread."""
    ref = parse_thread_url(url, HOSTS)
    if ref is None:
        return None
    assert ref.platform in PLATFORMS
    assert ref.given_url == url.strip()
    assert SAFE_ID.fullmatch(ref.id), ref.id
    assert not {".", ".."} & set(ref.id.split("/")), ref.id
    assert re.fullmatch(r"[a-z0-9_.-]+(:[0-9]+)?", ref.host), ref.host
    parts = urlsplit(ref.url)
    assert parts.scheme == "https"
    assert parts.netloc
    assert re.fullmatch(r"[^\s<>\"\\^`{|}\x00-\x20\x7f]+", ref.url), ref.url
    for parameter in filter(None, parts.query.split("&")):
        assert not TRACKERS.fullmatch(parameter.partition("=")[0]), ref.url
    for text in (ref.author, ref.community, ref.number, ref.title, ref.post, ref.mirror):
        assert text is None or (text == text.strip() != "" and not UNFIT.search(text)), ascii(text)
    if ref.posted:
        assert ref.posted.tzinfo is UTC
        assert datetime(1990, 1, 1, tzinfo=UTC) < ref.posted < datetime.now(UTC) + timedelta(days=2)
    again = parse_thread_url(ref.url, HOSTS)
    assert again is not None, ref.url
    assert (again.key, again.url, again.post) == (ref.key, ref.url, ref.post)
    return ref


@given(st.text(max_size=300))
@SEARCH
@example("")
@example("https://")
@example("https://\ud800.example/@a/110446983178245440")
@example("https://" + "a." * 2000)
@example("https://x.com/\ud800")
def test_any_string(text: str) -> None:
    """No string raises."""
    check(text)


@given(st.sampled_from(["https://", "HTTP://", "at://", "https:", "//"]), st.sampled_from([*KNOWN, *NEAR]), st.data())
@SEARCH
def test_any_path_on_a_known_host(scheme: str, url: str, data: st.DataObject) -> None:
    """Nor does any path, query and fragment where a platform looks closely."""
    host = url.partition("://")[2].partition("/")[0]
    rest = data.draw(st.text(alphabet=st.sampled_from(string.ascii_letters + DIGITS + SEPARATORS), max_size=120))
    check(f"{scheme}{host}/{rest}")


@given(st.sampled_from([*KNOWN, *NEAR]), st.data())
@SEARCH
def test_any_string_in_any_part_of_a_known_address(url: str, data: st.DataObject) -> None:
    """Nor does any string in the place of one segment, parameter or number."""
    parts = re.split(r"([/?#&=.@:_-])", url)
    place = data.draw(st.integers(0, len(parts) - 1))
    parts[place] = data.draw(
        st.text(max_size=40)
        | st.text(alphabet=st.sampled_from(string.ascii_letters + DIGITS + SEPARATORS), max_size=40)
        | st.text(alphabet=string.digits, min_size=1, max_size=30)
        | st.sampled_from(["..", ".", "%2e%2e", "%2E", "%2F", "%00", "", "a/../b", "..%2f", "\u202e", "CON", "~"])
    )
    check("".join(parts))


@given(st.sampled_from(KNOWN), st.data())
@SEARCH
def test_a_mutated_address(url: str, data: st.DataObject) -> None:
    """Nor an address with characters put in, taken out, doubled or changed in case."""
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(url)))
        what = data.draw(st.sampled_from(["insert", "delete", "double", "swap", "cut"]))
        if what == "insert":
            url = url[:place] + data.draw(st.sampled_from(string.ascii_letters + DIGITS + SEPARATORS)) + url[place:]
        elif what == "delete":
            url = url[:place] + url[place + 1 :]
        elif what == "double":
            url = url[:place] + url[place : place + 5] * 2 + url[place + 5 :]
        elif what == "swap":
            url = url[:place] + url[place:].swapcase()
        else:
            url = url[:place]
    check(url)


def tracked(url: str) -> str:
    """The address with two trackers at the end of its query."""
    address, hash_, fragment = url.partition("#")
    return f"{address}{'&' if '?' in address else '?'}utm_source=a&fbclid=b{hash_}{fragment}"


@pytest.mark.parametrize("url", KNOWN)
def test_what_does_not_matter_does_not_matter(url: str) -> None:
    """White space around it, the scheme's and host's case, trackers that anybody may add: the same thread."""
    ref = check(url)
    assert ref is not None
    variants = [f"  {url}\n"]
    if url.startswith("http"):
        scheme, _, rest = url.partition("://")
        host = re.split(r"[/?#]", rest, maxsplit=1)[0]
        after = rest[len(host) :]
        variants += [f"{scheme.upper()}://{host.upper()}{after}", f"http://{host}{after}", tracked(url)]
        if ":" not in host and not host.endswith("."):
            variants += [f"https://{host}.{after}", f"https://{host}:443{after}"]
    for variant in variants:
        other = parse_thread_url(variant, HOSTS)
        assert other is not None, variant
        assert other.key == ref.key, variant


LONG = 4000
# Each fills an address up to 4,000 characters with what could make a pattern try again and again.
FILLERS = ("a", "1", "-", "/", "a/", "@", "@a", ".", "a.", "%", "%41", "_a", "-a", "a-1", "/-/", "&", "v=&", "\u00e9")


def seconds(url: str) -> float:
    """The shortest of several runs; of the processor's time, as the machine may have other work."""
    best = float("inf")
    for _ in range(5):
        begin = process_time()
        parse_thread_url(url, HOSTS)
        best = min(best, process_time() - begin)
    return best


def long_addresses(url: str) -> list[str]:
    """An address with each filler put in behind each of its separators."""
    ends = [match.end() for match in re.finditer(r"[/?#=_@:-]", url)] + [len(url)]
    room = LONG - len(url)
    return [
        url[:end] + (filler * (room // len(filler))) + url[end:]
        for end in ends
        if end > len("https://")
        for filler in FILLERS
    ]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_address_is_slow(table: object) -> None:
    """4,000 hostile characters cost at most so many times what 4,000 characters of a plain miss cost."""
    plain = "https://nobody.example/" + "a" * (LONG - 23)
    bound = max(seconds(plain) for _ in range(3)) * 60
    shapes: dict[str, str] = {}
    for url in (*table.known, *table.not_threads):
        shapes.setdefault(re.sub(r"[A-Za-z0-9]+", "w", url), url)
    for url in shapes.values():
        for hostile in long_addresses(url):
            assert len(hostile) <= LONG + 4
            if seconds_once(hostile) > bound:
                assert seconds(hostile) <= bound, hostile[:200]


def seconds_once(url: str) -> float:
    """One run."""
    begin = process_time()
    parse_thread_url(url, HOSTS)
    return process_time() - begin


def test_what_is_longer_than_any_address_is_not_looked_at() -> None:
    """A megabyte costs no more than a short miss."""
    assert parse_thread_url("https://x.com/jack/status/20" + "/" * 1_000_000) is None
    assert parse_thread_url("https://x.com/jack/status/20" + " " * 5000) is None
