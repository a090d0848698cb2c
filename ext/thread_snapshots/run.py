"""Several threads at once: jobs for workers that an interrupt does not wait for."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

WORKERS_A_REQUEST = 2
"""For each request at once: one waits for a server while the other reads and writes what came before."""
Job = TypeVar("Job")
Result = TypeVar("Result")


def run(jobs: Sequence[Job], work: Callable[[Job], Result], workers: int) -> Iterator[Result]:
    """Do every job; the results come as they are ready.

    The workers are daemons: who is interrupted leaves at once, and what a worker was about to write is written whole
    or not at all (see ``store.save``).

    :param work: must not raise; what it raises all the same is raised here, and ends the run.
    """
    waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[Result | None, BaseException | None]] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)

    def do() -> None:
        while True:
            try:
                job = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((work(job), None))
            except BaseException as error:  # noqa: BLE001 - it goes on in the thread that waits
                done.put((None, error))

    for _ in range(min(workers, len(jobs))):
        threading.Thread(target=do, daemon=True).start()
    for _ in jobs:
        result, error = done.get()
        if error is not None:
            raise error
        yield result  # type: ignore[misc] # it is a Result, as there was no error
