"""The directives ``thread``, ``threads`` and ``thread-list``, and the role ``thread``."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from gettext import NullTranslations
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst.directives import class_option, unchanged
from sphinx import locale
from sphinx.util.docutils import ReferenceRole, SphinxDirective
from sphinx.util.i18n import docname_to_domain

from sphinx_thread_cards.card import CardOptions
from sphinx_thread_cards.config import Setting, choice, platform_name, suggestion, valid, warn
from sphinx_thread_cards.domain import citation_xref, thread_domain
from sphinx_thread_cards.i18n import STATES, parse_date
from sphinx_thread_cards.platforms import parse_or_page
from sphinx_thread_cards.snapshot import LanguageTag, clean_line, is_valid
from sphinx_thread_cards.transforms import placeholder
from sphinx_thread_cards.urls import Kind, ThreadRef, is_web_url

_POSTS = re.compile(r"([0-9]{1,5})(?:\s*-\s*([0-9]{1,5}))?")
_text = partial(valid, bool, "write a value or remove the option")
_url = partial(valid, is_web_url, "use an http or https URL")
_handle = partial(valid, lambda it: it and " " not in it, "use the form name or name@server")
_language = partial(valid, partial(is_valid, LanguageTag), "use a language tag such as de or pt-BR")


def _posts(text: str) -> tuple[tuple[int, int], ...]:
    """Parse ``1-5, 9`` into inclusive ranges ``((1, 5), (9, 9))``."""
    matches = [_POSTS.fullmatch(part.strip()) for part in text.split(",")]
    ranges = tuple((int(match[1]), int(match[2] or match[1])) for match in matches if match)
    if not all(matches) or not all(1 <= first <= last for first, last in ranges):
        raise ValueError(f"unexpected value {text!r}; use the form 1-5, 9")
    return ranges


def _several(convert: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    """Return a converter for comma-separated values; handles may begin with ``@``."""
    return lambda text: tuple(convert(_text(it.strip(" @"))) for it in text.split(","))


_COMMON_OPTIONS: Mapping[str, Setting] = {
    "name": Setting(_text, "A name for `ref`; references to lists and groups need their own text."),
    "class": Setting(class_option, "Class names for the site's style sheet: `wide`."),
}
CARD_OPTIONS: Mapping[str, Setting] = {
    "title": Setting(_text, "The title, in your own words: `How the firmware got to the Pi`."),
    "author": Setting(_text, "Author of the thread, or of the cited post: `Jo Example`."),
    "handle": Setting(lambda it: _handle(it.removeprefix("@")), "The author's handle: `jo`."),
    "date": Setting(parse_date, "Date of the thread, or its month or year: `2020-10-06`."),
    "lang": Setting(lambda it: _language(it.replace("_", "-")), "Language of the thread: `de`."),
    "archive": Setting(_url, "URL of an archived copy: `https://archive.example/thread`."),
    "show": Setting(choice("card", "thread"), "`card`, or all saved posts: `thread`."),
    "posts": Setting(_posts, "Which saved posts to show: `1-5, 9`."),
    **_COMMON_OPTIONS,
}
LIST_OPTIONS: Mapping[str, Setting] = {
    "platform": Setting(_several(platform_name), "Only threads on these platforms: `x, mastodon`."),
    "author": Setting(_several(str), "Only threads by these people: `Jo Example`."),
    "community": Setting(_several(str), "Only these repositories, lists or forums: `pftf/RPi4`."),
    "state": Setting(_several(choice(*STATES)), "Only threads in these states: `open`."),
    "since": Setting(parse_date, "Only threads from this day, month or year on: `2020-10`."),
    "until": Setting(parse_date, "Only threads up to this day, month or year: `2021`."),
    "only": Setting(choice("cards"), "Leave out threads without a card: `cards`."),
    "style": Setting(choice("table", "timeline"), "`table` (default) or `timeline`."),
    "order": Setting(choice("oldest", "newest"), "`oldest` (default) or `newest` first."),
    **_COMMON_OPTIONS,
}


def parse_url(text: str, parent: SphinxDirective | ReferenceRole) -> ThreadRef | None:
    """Return the thread or page of a URL, or None if it must not become a link; warn if it is not a thread."""
    url = text.strip().removeprefix("<").removesuffix(">")
    ref = parse_or_page(url, parent.config.thread_cards_hosts)
    if ref is None:
        warn("unsafe_url", f"{url[:80]!r}: use an http or https URL without a user name", parent)
    elif ref.kind is Kind.PAGE and not thread_domain(parent.env).load(ref):
        message = f"no platform recognises {ref.url}; save its title with `thread-cards fetch`, or set thread_cards_hosts if {ref.host} runs supported software"
        warn("unknown_url", message, parent)
    return ref


class _Directive(SphinxDirective):
    """Base class of the directives, which ignores an invalid option with a warning and loses no content."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    # Every option is read as text, because docutils drops a directive with an invalid one. With an empty dict, it would allow none.
    option_spec: ClassVar = defaultdict(lambda: unchanged, name=unchanged)

    def convert_options(self, known: Mapping[str, Setting]) -> dict[str, Any]:
        """Return the values of valid options, except those that :meth:`finish` uses."""
        given, self.options = self.options, {}
        for name, text in given.items():
            # A surrogate pair, such as "\ud83d\ude00", becomes one character.
            joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            try:
                self.options[name] = known[name].convert(clean_line(joined))
            except KeyError:
                warn("option", f"unknown option {name!r}; {suggestion(name, known)}", self)
            except ValueError as error:
                warn("option", f"option {name!r}: {error}", self)
        return {name: self.options[name] for name in self.options.keys() - _COMMON_OPTIONS.keys()}

    def translate(self, text: str) -> str:
        """Return the translation of a text, from the catalogue that Sphinx uses for the paragraphs of the page."""
        domain = docname_to_domain(self.env.docname, self.config.gettext_compact)
        catalogue = locale.get_translator(domain)
        if type(catalogue) is NullTranslations:  # not loaded yet; each call of init() adds it again
            folders = [str(self.env.srcdir / folder) for folder in self.config.locale_dirs]
            catalogue, _exists = locale.init(folders, self.config.language, domain)
        return catalogue.gettext(text)

    def finish(self, node: nodes.Element) -> list[nodes.Node]:
        """Set the source line, classes and name of a node, and return it in a list."""
        self.set_source_info(node)
        node["classes"] += self.options.get("class", [])
        name = nodes.fully_normalize_name(self.options.get("name", ""))
        if self.state.document.nametypes.get(name):  # of an explicit target; implicit ones give way
            warn("same_name", f"the page already has the name {name!r}; choose another one", self)
        else:
            self.add_name(node)
        return [node]


class ThreadDirective(_Directive):
    """The card of a thread, with the author's own summary."""

    def run(self) -> list[nodes.Node]:
        url = "".join(self.arguments)
        summary = self.parse_content_to_nodes()
        if not url:
            warn("empty", "thread directive without a URL; add the URL as its argument", self)
            return summary
        ref = parse_url(url, self)
        if ref is None:
            return [nodes.paragraph("", url), *summary]
        options = self.convert_options(CARD_OPTIONS)
        for name in {"title", "author"} & options.keys():
            options[name] = self.translate(options[name])
        return self.finish(placeholder(ref, CardOptions(**options), *summary))


class ThreadsDirective(_Directive):
    """A group of compact cards: one URL per line, each optionally followed by a title."""

    def run(self) -> list[nodes.Node]:
        self.convert_options(_COMMON_OPTIONS)
        items, rest = list[nodes.container](), list[nodes.Node]()
        first, source_lines = self.lineno, self.block_text.split("\n")
        # An argument may have several lines.
        lines = "\n".join((*self.arguments, *self.content)).split("\n")
        for line in filter(None, map(clean_line, lines)):
            url, _space, title = line.partition(" ")
            found = (n for n, it in enumerate(source_lines, first) if url in it.split())
            self.lineno = next(found, first)  # of the warnings, too
            if ref := parse_url(url, self):
                options = CardOptions(title=self.translate(title) if title else None)
                items.append(placeholder(ref, options))
                self.set_source_info(items[-1])
            else:
                rest.append(nodes.paragraph("", line))
        self.lineno = first
        if not items:
            warn("empty", "threads directive without a URL; write one URL per line", self)
            return rest
        group = nodes.container("", *items, classes=["thread-card-group"])
        return [*self.finish(group), *rest]


class ThreadListDirective(_Directive):
    """A list of the threads that the site cites, filled after Sphinx has read all pages."""

    def run(self) -> list[nodes.Node]:
        if extra := [*self.arguments, *self.content]:
            warn("option", f"unexpected text {extra[0]!r}; write options as :name: value", self)
        self.env.note_reread()  # at each build, as any page may cite another thread
        thread_domain(self.env).page(self.env.docname).has_list = True
        options = self.convert_options(LIST_OPTIONS)
        classes = ["thread-list", f"thread-list-{options.get('style', 'table')}"]
        node = nodes.container(classes=classes, thread_list=(self.env.docname, options))
        return self.finish(node)


class ThreadRole(ReferenceRole):
    """An inline citation: ``Andrei Warkentin on X, 6 October 2020``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        text = self.title if self.has_explicit_title else None
        ref = parse_url(self.target, self)
        return [citation_xref(ref, text) if ref else nodes.Text(self.text)], []
