"""Groups.io: messages and topics, also below an organisation's own domain.

URL forms: https://groups.io/helpcenter (the archive's "permalink" of a message, and the page of a topic)
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, words

_PLACE = re.compile(
    r"/g/([A-Za-z0-9_+-]{1,64}(?:\.[A-Za-z0-9_+-]{1,64}){0,9})"
    r"/(?:(message)|topic(?:/(?![0-9]+/)([^/.][^/]{0,399}))?)/([0-9]{1,10})/?"
)
_MESSAGE = re.compile(r"[0-9]{1,10}")


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a message, or of a topic with the message meant."""
    match = _PLACE.fullmatch(address.path)
    if match is None:
        return None
    group, is_message, slug, digits = match.groups()
    # Below a wildcard a second "www." may be left.
    host = address.host.removeprefix("www.")
    form = "message" if is_message else "topic"
    number = digits.lstrip("0") or "0"
    post = address.fragment if not is_message and _MESSAGE.fullmatch(address.fragment) else None
    anchor = f"#{post}" if post else ""
    return ThreadRef(
        platform="groups-io",
        id=f"{group.lower()}/{form}/{number}",
        url=f"https://{host}/g/{group}/{form}/{number}{anchor}",
        given_url=address.url,
        host=host,
        community=group if host == "groups.io" else f"{group}@{host}",
        number=f"#{number}" if is_message else None,
        title=words(slug) if slug else None,
        post=post,
        kind=Kind.MESSAGE if is_message else Kind.TOPIC,
    )


PLATFORM = Platform(
    name="groups-io",
    label="Groups.io",
    parse=parse,
    hosts=(
        "groups.io",
        ".groups.io",
        "lists.automotivelinux.org",
        "lists.fd.io",
        "lists.hyperledger.org",
        "lists.iovisor.org",
        "lists.lfaidata.foundation",
        "lists.onap.org",
        "lists.openembedded.org",
        "lists.riscv.org",
        "lists.yoctoproject.org",
        "lists.zephyrproject.org",
    ),
)
