"""How many links of documentation lead to threads, in which context, and what the extension makes of them.

Usage: ``.venv/bin/python benchmarks/coverage.py FOLDER ...`` reads all .md, .rst and .txt files, by regular expressions
and not by a parser: contexts are approximate, but need no configuration of the site.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent / "ext"))

from sphinx_thread_cards.platforms import parse_thread_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

URL = re.compile(r"https?://[^\s<>\"'`\]|\\^{}]+")
# The first context whose patterns match before and after the URL, both within its line.
CONTEXTS = (
    ("link without text", r"(?<!!)\[\]\(<?$", r"[>)]"),
    ("link with text", r"\]\(<?$|<$|href=.$", r"[>)]?[>`)\"']|\s+\"|>?\)"),
    ("footnote", r"^\s*(\.\. \[[^\]]+\]|\[\^[^\]]+\]:)\s+<?$", ""),
    ("link definition", r"^\s*\[[^\]]+\]:\s+<?$", ""),
    ("link target", r"^\s*(\.\. _.*:|__)\s+$", r"\s*$"),
    ("alone in a paragraph", r"^ {0,3}<?$", r">?\s*$"),
    ("list item", r"^\s*([-*+]|\w{1,3}[.)]|#\.)\s+<?$", r">?\s*$"),
    ("field", r"^\s*:?[\w -]+:\s+<?$", r">?\s*$"),
    ("table", r"\|.*$", ""),
    ("running text", "", ""),
)
_PATTERNS = [(name, re.compile(before), re.compile(after)) for name, before, after in CONTEXTS]
LINES = "lines of URLs"
RESULTS = {
    "alone in a paragraph": "card",
    LINES: "card",
    "link with text": "listed",
    "link target": "listed",
    "link definition": "listed",
    "link without text": "citation",
}
"""What becomes of a link; all others are citations if ``thread_cards_link_text`` says so."""
# Paths that lead to threads on some server.
LOOKS_LIKE_A_THREAD = re.compile(
    r"/t/[\w%-]+/\d+|/(issues?|pulls?|discussions|merge_requests|questions|ticket|\+bug)/\d+(?![.\w])|/issue\d+"
    r"|show_bug\.cgi|viewtopic|showthread|topic=\d|/msg\d+|bugreport\.cgi|/\+/\d+|/status(es)?/\d+"
    r"|/browse/[A-Z]+-\d+|/(thread|message)/\w{32}|pipermail/.*\d{5}\.html|groups\.google\.com/(g|d|forum)/"
)


def files(folders: Iterable[str]) -> Iterator[Path]:
    """Yield the pages below the folders."""
    for folder in map(Path, folders):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
            if path.suffix in {".md", ".rst", ".txt"} and path.is_file():
                yield path


def without_code(text: str, suffix: str) -> str:
    """Return text with code blocks and inline code blanked."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    if suffix == ".md":
        text = re.sub(r"(?ms)^ *(```+|~~~+)(?!\{).*?^ *\1", blank, text)
        return re.sub(r"(?<!`)`[^`\n]+`(?!`)", blank, text)
    code = r"(?m)^( *)(?:\.\. (?:code|code-block|sourcecode|parsed-literal)::.*|(?!\.\. ).*::)\n(?:\s*\n|\1 +.*\n)+"
    return re.sub(r"``[^`\n]+``", blank, re.sub(code, blank, text))


def links(text: str) -> Iterator[tuple[str, str]]:
    """Yield the URLs of a page with their contexts."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        for match in URL.finditer(line):
            url = match[0].rstrip(".,;:!?*_")
            while url.endswith(")") and url.count(")") > url.count("("):
                url = url[:-1].rstrip(".,;:!?*_")
            before, after = line[: match.start()], line[match.start() + len(url) :]
            context = next(
                name for name, head, tail in _PATTERNS if head.search(before) and tail.match(after)
            )
            if context == "alone in a paragraph":
                block = paragraph(lines, number)
                if len(block) > 1:
                    alone = all(URL.fullmatch(other.strip().strip("<>")) for other in block)
                    context = LINES if alone else "running text"
            yield url, context


def paragraph(lines: list[str], number: int) -> list[str]:
    """Return the lines of the paragraph of a line."""
    begin = end = number
    while begin and lines[begin - 1].strip():
        begin -= 1
    while end < len(lines) and lines[end].strip():
        end += 1
    return lines[begin:end]


def main() -> None:
    """Print the tables."""
    contexts, platforms, results, others = (
        Counter[str](),
        Counter[str](),
        Counter[str](),
        Counter[str](),
    )
    pages = total = 0
    for path in files(sys.argv[1:]):
        pages += 1
        text = path.read_text(encoding="utf-8", errors="replace")
        for url, context in links(without_code(text, path.suffix)):
            total += 1
            if ref := parse_thread_url(url):
                contexts[context] += 1
                platforms[ref.platform] += 1
                results[RESULTS.get(context, "citation")] += 1
            elif LOOKS_LIKE_A_THREAD.search(url):
                others[urlsplit(url).netloc] += 1
    threads, missed = contexts.total(), others.total()
    print(f"{pages} pages, {total} links, {threads} to threads")
    for title, counter in (("context", contexts), ("platform", platforms), ("result", results)):
        print(f"\nBy {title}")
        for name, count in counter.most_common():
            print(f"{count:8}  {count / threads:6.1%}  {name}")
    print(f"\nNot recognised, although the path looks like that of a thread: {missed}")
    for host, count in others.most_common(10):
        print(f"{count:8}  {host}")
    print(
        f"\nTurned into a card, a citation or an entry of the list: {threads / max(threads + missed, 1):.1%}"
    )


if __name__ == "__main__":
    main()
