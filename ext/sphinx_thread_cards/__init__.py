"""Cards for social threads in Sphinx: a thread URL alone in a paragraph becomes a card, in every builder."""

from sphinx_thread_cards.model import ThreadRef
from sphinx_thread_cards.platforms import parse_thread_url

__all__ = ["ThreadRef", "parse_thread_url"]
__version__ = "0.1.0"
