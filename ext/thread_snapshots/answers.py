"""What a server answered: read within bounds, and turned into text or data."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING

from thread_snapshots.errors import BadAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

_CHUNK = 64 * 1024
# Python knows codecs that are no character sets, and some that take very long; these names are safe.
_CHARSET = re.compile(
    r"utf[-_]?(8|16(-?[bl]e)?)|(us-)?ascii|latin-?1|iso[-_]?(8859|2022)[-_]\w+(-\w+)?|(windows-|cp)[0-9]+"
    r"|koi8[-_][rtu]|gbk|gb2312|gb18030|big5(-hkscs)?|euc[-_](jp|kr)|shift[-_]?jis",
    re.IGNORECASE,
)
# As the HTML standard looks for it, in the first 1024 bytes.
_META = re.compile(rb"""<meta[^>]{1,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_-]{1,40})""", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A whole answer."""

    url: str
    """Where it came from, after redirects."""
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes

    @property
    def content_type(self) -> str:
        """Media type in lower case, without parameters; empty if the server did not say."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as text; what cannot be read becomes a replacement character.

        The character set is that of the header, else of a byte order mark or HTML's ``meta``, else UTF-8 if it fits,
        else Windows-1252, as the Encoding standard has it for the West.
        """
        named = [codecs.lookup(name).name for name in _charsets(self) if _known(name)]
        if self.body.startswith(codecs.BOM_UTF8):
            named = ["utf-8-sig"]
        return _decoded(self.body, [*named[:1], "utf-8"])


def read_body(response: requests.Response, limit: int) -> bytes:
    """Read an answer, and stop once it has more bytes than allowed, unpacked.

    :raises BadAnswer: if it is too large or packed in a way that was not asked for.
    """
    packed = response.headers.get("Content-Encoding", "identity").strip().lower()
    # One layer only: each further one could grow a thousandfold.
    if packed not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise BadAnswer(response.url, "the answer is packed in a way that was not asked for")
    too_large = BadAnswer(response.url, f"the answer is larger than {limit:,} bytes")
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > limit:  # noqa: PLR2004 - digits of a 64-bit number
        raise too_large
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > limit:
            raise too_large
    return bytes(body)


def check_type(answer: Answer, accept: str) -> None:
    """Compare the type of an answer with the types that were asked for (``text/html, text/*;q=0.5``).

    :raises BadAnswer: if it is another. One that does not say its type is let through.
    """
    wanted = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    main = answer.content_type.partition("/")[0]
    if answer.content_type and not wanted & {answer.content_type, f"{main}/*", "*/*"}:
        raise BadAnswer(answer.url, f"the answer is {answer.content_type}, not {accept}")


def as_json(answer: Answer) -> object:
    """Read an answer as JSON, whatever type it says it has.

    :raises BadAnswer: if it is none, or nested deeper than Python goes.
    """
    try:
        data: object = json.loads(answer.body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        kind = "a web page" if answer.content_type == "text/html" else "broken or no JSON"
        raise BadAnswer(answer.url, f"the answer is {kind}, where JSON was due") from None
    return data


def _charsets(answer: Answer) -> list[str]:
    header = Message()
    header["Content-Type"] = answer.headers.get("Content-Type", "")
    found = _META.search(answer.body[:1024]) if answer.content_type in {"", "text/html"} else None
    return [str(header.get_param("charset", "")), found.group(1).decode("ascii") if found else ""]


def _known(name: str) -> bool:
    try:
        return _CHARSET.fullmatch(name) is not None and bool(codecs.lookup(name))
    except LookupError:
        return False


def _decoded(body: bytes, charsets: list[str]) -> str:
    for charset in charsets:
        try:
            return body.decode(charset)
        except UnicodeError:
            continue
    return body.decode("windows-1252", errors="replace")


def _refuse(name: str) -> object:
    message = f"{name} is not JSON"
    raise ValueError(message)
