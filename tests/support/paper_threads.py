"""A thread, and pages that show it, set by LaTeX."""

from __future__ import annotations

from pathlib import Path

from sphinx_thread_cards import store
from sphinx_thread_cards.thread import Author, Block, Post, Thread
from support import sites
from support.papers import Paper, typeset

NUMBER = "110446983178245440"
URL = f"https://social.example/@jo/{NUMBER}"


def build(
    folder: Path,
    pages: dict[str, str],
    *posts: tuple[Block, ...] | Post,
    engine: str = "pdflatex",
    **settings: object,
) -> Paper:
    """Set these pages, beside a snapshot of a thread of these posts, if there are any."""
    source = folder / "source"
    source.mkdir(exist_ok=True)
    for name, text in pages.items():
        (source / f"{name}.md").write_text(text)
    said = [
        post if isinstance(post, Post) else Post(id=str(n), url=f"{URL}{n}", author="jo", blocks=post)
        for n, post in enumerate(posts, start=1)
    ]
    people = (Author(handle="jo"),)
    thread = Thread(
        platform="mastodon", host="social.example", id=NUMBER, url=URL, participants=people, posts=tuple(said)
    )
    if posts:
        store.save(thread, source / store.FOLDER)
    site = sites.build(source, folder / "out", "latex", latex_engine=engine, **settings)
    assert site.warnings == ""
    return typeset(site.out, "cases", engine)
