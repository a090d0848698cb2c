"""The ``thread-list`` directive: it leaves a place for the list, which is filled when every page has been read."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from sphinx_thread_cards.directives import AnyOption
from sphinx_thread_cards.list_options import LIST_COMMON, ListOptions
from sphinx_thread_cards.options import read_into
from sphinx_thread_cards.warnings import Warn, warn

if TYPE_CHECKING:
    from sphinx.util.typing import OptionSpec

    from sphinx_thread_cards.domain import ThreadDomain

BLOCK = "thread-list"


class ThreadListDirective(SphinxDirective):
    """A list of the threads that the site cites."""

    # Neither is wanted; docutils would drop the list for one, and we say what is wrong with it.
    optional_arguments = 1
    has_content = True
    final_argument_whitespace = True
    option_spec: ClassVar[OptionSpec] = AnyOption()

    def run(self) -> list[nodes.Node]:
        """Leave the place; :class:`~sphinx_thread_cards.list_transforms.BuildLists` fills it."""
        here = self.env.docname, self.lineno
        for text in [*self.arguments, *self.content][:1]:
            warn(Warn.OPTION, f"{text!r} is no option of the list; write it as one, :name: value", here)
        given = {name: text for name, text in self.options.items() if name not in LIST_COMMON}
        options, problems = read_into(ListOptions, given)
        for problem in problems:
            warn(Warn.OPTION, problem, here)
        place = nodes.container(classes=[BLOCK, f"{BLOCK}-{options.style or 'table'}"])
        place["list"], place["docname"] = options, self.env.docname
        place["anchor"] = nodes.make_id(f"{BLOCK}-{self.env.docname}-{self.env.new_serialno(BLOCK) + 1}")
        self.set_source_info(place)
        self._set_common_options(place)
        cast("ThreadDomain", self.env.get_domain("thread")).note_list(options)
        return [place]

    def _set_common_options(self, place: nodes.container) -> None:
        if "class" in self.options:
            try:
                place["classes"] += directives.class_option(self.options["class"])
            except ValueError as error:
                warn(Warn.OPTION, f"option 'class': {error}", (self.env.docname, self.lineno))
        self.add_name(place)
