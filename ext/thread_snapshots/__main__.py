"""``python -m thread_snapshots``: the same as ``thread-cards``."""

import sys

from thread_snapshots.cli import main

sys.exit(main())
