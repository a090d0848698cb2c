"""A thread from a file that the author saved: by the platform's own reader, or as a page that describes itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sphinx_thread_cards.fetch.errors import BadAnswer
from sphinx_thread_cards.fetch.pages.reading import read_page

if TYPE_CHECKING:
    from sphinx_thread_cards.fetch.saved import Saved
    from sphinx_thread_cards.fetch.steps import Found, Source, Wish
    from sphinx_thread_cards.model import ThreadRef


def read_file(source: Source | None, ref: ThreadRef, wish: Wish, file: Saved) -> Found:
    """Read the thread from a file.

    :param source: the platform's; None for one that has none.
    :raises FetchError: if the thread is not in it.
    """
    failure = BadAnswer(file.name, f"nothing of {ref.platform} can be read from such a file; save the page")
    if source and source.saved:
        try:
            return source.saved(ref, wish, file)
        except BadAnswer as error:
            failure = error
    if file.is_html:
        return read_page(ref, wish, file.html(), "file")
    raise failure
