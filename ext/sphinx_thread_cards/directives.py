"""What authors write: the ``thread`` directive and the ``thread`` role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective, SphinxRole

from sphinx_thread_cards.citations import thread_citation
from sphinx_thread_cards.model import Kind
from sphinx_thread_cards.options import COMMON_OPTIONS, read_options
from sphinx_thread_cards.platforms import LONGEST, find_thread
from sphinx_thread_cards.transforms import card_place
from sphinx_thread_cards.warnings import Warn, warn

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.util.typing import OptionSpec

    from sphinx_thread_cards.model import ThreadRef


class AnyOption(dict[str, "Callable[[str], Any]"]):
    """Takes every option as text: we say what is wrong with one, where docutils would drop the whole directive."""

    def __bool__(self) -> bool:
        return True

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> Callable[[str], Any]:
        return directives.unchanged


class ThreadDirective(SphinxDirective):
    """A card for the thread at an address, with what the author says of it."""

    # None is required: a directive without its address is answered by our warning, and its text stays on the page.
    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[OptionSpec] = AnyOption()

    def run(self) -> list[nodes.Node]:
        """Ask for the card; :class:`~sphinx_thread_cards.transforms.BuildCards` builds it."""
        here = self.env.docname, self.lineno
        url = "".join(self.arguments).strip().removeprefix("<").removesuffix(">")
        summary = self.parse_content_to_nodes()
        if not url:
            warn(Warn.EMPTY, "the thread directive has no address; write it behind the directive's name", here)
            return summary
        ref = find_thread(url, self.config.thread_cards_hosts)
        if ref is None:
            warn(Warn.UNSAFE_URL, unsafe_url(url), here)
            return [nodes.paragraph("", url), *summary]
        if ref.kind is Kind.PAGE:
            warn(Warn.UNKNOWN_URL, unknown_url(ref), here)
        given = {name: text for name, text in self.options.items() if name not in COMMON_OPTIONS}
        options, problems = read_options(given)
        for problem in problems:
            warn(Warn.OPTION, problem, here)
        place = card_place(ref, options, summary)
        self.set_source_info(place)
        self._set_common_options(place)
        return [place]

    def _set_common_options(self, place: nodes.container) -> None:
        if "class" in self.options:
            try:
                place["classes"] += directives.class_option(self.options["class"])
            except ValueError as error:
                warn(Warn.OPTION, f"option 'class': {error}", (self.env.docname, self.lineno))
        self.add_name(place)


class ThreadRole(SphinxRole):
    """An inline citation: ``Andrei Warkentin on X, 6 October 2020``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a citation that is worded when all pages have been read."""
        url = self.text.strip().removeprefix("<").removesuffix(">")
        ref = find_thread(url, self.config.thread_cards_hosts)
        if ref is None:
            warn(Warn.UNSAFE_URL, unsafe_url(self.text), self.get_location())
            return [nodes.Text(self.text)], []
        if ref.kind is Kind.PAGE:
            warn(Warn.UNKNOWN_URL, unknown_url(ref), self.get_location())
        return [thread_citation(self.env, ref, self.get_location())], []


def unsafe_url(text: str) -> str:
    """What the author of a page can do about an address that cannot become a link."""
    if len(text) > LONGEST:
        return f"{text[:60]!r}... is longer than {LONGEST} characters; write a shorter address"
    if " <http" in text:
        return f"{text!r} is not a web address; write it alone, or a plain link for words of your own"
    return f"{text!r} is not a web address; write one that begins with https://"


def unknown_url(ref: ThreadRef) -> str:
    """What the author of a page can do about an address that no platform knows."""
    return (
        f"no platform knows {ref.url}; if {ref.host} runs software that is known, "
        f'name it in conf.py: thread_cards_hosts = {{"{ref.host}": "discourse"}}'
    )
