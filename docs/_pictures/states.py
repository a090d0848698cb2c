# noqa: INP001 - part of a script
"""What the gallery shows: for each picture a page, and how it is looked at."""

from __future__ import annotations

from dataclasses import dataclass

SOCIAL = "https://social.example/@jo_example/112345678901234"
ISSUE = "https://git.example/example-org/lamp/-/issues/12"
LONG = (
    "On the question whether a board with eight gigabytes of memory and a clock on its back "
    "may in good conscience be called a server, and if so, by whom"
)


@dataclass(frozen=True, kw_only=True)
class State:
    """One picture of the gallery."""

    page: str
    """In MyST Markdown, without a title."""
    width: int = 480
    """Of the window, in CSS pixels."""
    beside: bool = True
    """Whether the dark picture stands to the right of the light one, or below it."""
    tallest: int = 900
    """Of the picture, in CSS pixels; what is lower is cut off."""
    scale: float = 1
    """Zoom."""
    schemes: tuple[str, ...] = ("light", "dark")
    forced: bool = False
    """Whether the reader's system sets the colours."""
    paper: bool = False
    """Whether it is printed from the browser."""
    language: str = "en"
    theme: str = "furo"
    css: str = ""
    """Custom properties of the site."""


def card(url: str, body: str = "", **options: str) -> str:
    """The directive, with its options."""
    lines = "\n".join(f":{name}: {value}" for name, value in options.items())
    return f"`````{{thread}} {url}\n{lines}\n\n{body}\n`````"


def thread(number: int, **options: str) -> str:
    """One of the invented threads of ``invented.py``, with its posts."""
    return card(f"{SOCIAL}{number:03}", **({"show": "thread"} | options))


FULL = card(
    "https://threadreaderapp.com/thread/1315580529194995712.html",
    "From a dare at a trade-show booth to a Pi 3 that ran *one tiny virtual machine*.",
    title="A demo on 195 SD cards",
    author="Jo Example",
    handle="jo_example",
    archive="https://archive.example/1315580529194995712",
)
URL_ONLY = "<https://github.com/pftf/RPi4/issues/57>"
LISTED = "<https://lkml.org/lkml/2019/9/9/170>"
FORUM = "<https://forum.openwrt.org/t/openwrt-for-vmware-esxi-arm-fling-on-rpi4-8gb/118228>"
VIDEO = "<https://www.youtube.com/watch?v=iwGFalTRHDA>"
CITED = "As {thread}`https://threadreaderapp.com/thread/1315580529194995712.html` shows, a Pi 3 can run one."
SAMPLE = f"{FULL}\n\n{FORUM}\n\n{LISTED}\n\n{CITED}"


def grid(*cards: str) -> str:
    """Cards beside one another."""
    items = "\n".join(f"````{{grid-item}}\n{one}\n````" for one in cards)
    return f"``````{{grid}} {len(cards)}\n{items}\n``````"


STATES: dict[str, State] = {
    "url-only": State(page=f"{URL_ONLY}\n\n{FORUM}\n\n{LISTED}"),
    "options": State(page=FULL),
    "snapshot": State(page=f"<{ISSUE}>"),
    "avatar": State(
        page=f"<{SOCIAL}001>\n\n" + card(f"{SOCIAL}001", author="Kim Example", handle="kim", title="No avatar")
    ),
    "long-names": State(
        page=card(ISSUE, title=LONG, author="Maria Anna Wilhelmina Theodora van der Example-Exampleshire")
    ),
    "one-picture": State(page=thread(1)),
    "four-pictures": State(page=thread(2)),
    "video": State(page=thread(3)),
    "quoted-post": State(page=thread(4)),
    "code": State(page=card(ISSUE, show="thread", posts="1-2"), tallest=1100),
    "content-warning": State(page=f"<{SOCIAL}005>\n\n" + thread(5)),
    "gone": State(page=card("https://social.example/@kim_example/109972507852800000", show="thread")),
    "withdrawn": State(page="<https://x.com/jo_example_of_nobody/status/100000000000000>"),
    "thread-3": State(page=thread(103)),
    "thread-26": State(page=thread(126)),
    "thread-60": State(page=thread(160)),
    "parts": State(page=thread(160, posts="2-3, 9, 60")),
    "grid-2": State(page=grid(URL_ONLY, FORUM), width=760, beside=False),
    "grid-3": State(page=grid(URL_ONLY, LISTED, VIDEO), width=760, beside=False),
    "tab": State(
        page=f"`````{{tab-set}}\n````{{tab-item}} The issue\n{URL_ONLY}\n````\n"
        f"````{{tab-item}} The list\n{LISTED}\n````\n`````"
    ),
    "card": State(page=f"````{{card}} A card in a card\n{URL_ONLY}\n````"),
    "admonition": State(page=f"````{{note}}\nWords before it.\n\n{URL_ONLY}\n````"),
    "sidebar": State(
        page=f"````{{sidebar}} Beside the text\n{FORUM}\n````\n\n"
        + "The text runs around it, as it does in a book. " * 14,
        width=760,
        beside=False,
    ),
    "right-to-left": State(
        page=card(ISSUE, "ملخص قصير من كلماتنا.", title="برنامج على لوحة صغيرة (2020)", author="مثال", lang="ar")
        + f"\n\n{URL_ONLY}",
        language="ar",
    ),
    "small-screen": State(page=f"{FULL}\n\n{FORUM}", width=320),
    "zoom": State(page=FULL, width=640, scale=2, beside=False),
    "forced-colours": State(page=f"{FULL}\n\n{FORUM}", forced=True),
    "print": State(page=f"{FULL}\n\n{FORUM}\n\n{LISTED}", paper=True, schemes=("light",)),
    "citation": State(page=f"{CITED} So says {{thread}}`https://lkml.org/lkml/2019/9/9/170`, and {{thread}}`{ISSUE}`."),
}
THEMES = {
    "furo": ("light", "dark"),
    "pydata_sphinx_theme": ("light", "dark"),
    "sphinx_book_theme": ("light", "dark"),
    "alabaster": ("light",),
    "sphinx_rtd_theme": ("light",),
}
STATES |= {f"theme-{theme}": State(page=SAMPLE, theme=theme, schemes=schemes) for theme, schemes in THEMES.items()}
