"""Which pages are built again although their sources did not change."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sphinx_thread_cards.citations import citation_text

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from sphinx_thread_cards.domain import ThreadDomain


def pages_to_word_again(app: Sphinx, env: BuildEnvironment) -> list[str]:  # noqa: ARG001
    """Pages whose citations read differently now, for a card elsewhere or a snapshot (``env-updated``)."""
    domain = cast("ThreadDomain", env.get_domain("thread"))
    now = {
        docname: sorted(citation_text(domain.cited(url), env.config.language) for url in urls)
        for docname, urls in domain.citations.items()
    }
    return domain.changed("worded", now)


def pages_to_list_again(app: Sphinx, env: BuildEnvironment) -> list[str]:  # noqa: ARG001
    """Pages whose lists of threads show something else now (``env-updated``)."""
    domain = cast("ThreadDomain", env.get_domain("thread"))
    if not domain.lists:
        return []
    from sphinx_thread_cards.lists import choose, print_of  # noqa: PLC0415 - few sites have lists

    now = {docname: [print_of(choose(domain, wish)) for wish in wishes] for docname, wishes in domain.lists.items()}
    return domain.changed("listed", now)


def pages_with_new_snapshots(
    app: Sphinx,  # noqa: ARG001
    env: BuildEnvironment,
    added: set[str],  # noqa: ARG001
    changed: set[str],  # noqa: ARG001
    removed: set[str],
) -> list[str]:
    """Pages that cite a thread whose snapshot came since they were read (``env-get-outdated``)."""
    # One that changed or went is a file that the page depends on, which Sphinx sees by itself.
    domain = cast("ThreadDomain", env.get_domain("thread"))
    unkept = (entry for entry in domain.entries() if not entry.kept and entry.docname not in removed)
    return sorted({entry.docname for entry in unkept if domain.snapshot_of(domain.find(entry.url)).exists()})
