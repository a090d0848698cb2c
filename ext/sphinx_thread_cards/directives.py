"""The directives ``thread``, ``threads`` and ``thread-list``, and the role ``thread``."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import locale
from sphinx.util.docutils import ReferenceRole, SphinxDirective
from sphinx.util.i18n import docname_to_domain
from sphinx.util.typing import OptionSpec

from sphinx_thread_cards.card import CardOptions
from sphinx_thread_cards.config import choice, platform_name, suggestion, valid, warn
from sphinx_thread_cards.domain import citation_xref, thread_domain
from sphinx_thread_cards.i18n import STATES, parse_date
from sphinx_thread_cards.platforms import parse_or_page
from sphinx_thread_cards.snapshot import LanguageTag, clean_line, is_valid
from sphinx_thread_cards.transforms import group, placeholder
from sphinx_thread_cards.urls import Kind, ThreadRef, is_web_url

_HANDLE = re.compile(r"@?[^\s<>@]{1,64}(?:@[^\s<>@]{1,255})?")
_POSTS = re.compile(r"([0-9]{1,5})(?:\s*-\s*([0-9]{1,5}))?")


# -- Options -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a directive."""

    convert: Callable[[str], Any]
    """Returns the value, or raises a ValueError with the remedy."""
    help: str
    """Description for the reference, in Markdown."""
    example: str


_text = valid(bool, "write a value or remove the option")
_url = valid(is_web_url, "use an http or https URL")
_handle = valid(_HANDLE.fullmatch, "use the form name or name@server")
_language = valid(partial(is_valid, LanguageTag), "use a language tag such as de or pt-BR")


def _posts(text: str) -> tuple[tuple[int, int], ...]:
    """Return ``1-5, 9`` as inclusive ranges ``((1, 5), (9, 9))``."""
    ranges = []
    for part in text.split(","):
        match = _POSTS.fullmatch(part.strip())
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last:
            raise ValueError(f"unexpected value {text!r}; use the form 1-5, 9")
        ranges.append((first, last))
    return tuple(ranges)


def _several(convert: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    return lambda text: tuple(convert(_text(part.strip())) for part in text.split(","))


CARD_OPTIONS: Mapping[str, Option] = {
    "title": Option(_text, "The title, in your own words.", "How the firmware got to the Pi"),
    "author": Option(_text, "Author of the thread, or of the cited post.", "Jo Example"),
    "handle": Option(
        lambda it: _handle(it).removeprefix("@"), "The author's handle.", "jo_example"
    ),
    "date": Option(parse_date, "Date of the thread, or its month or year.", "2020-10-06"),
    "lang": Option(
        lambda it: _language(it.replace("_", "-")),
        "Language of the thread, shown if it is not the site's.",
        "de",
    ),
    "archive": Option(_url, "URL of an archived copy.", "https://archive.example/thread"),
    "show": Option(choice("card", "thread"), "`card`, or `thread` with all saved posts.", "thread"),
    "posts": Option(_posts, "Which saved posts to show.", "1-5, 9"),
}
LIST_OPTIONS: Mapping[str, Option] = {
    "platform": Option(_several(platform_name), "Only threads on these platforms.", "x, mastodon"),
    "author": Option(
        _several(lambda it: it.removeprefix("@")), "Only threads by these people.", "Jo Example"
    ),
    "community": Option(_several(str), "Only these repositories, lists or forums.", "pftf/RPi4"),
    "state": Option(
        _several(choice(*STATES)), "Only issues and questions in these states.", "open"
    ),
    "since": Option(parse_date, "Only threads from this day, month or year on.", "2020-10"),
    "until": Option(parse_date, "Only threads up to this day, month or year.", "2021"),
    "only": Option(choice("cards"), "`cards`: without threads that are only linked.", "cards"),
    "style": Option(choice("table", "timeline"), "`table` (default) or `timeline`.", "timeline"),
    "order": Option(choice("oldest", "newest"), "`oldest` (default) or `newest` first.", "newest"),
}
COMMON_OPTIONS: Mapping[str, str] = {
    "name": "A name, for references with `ref`.",
    "class": "Further class names, for the style sheet of the site.",
}


class _AnyOption(dict[str, Callable[[str], Any]]):
    """Accepts every option as text: docutils would drop the whole directive for an invalid one."""

    def __bool__(self) -> bool:
        return True

    def __contains__(self, name: object) -> bool:
        return True

    def __getitem__(self, name: str) -> Callable[[str], Any]:
        return directives.unchanged


# -- Directives ----------------------------------------------------------------


def parse_url(text: str, parent: SphinxDirective | ReferenceRole) -> ThreadRef | None:
    """Return the thread or page of a URL, or None for what must not become a link; warn of what is not a thread."""
    ref = parse_or_page(text, parent.config.thread_cards_hosts)
    if ref is None:
        message = f"thread URL expected, got {text[:80]!r}; use an http or https URL"
        warn("unsafe_url", message, parent.get_location())
    elif ref.kind is Kind.PAGE and not thread_domain(parent.env).load(ref):
        message = (
            f"no platform recognises {ref.url}; save its title with `thread-cards fetch`, or if {ref.host} "
            f'runs a known software, set thread_cards_hosts = {{"{ref.host}": "discourse"}}'
        )
        warn("unknown_url", message, parent.get_location())
    return ref


class _Directive(SphinxDirective):
    """Base of the directives: an invalid option is ignored with a warning, and no content is lost."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[OptionSpec] = _AnyOption()

    def convert_options(self, known: Mapping[str, Option]) -> dict[str, Any]:
        """Return the values of valid options."""
        values = {}
        for name, text in self.options.items():
            if name in COMMON_OPTIONS:
                continue
            try:
                values[name] = known[name].convert(_clean(text))
            except KeyError:
                hint = suggestion(name, [*known, *COMMON_OPTIONS])
                warn("option", f"unknown option {name!r}; {hint}", self.get_location())
            except ValueError as error:
                warn("option", f"option {name!r}: {error}", self.get_location())
        return values

    def finish(self, node: nodes.Element) -> list[nodes.Node]:
        """Return a node with source line, classes and name."""
        self.set_source_info(node)
        if "class" in self.options:
            try:
                node["classes"] += directives.class_option(self.options["class"])
            except ValueError as error:
                warn("option", f"option 'class': {error}", self.get_location())
        self.add_name(node)
        return [node]


def _clean(text: str | None) -> str:
    r"""Return an option on one line; two halves of a character, as in ``"\ud83d\ude00"``, become it."""
    return clean_line((text or "").encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


class ThreadDirective(_Directive):
    """The card of a thread, with the author's own summary."""

    def run(self) -> list[nodes.Node]:
        """Return the placeholder of the card."""
        url = _without_brackets("".join(self.arguments))
        summary = self.parse_content_to_nodes()
        if not url:
            message = "thread directive without a URL; write it after the name"
            warn("empty", message, self.get_location())
            return summary
        ref = parse_url(url, self)
        if ref is None:
            return [nodes.paragraph("", url), *summary]
        values = self.convert_options(CARD_OPTIONS)
        values |= {
            name: self._translate(values[name]) for name in {"title", "author"} & values.keys()
        }
        return self.finish(placeholder(ref, CardOptions(**values), summary))

    def _translate(self, text: str) -> str:
        """Return the translation of an option in the message catalogue of the page."""
        folders = [str(self.env.srcdir / folder) for folder in self.config.locale_dirs]
        domain = docname_to_domain(self.env.docname, self.config.gettext_compact)
        catalogue, exists = locale.init(folders, self.config.language, domain)
        return catalogue.gettext(text) if exists else text


class ThreadsDirective(_Directive):
    """A group of compact cards: one URL a line, each optionally followed by a title."""

    def run(self) -> list[nodes.Node]:
        """Return the placeholder of the group."""
        self.convert_options({})
        items: list[tuple[ThreadRef, str | None]] = []
        rest: list[nodes.Node] = []
        # An argument may have several lines.
        lines = "\n".join((*self.arguments, *self.content)).split("\n")
        for line in filter(None, map(clean_line, lines)):
            url, _space, title = line.partition(" ")
            if ref := parse_url(_without_brackets(url), self):
                items.append((ref, title or None))
            else:
                rest.append(nodes.paragraph("", line))
        if not items:
            message = "threads directive without a URL; write one URL a line"
            warn("empty", message, self.get_location())
            return rest
        node = group(items)
        for card in node.children:
            self.set_source_info(card)
        return [*self.finish(node), *rest]


class ThreadListDirective(_Directive):
    """A list of the threads that the site cites."""

    def run(self) -> list[nodes.Node]:
        """Return a placeholder, which is filled when all pages have been read."""
        for text in [*self.arguments, *self.content][:1]:
            message = f"unexpected text {text!r}; write options as :name: value"
            warn("option", message, self.get_location())
        self.env.note_reread()  # at each build, as any page may cite another thread
        options = self.convert_options(LIST_OPTIONS)
        style = options.get("style", "table")
        node = nodes.container(classes=["thread-list", f"thread-list-{style}"])
        node["thread_list"] = self.env.docname, options
        return self.finish(node)


class ThreadRole(ReferenceRole):
    """An inline citation: ``Andrei Warkentin on X, 6 October 2020``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the citation, whose text is known when all pages have been read."""
        text = self.title if self.has_explicit_title else None
        ref = parse_url(_without_brackets(self.target), self)
        return [citation_xref(ref, text) if ref else nodes.Text(self.text)], []


def _without_brackets(url: str) -> str:
    return url.strip().removeprefix("<").removesuffix(">")
