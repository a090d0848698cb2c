"""Anything that might come as rich text, for Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st
from thread_snapshots.rich.tags import DROPPED, KNOWN

LINKS = st.one_of(
    st.sampled_from(
        [
            "https://a.example/x",
            "/x",
            "//h.example",
            "javascript:x",
            "java\tscript:x",
            "https://u:p@a.example",
            "http://[",
            "data:x",
            "https://a.example\\@b.example",
            "\u202ehttps://a.example",
            "https://\u212a.example",
            "tg://x",
            "?q",
            "https:x",
        ]
    ),
    st.text(max_size=20),
)
CLASSES = st.sampled_from(
    [
        "invisible",
        "ellipsis",
        "emoji",
        "lightbox",
        "meta",
        "onebox",
        "quote",
        "avatar",
        "lang-c",
        "language-\u00e9",
        "x y",
    ]
)
TAGS = st.sampled_from(sorted(KNOWN | DROPPED | {"html", "body", "math", "o:p", "x-y", "plaintext", "xmp", "textarea"}))
WORDS = st.text(
    alphabet=st.sampled_from("ab <>&;\"'\n\t\x00\x1b\u00a0\u00e9\u202e\u2028\ufffe\U0001f600\ud800"), max_size=12
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 40) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def markup(draw: st.DrawFn, depth: int = 4) -> str:
    """Elements in one another, opened and closed in any order, some not at all."""
    parts = []
    for _ in range(draw(st.integers(0, 4))):
        if depth == 0 or draw(st.booleans()):
            parts.append(draw(WORDS))
            continue
        tag = draw(TAGS)
        quote = draw(st.sampled_from(['"', "'", ""]))
        names = st.sampled_from(
            ["href", "src", "alt", "title", "class", "data-onebox-src", "data-video-src", "onclick", "type"]
        )
        attributes = draw(st.lists(st.tuples(names, st.one_of(LINKS, CLASSES, st.just("checkbox"))), max_size=3))
        parts.append(f"<{tag}" + "".join(f" {name}={quote}{value}{quote}" for name, value in attributes) + ">")
        parts.append(draw(markup(depth=depth - 1)))
        parts.append(
            draw(st.sampled_from([f"</{tag}>", f"</{tag}>", "", "</p>", "</div>", "</body>", "<!--", "-->", "<"]))
        )
    return "".join(parts)


OFFSETS = st.one_of(st.integers(-2, 60), st.sampled_from([2**70, True, None, "3", 1.5]))
FEATURES = st.one_of(
    JSON,
    st.fixed_dictionaries({"uri": st.one_of(LINKS, JSON)}),
    st.fixed_dictionaries({"tag": st.one_of(WORDS, JSON)}),
    st.fixed_dictionaries({"did": st.one_of(st.text(max_size=9), st.just("did:plc:ab"), JSON)}),
)
FACETS = st.one_of(
    JSON,
    st.lists(
        st.fixed_dictionaries(
            {
                "index": st.one_of(JSON, st.fixed_dictionaries({"byteStart": OFFSETS, "byteEnd": OFFSETS})),
                "features": st.one_of(JSON, st.lists(FEATURES, max_size=3)),
            }
        )
    ),
)


VALUES = st.one_of(LINKS, WORDS, JSON, st.sampled_from(["jo", "pic.x.com/x"]))
ENTITY = st.fixed_dictionaries(
    {"indices": st.one_of(JSON, st.lists(OFFSETS, min_size=2, max_size=2))},
    optional=dict.fromkeys(
        ("url", "expanded_url", "display_url", "screen_name", "text", "tag", "media_key", "username"), VALUES
    ),
)
KINDS = ("urls", "media", "user_mentions", "mentions", "hashtags", "symbols", "cashtags")
ENTITIES = st.one_of(
    JSON, st.fixed_dictionaries({}, optional={kind: st.one_of(JSON, st.lists(ENTITY)) for kind in KINDS})
)


LETTERS = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Cc", "Cf", "Cn", "Co", "Zl", "Zp")), min_size=1, max_size=40
)
