"""Mails in tests: their thread, and what they say."""

from __future__ import annotations

from thread_snapshots.mail.mails import Mail
from thread_snapshots.mail.threads import Archive, own_id, thread_of_mails
from thread_snapshots.steps import Wish
from sphinx_thread_cards.platforms import parse_thread_url
from sphinx_thread_cards.thread import Block, Code, List, Paragraph, Quote, Thread


def thread_of(mails: list[Mail], cited: str | None = None) -> Thread:
    """The thread around a mail, with all that was answered.

    Args:
        mails: As they were read.
        cited: The Message-ID of the mail that the thread is around; else it is the first one.
    """
    ref = parse_thread_url("https://lkml.org/lkml/2021/1/5/12")
    assert ref is not None
    archive = Archive(ident=own_id, url=lambda mail: f"https://lists.example/{own_id(mail)}", cited=cited, endpoint="file", name="file")
    return thread_of_mails(ref, Wish(replies=True), mails, archive).thread


def said(blocks: tuple[Block, ...]) -> str:
    """The text of blocks, with the marks of quotes."""
    lines: list[str] = []
    for block in blocks:
        match block:
            case Paragraph():
                lines.append("".join(span.text for span in block.spans))
            case Code():
                lines.append(block.text)
            case Quote():
                lines += [f"> {line}" for line in said(block.blocks).split("\n")]
            case List():
                lines += [said(item) for item in block.items]
    return "\n".join(lines)
