"""Stack Exchange: questions, answers and comments on all of its sites.

URL forms: https://api.stackexchange.com/docs/types/question (``link``) and
https://meta.stackexchange.com/questions/194476 (short links). Names: https://stackexchange.com/sites
"""

from __future__ import annotations

import re

from sphinx_thread_cards.urls import Kind, ThreadRef
from sphinx_thread_cards.platforms._base import Address, Platform, words
from sphinx_thread_cards.platforms._parts import url_slug

_OWN_NAMES = {
    "stackoverflow.com": "Stack Overflow",
    "meta.stackoverflow.com": "Meta Stack Overflow",
    "es.stackoverflow.com": "Stack Overflow en español",
    "ja.stackoverflow.com": "スタック・オーバーフロー",
    "pt.stackoverflow.com": "Stack Overflow em Português",
    "ru.stackoverflow.com": "Stack Overflow на русском",
    "superuser.com": "Super User",
    "meta.superuser.com": "Meta Super User",
    "serverfault.com": "Server Fault",
    "meta.serverfault.com": "Meta Server Fault",
    "askubuntu.com": "Ask Ubuntu",
    "meta.askubuntu.com": "Ask Ubuntu Meta",
    "mathoverflow.net": "MathOverflow",
    "stackapps.com": "Stack Apps",
    "meta.stackexchange.com": "Meta Stack Exchange",
    "apple.stackexchange.com": "Ask Different",
    "gaming.stackexchange.com": "Arqade",
    "stats.stackexchange.com": "Cross Validated",
}
# The first label of the host, and what stands before "Stack Exchange" in the site's name.
_SITE_NAMES = {
    "academia": "Academia",
    "ai": "Artificial Intelligence",
    "android": "Android Enthusiasts",
    "arduino": "Arduino",
    "bitcoin": "Bitcoin",
    "codegolf": "Code Golf",
    "codereview": "Code Review",
    "crypto": "Cryptography",
    "cs": "Computer Science",
    "datascience": "Data Science",
    "dba": "Database Administrators",
    "devops": "DevOps",
    "electronics": "Electrical Engineering",
    "emacs": "Emacs",
    "english": "English Language & Usage",
    "gamedev": "Game Development",
    "gis": "Geographic Information Systems",
    "ham": "Amateur Radio",
    "iot": "Internet of Things",
    "math": "Mathematics",
    "networkengineering": "Network Engineering",
    "opensource": "Open Source",
    "physics": "Physics",
    "raspberrypi": "Raspberry Pi",
    "retrocomputing": "Retrocomputing",
    "reverseengineering": "Reverse Engineering",
    "security": "Information Security",
    "softwareengineering": "Software Engineering",
    "softwarerecs": "Software Recommendations",
    "tex": "TeX - LaTeX",
    "unix": "Unix & Linux",
    "ux": "User Experience",
    "vi": "Vi and Vim",
    "webapps": "Web Applications",
    "webmasters": "Webmasters",
    "workplace": "The Workplace",
}
_NETWORK = ".stackexchange.com"
# Sites that moved; the old host leads to the same questions.
_MOVED = {
    "programmers.stackexchange.com": "softwareengineering.stackexchange.com",
    "mathoverflow.com": "mathoverflow.net",
}
_QUESTION = re.compile(r"/(questions|q)/([0-9]{1,10})(?:/([^/.][^/]{0,399})(?:/([0-9]{1,10}))?)?/?")
# The last number is the id of the one who shared the link.
_ANSWER = re.compile(r"/a/([0-9]{1,10})(?:/[0-9]{1,10})?/?")
_COMMENT = re.compile(r"comment[0-9]{1,12}_[0-9]{1,10}")
_POST = re.compile(r"[0-9]{1,10}")


def site_name(host: str) -> str:
    """The site's name as its readers know it; the host where it is not known for certain."""
    if name := _OWN_NAMES.get(host):
        return name
    label, dot, rest = host.partition(".")
    name = _SITE_NAMES.get(label)
    if name is None or dot + rest not in {_NETWORK, f".meta{_NETWORK}"}:
        return host
    return f"{name} {'Meta ' if rest.startswith('meta.') else ''}Stack Exchange"


def _site(host: str) -> str:
    """The host of today: moved sites, and the meta sites' old order of names (``meta.unix`` for ``unix.meta``)."""
    host = host.removeprefix("www.")
    if host.startswith("meta.") and host.endswith(_NETWORK) and len(host) > len("meta" + _NETWORK):
        return f"{host.removeprefix('meta.').removesuffix(_NETWORK)}.meta{_NETWORK}"
    return _MOVED.get(host, host)


def parse(address: Address) -> ThreadRef | None:
    """Read the address of a question, with the answer or comment meant, or the short link of an answer."""
    host = _site(address.host)
    if match := _QUESTION.fullmatch(address.path):
        return _question(address, host, match)
    if match := _ANSWER.fullmatch(address.path):
        return _answer(address, host, match[1])
    return None


def _question(address: Address, host: str, match: re.Match[str]) -> ThreadRef | None:
    form, id_, slug, answer = match.groups()
    if form == "q":
        # The short link has the sharing user's id where the long one has the slug, and nothing after it.
        if answer or (slug and not _POST.fullmatch(slug)):
            return None
        slug = None
    title = words(slug) if slug else None
    id_ = id_.lstrip("0") or "0"
    post = answer
    if _COMMENT.fullmatch(address.fragment) or (not answer and _POST.fullmatch(address.fragment)):
        post = address.fragment
    url = f"https://{host}/questions/{id_}"
    if post == id_:
        post = None
    elif post:
        # The anchor alone finds a post on the first page of answers only.
        answer = post.rpartition("_")[2]
        url += f"#{post}" if answer == id_ else f"/{url_slug(slug, title)}/{answer}#{post}"
    return ThreadRef(
        platform="stackexchange",
        id=id_,
        url=url,
        given_url=address.url,
        host=host,
        community=site_name(host),
        title=title,
        post=post,
        kind=Kind.QUESTION,
    )


def _answer(address: Address, host: str, id_: str) -> ThreadRef:
    """``/a/{answer}``: the site alone knows the question, so the answer stands for itself."""
    id_ = id_.lstrip("0") or "0"
    comment = address.fragment if _COMMENT.fullmatch(address.fragment) else None
    return ThreadRef(
        platform="stackexchange",
        id=f"a/{id_}",
        url=f"https://{host}/a/{id_}" + (f"#{comment}" if comment else ""),
        given_url=address.url,
        host=host,
        community=site_name(host),
        post=comment or id_,
        kind=Kind.ANSWER,
    )


def nameless(ref: ThreadRef) -> str:
    """The question's or answer's number alone, without the words of the question."""
    return f"https://{ref.host}/{ref.id if ref.kind is Kind.ANSWER else f'questions/{ref.id}'}"


PLATFORM = Platform(
    name="stackexchange",
    label="Stack Exchange",
    parse=parse,
    many_servers=True,
    hosts=(
        "stackoverflow.com",
        ".stackoverflow.com",
        "superuser.com",
        "meta.superuser.com",
        "serverfault.com",
        "meta.serverfault.com",
        "askubuntu.com",
        "meta.askubuntu.com",
        "mathoverflow.net",
        "meta.mathoverflow.net",
        "mathoverflow.com",
        "stackapps.com",
        _NETWORK,
    ),
    nameless=nameless,
)
