"""``python -m thread_snapshots`` is the command ``thread-cards``."""

import sys

from thread_snapshots.cli import main

sys.exit(main())
