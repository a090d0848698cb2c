"""The pictures of a page, led back to the web.

What browsers write when they save a page: "Web page, complete" of Chromium and Firefox puts pictures into a folder
beside it, SingleFile and MHTML into the page (``data:``, ``cid:``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from thread_snapshots.rich.spans import safe_link

if TYPE_CHECKING:
    from lxml.etree import _Element

# Where scripts that load pictures late keep the address.
_LATE = ("data-delayed-url", "data-src", "data-original", "data-lazy-src", "data-savepage-src")


def mend_pictures(root: _Element, *, in_file: bool) -> None:
    """Give each picture the address it had on the web, as far as the page tells; without one it loses its ``src``.

    :param in_file: whether the page was saved. Then an address relative to the page leads into a folder beside it, not
        to the web; an address from the root (``/a.png``) was not changed.
    """
    for image in root.iter("img", "video", "source"):
        given = [image.get("src"), *(image.get(name) for name in _LATE), _largest(image.get("srcset") or "")]
        good = [address for address in given if _leads_out(address, in_file=in_file)]
        for name in ("src", "srcset"):
            if name in image.attrib:
                del image.attrib[name]
        if good and good[0]:
            image.set("src", good[0])


def _leads_out(address: str | None, *, in_file: bool) -> bool:
    address = (address or "").strip()
    if address.startswith("/") or not in_file:
        return safe_link(address, "https://site.example/") is not None
    return safe_link(address) is not None


def _largest(srcset: str) -> str | None:
    """The address of the largest picture (HTML standard, section 4.8.4.2.1), as far as sizes are given."""
    found = [part.split() for part in srcset[:10_000].split(", ")]
    sized = [(_size(part[1:]), part[0].rstrip(",")) for part in found if part]
    return max(sized, key=lambda pair: pair[0])[1] if sized else None


def _size(descriptors: list[str]) -> float:
    match = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)[wx],?", descriptors[0]) if descriptors else None
    return float(match[1]) if match else 1.0
