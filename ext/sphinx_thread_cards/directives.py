"""What authors write: the directives ``thread`` and ``thread-list``, and the role ``thread``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective, SphinxRole

from sphinx_thread_cards.citations import thread_citation
from sphinx_thread_cards.list_options import BLOCK, ListOptions
from sphinx_thread_cards.urls import Kind
from sphinx_thread_cards.options import COMMON_OPTIONS, Options, read_into
from sphinx_thread_cards.platforms import LONGEST, find_thread
from sphinx_thread_cards.transforms import card_place
from sphinx_thread_cards.warnings import Warn, warn

if TYPE_CHECKING:
    from collections.abc import Callable

    from sphinx.util.typing import OptionSpec

    from sphinx_thread_cards.domain import ThreadDomain
    from sphinx_thread_cards.urls import ThreadRef

_Options = TypeVar("_Options", Options, ListOptions)


class AnyOption(dict[str, "Callable[[str], Any]"]):
    """Takes every option as text: we say what is wrong with one, where docutils would drop the whole directive."""

    def __bool__(self) -> bool:
        return True

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> Callable[[str], Any]:
        return directives.unchanged


class _Directive(SphinxDirective):
    """What both directives have in common."""

    # None is required: we say what is wrong, where docutils would drop the directive with all it holds.
    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[OptionSpec] = AnyOption()

    def _read(self, cls: type[_Options]) -> _Options:
        """The options that can be used; of each other one there is a warning."""
        given = {name: text for name, text in self.options.items() if name not in COMMON_OPTIONS}
        options, problems = read_into(cls, given)
        for problem in problems:
            self._warn(problem)
        return options

    def _place(self, place: nodes.container) -> list[nodes.Node]:
        """The place, with its line, classes and name."""
        self.set_source_info(place)
        if "class" in self.options:
            try:
                place["classes"] += directives.class_option(self.options["class"])
            except ValueError as error:
                self._warn(f"option 'class': {error}")
        self.add_name(place)
        return [place]

    def _warn(self, problem: str) -> None:
        warn(Warn.OPTION, problem, self.get_location())


class ThreadDirective(_Directive):
    """A card for the thread at an address, with what the author says of it."""

    def run(self) -> list[nodes.Node]:
        """Ask for the card; :class:`~sphinx_thread_cards.transforms.BuildCards` builds it."""
        url = "".join(self.arguments).strip().removeprefix("<").removesuffix(">")
        summary = self.parse_content_to_nodes()
        if not url:
            message = "the thread directive has no address; write it behind the directive's name"
            warn(Warn.EMPTY, message, self.get_location())
            return summary
        ref = _find(url, self)
        if ref is None:
            return [nodes.paragraph("", url), *summary]
        return self._place(card_place(ref, self._read(Options), summary))


class ThreadListDirective(_Directive):
    """A list of the threads that the site cites."""

    def run(self) -> list[nodes.Node]:
        """Leave the place; :class:`~sphinx_thread_cards.list_transforms.BuildLists` fills it."""
        for text in [*self.arguments, *self.content][:1]:
            self._warn(f"{text!r} is no option of the list; write it as one, :name: value")
        options = self._read(ListOptions)
        place = nodes.container(classes=[BLOCK, f"{BLOCK}-{options.style or 'table'}"])
        place["list"], place["docname"] = options, self.env.docname
        place["anchor"] = nodes.make_id(f"{BLOCK}-{self.env.docname}-{self.env.new_serialno(BLOCK) + 1}")
        cast("ThreadDomain", self.env.get_domain("thread")).note_list(options)
        return self._place(place)


class ThreadRole(SphinxRole):
    """An inline citation: ``Andrei Warkentin on X, 6 October 2020``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave a citation that is worded when all pages have been read."""
        text = self.text.strip()
        ref = _find(text.strip("<>") if text.startswith("<") else text, self)
        return [thread_citation(self.env, ref, self.get_location()) if ref else nodes.Text(self.text)], []


def _find(url: str, asked: SphinxDirective | SphinxRole) -> ThreadRef | None:
    """The thread at an address, with a warning for one that no platform knows.

    :returns: None, with a warning, for what cannot become a link.
    """
    ref = find_thread(url, asked.config.thread_cards_hosts)
    if ref is None:
        warn(Warn.UNSAFE_URL, unsafe_url(url), asked.get_location())
    elif ref.kind is Kind.PAGE:
        warn(Warn.UNKNOWN_URL, unknown_url(ref), asked.get_location())
    return ref


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
