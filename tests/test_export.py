"""The files for reference managers hold what the cards say, whatever that is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pybtex.database import parse_string
from sphinx_thread_cards.card import Card
from sphinx_thread_cards.dates import When, read_when
from sphinx_thread_cards.describe import describe
from sphinx_thread_cards.export import bibtex, csl, keyed
from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.options import Options
from sphinx_thread_cards.platforms import find_thread
from support import sites
from support.two_cards import OTHER

Page = Callable[..., sites.Site]
ODD = [
    "{braces} } {", "}", "{", "\\", "ends with \\", "100% & A_B #1 ~tilde ^caret $5", "quotes \" ' `` ''", "🎛️ 👩‍💻", "日本語のタイトル",
    "عنوان عربي", "cafe\u0301", "`x = {1}` and <b>html</b> &amp;", "long " * 2000 + "end", "git --oneline ---", "@comment{x}", "a, b = c", "Jo and others",
]  # fmt: skip
TEX = {
    r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^", r"\textasciigrave{}": "`", r"\textbraceleft{}": "{",
    r"\textbraceright{}": "}", "-{}": "-", r"\$": "$", r"\&": "&", r"\#": "#", r"\%": "%", r"\_": "_",
}  # fmt: skip
# What the schema csl-data.json of CSL 1.0.2 says of the variables that we write.
DATE = {
    "type": "object",
    "properties": {"date-parts": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "integer"}}}},
    "additionalProperties": False,
}
STRINGS = ("id", "title", "container-title", "publisher", "URL", "archive_location", "language")
SCHEMA = {
    "type": "object",
    "properties": {
        **{name: {"type": "string", "minLength": 1} for name in STRINGS},
        "type": {"enum": ["post", "post-weblog", "webpage", "motion_picture"]},
        "author": {"type": "array", "items": {"type": "object", "properties": {"literal": {"type": "string"}}, "additionalProperties": False}},
        "issued": DATE,
        "accessed": DATE,
    },
    "required": ["type", "id"],
    "additionalProperties": False,
}


def _card(title: str, author: str | None = None, when: When | None = None, kind: Kind = Kind.THREAD, **more: object) -> tuple[str, Card]:
    url = "https://social.example/1"
    ref = ThreadRef(platform="x", id="1", url=url, given_url=url, host="social.example", community=title, kind=kind)
    known: dict[str, object] = {"handle": None, "lang": None, "title_lang": None, "archive": None, **more}
    return "thread-x-1", Card(ref=ref, title=title, titled=True, author=author, when=when, **known)  # type: ignore[arg-type]


def _read(tex: str) -> str:
    """Text as TeX would set it."""
    found = ""
    while tex:
        word = next((word for word in TEX if tex.startswith(word)), None)
        found, tex = (found + TEX[word], tex[len(word) :]) if word else (found + tex[0], tex[1:])
    return found


def _depth(text: str) -> list[int]:
    """How many braces are open after each sign, as BibTeX counts, for which no backslash escapes one."""
    depths = [0]
    for sign in text:
        depths.append(depths[-1] + {"{": 1, "}": -1}.get(sign, 0))
    return depths


def _check(title: str, author: str) -> None:
    written = bibtex(*_card(title, author))
    (entry,) = parse_string(written, "bibtex").entries.values()
    # A number and a name in braces: nothing of it is taken apart.
    (person,) = entry.persons["author"]

    assert _read(entry.fields["title"].removeprefix("{").removesuffix("}")) == " ".join(title.split())
    assert _read(str(person).removeprefix("{").removesuffix("}")) == " ".join(author.split())
    depths = _depth(written.partition("\n")[2].rpartition("}")[0])
    assert (min(depths), depths[-1]) == (0, 0)


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text)[:30])
def test_bibtex_is_what_went_in(text: str) -> None:
    _check(text, text)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from("{}\\%&_#~^$`'\"-,=@ aé日"), min_size=1).map("".join).filter(str.strip))
def test_any_text_in_bibtex(text: str) -> None:
    _check(text, text)


@pytest.mark.parametrize("kind", Kind)
def test_csl_is_as_its_schema_says(kind: Kind) -> None:
    for when in (None, read_when("2020"), read_when("2020-10"), read_when("2020-10-06")):
        for text in ODD:
            item = csl(*_card(text, text, when, kind=kind, kept=when, archive="https://archive.example/1", lang="de"))
            Draft7Validator(SCHEMA).validate(item)
            assert (item["title"], item["author"]) == (text, [{"literal": text}])
            assert json.loads(json.dumps(item)) == item


def test_what_is_not_known_is_left_out() -> None:
    assert set(csl(*_card("T"))) == {"id", "type", "title", "container-title", "publisher", "URL"}
    assert bibtex(*_card("T")) == "@misc{thread-x-1,\n  title = {{T}},\n  howpublished = {T},\n  url = {https://social.example/1},\n}\n"


def test_each_key_is_there_once() -> None:
    """Threads on two servers have one anchor; a number behind it may be that of another thread."""
    hosts = {f"{name}.example": "discourse" for name in "ab"}
    urls = [f"https://{host}" for host in ("a.example/t/lamps/57", "b.example/t/lamps/57", "w.example/a,b", "w.example/a-B", "w.example/a-b-2")]
    refs = [ref for url in urls if (ref := find_thread(url, hosts))]
    keys = list(keyed(describe(ref, Options(), None, unrolled=False, excerpt=0) for ref in refs))

    assert keys[:2] == ["thread-discourse-57", "thread-discourse-57-2"]
    assert len({key.casefold() for key in keys}) == len(urls)
    assert [key.casefold() for key in keys[2:]] == [f"thread-web-w.example-a-b{end}" for end in ("", "-2", "-2-2")]


def test_halves_of_characters_and_controls(page: Page, tmp_path: Path) -> None:
    """As JSON writes an emoji, and as nobody should write a title: neither stops the build."""
    title = r"\ud83d\ude00 A\u0001 lamp \ud800"
    text = f'# T\n\n```{{thread}} https://github.com/o/r/issues/1\n:title: "{title}"\n```\n'
    site = page(text, thread_cards_export=True)

    assert json.loads(site.read("threads.json"))[0]["title"] == "😀 A lamp \ufffd"
    assert "😀 A lamp" in site.read("index.html")


def test_export(page: Page) -> None:
    """Both files hold each thread once, and a parser of others reads what was meant."""
    site = page(OTHER, thread_cards_export=True)
    items = {item["id"]: item for item in json.loads(site.read("threads.json"))}
    entries = parse_string(site.read("threads.bib"), "bibtex").entries
    allowed = {"id", "type", "title", "author", "issued", "accessed", "container-title", "publisher", "URL", "archive_location", "language"}

    assert set(items) == set(entries) == {"thread-x-1313512835843055618", "thread-github-pftf-rpi4-57"}
    assert all(set(item) <= allowed and item["type"] == "post" for item in items.values())
    tweet = items["thread-x-1313512835843055618"]
    assert tweet["author"] == [{"literal": "Jo Example"}]
    assert tweet["issued"] == {"date-parts": [[2020, 10, 6]]}
    assert items["thread-github-pftf-rpi4-57"]["issued"] == {"date-parts": [[2020, 5]]}
    fields = entries["thread-x-1313512835843055618"].fields
    assert fields["title"] == r"{100\% of \textbraceleft{}it\textbraceright{} \& \_that\_ \#1}"
    assert fields["url"] == tweet["URL"] == "https://x.com/i/status/1313512835843055618"
    assert (fields["year"], fields["month"], fields["day"]) == ("2020", "October", "6")


def test_no_export_unless_asked_for(page: Page) -> None:
    assert not list(page(OTHER).out.glob("threads.*"))
