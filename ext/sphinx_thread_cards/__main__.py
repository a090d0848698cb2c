"""``python -m sphinx_thread_cards``: the same as ``thread-cards``."""

import sys

from sphinx_thread_cards.cli import main

sys.exit(main())
