"""Files of mails: mboxrd as public-inbox writes it, mboxo as most others do, and one mail alone.

The forms: https://www.loc.gov/preservation/digital/formats/fdd/fdd000385.shtml and https://www.rfc-editor.org/rfc/rfc4155
"""

from __future__ import annotations

import re

from sphinx_thread_cards.fetch.errors import BadAnswer

MOST_MAILS = 20_000
"""Mails of a file that are read; no thread has more."""

# Not every program quotes the lines of a mail that begin like this one, so a time is looked for, and a header below.
_FROM_LINE = re.compile(rb"^From [^\n]*\n(?=[!-9;-~]{1,100}:)", re.MULTILINE)
_TIME = re.compile(rb"[0-9]:[0-9]{2}")
_QUOTED = re.compile(rb"^>(?=>*From )", re.MULTILINE)
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:From [^\n]*\n)?[!-9;-~]{1,100}:")


def split_mails(body: bytes, name: str) -> list[bytes]:
    """The mails of a file, each with its headers, as they were sent.

    :param name: of the file, or the address that was asked; for messages.
    :raises BadAnswer: if it holds no mail.
    """
    if not _HEADER.match(body[:2000]):
        kind = "a web page" if body[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else "something else"
        raise BadAnswer(name, f"it is {kind}, where mails were due" if body.strip() else "there is no mail in it")
    lines = [line for line in _FROM_LINE.finditer(body) if _TIME.search(line[0])][: MOST_MAILS + 1]
    if not lines:
        return [body.lstrip(b"\xef\xbb\xbf \t\r\n")]
    starts = [line.end() for line in lines]
    ends = [*(line.start() for line in lines[1:]), len(body)]
    mails = [body[start:end] for start, end in zip(starts, ends, strict=True)]
    if lines[0].start() > 0 and body[: lines[0].start()].strip():
        mails.insert(0, body[: lines[0].start()])
    return [_QUOTED.sub(b"", mail) for mail in mails[:MOST_MAILS]]
