"""What fetching costs beside the server's own time: threads on loopback, fetched and kept, and requested only.

A server process answers each request after a pause, as a server somewhere else would. In alternation, a fresh process
fetches, reads and keeps all threads, or only requests them with ``requests`` at the same number of jobs. Printed are the
medians, the ratio within this run, and the peak memory for a tenth of the threads and for all; nothing is asserted.

    python benchmarks/fetch_threads.py [--threads 1000] [--jobs 4] [--pause 0.05] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLLOW_UPS = 12
TEXT = '<p>The lamp boots, and <a href="https:&#x2F;&#x2F;lamp.example&#x2F;">its page</a> says why.</p>' * 4
# Runs in the child: both ways, told apart by the first argument. Reading the site is no part of the time.
CHILD = """
import resource, sys, time
from pathlib import Path
way, origin, folder, count, jobs = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
from thread_snapshots.asking import Asker
from thread_snapshots.http import Client, Limits
from thread_snapshots.outcome import Plan, fetch_one
from thread_snapshots.run import WORKERS_A_REQUEST, run
from sphinx_thread_cards.platforms import parse_thread_url
from thread_snapshots.site import Cited
import requests, threading
cited = [Cited(ref=parse_thread_url(f"https://news.ycombinator.com/item?id={number}")) for number in range(1, count + 1)]
sessions = threading.local()
def bare(cited):
    if not hasattr(sessions, "session"):
        sessions.session = requests.Session()
    return sessions.session.get(f"{origin}/api/v1/items/{cited.ref.id}", timeout=30).content
began = time.perf_counter()
if way == "bare":
    assert all(map(bool, run(cited, bare, jobs)))
else:
    with Client(allowed=[origin], limits=Limits(pause=0, jobs=jobs)) as client:
        plan = Plan(folder=folder, send=Asker(client, {"hn.algolia.com": origin}))
        whats = [outcome.what for outcome in run(cited, lambda cited: fetch_one(cited, plan), jobs * WORKERS_A_REQUEST)]
    assert whats == ["saved"] * count, whats
print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def item(number: int) -> bytes:
    """A story with follow-ups of its author."""
    below = [_item(number * 100_000 + index, number) for index in range(FOLLOW_UPS)]
    return json.dumps({**_item(number, number), "children": below}).encode()


def _item(number: int, story: int) -> dict[str, object]:
    return {
        "id": number, "created_at": "2020-10-06T17:00:00.000Z", "created_at_i": 1602003600, "type": "story",
        "author": "jo_example", "title": f"Lamp {number}", "url": None, "text": TEXT, "points": 3, "parent_id": None,
        "story_id": story, "options": [], "children": [],
    }  # fmt: skip


def serve(pause: float) -> None:
    """Answer until killed; the port is printed first."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            time.sleep(pause)
            body = item(int(self.path.rpartition("/")[2]))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


def measure(way: str, origin: str, count: int, jobs: int) -> tuple[float, float]:
    """One way in a fresh process; (seconds, MiB at the peak)."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", CHILD, way, origin, folder, str(count), str(jobs)]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603 - our own
    return float(printed[-2]), float(printed[-1]) / 1024


def main() -> None:
    """Measure in alternation and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0.05)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.pause)
    command = [sys.executable, __file__, "--serve", "--pause", str(options.pause)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own
        assert server.stdout is not None
        origin = f"http://127.0.0.1:{int(server.stdout.readline())}"
        try:
            rows = [[measure(way, origin, options.threads, options.jobs) for way in ("fetch", "bare")] for _ in range(options.rounds)]
            fetched, bare = ([row[column] for row in rows] for column in (0, 1))
            _, small = measure("fetch", origin, options.threads // 10, options.jobs)
        finally:
            server.kill()
    seconds = [statistics.median(time for time, _ in way) for way in (fetched, bare)]
    memory = [statistics.median(peak for _, peak in way) for way in (fetched, bare)]
    print(f"{options.threads} threads of {FOLLOW_UPS + 1} posts, {options.jobs} jobs, {options.pause} s an answer, {options.rounds} rounds; medians")
    print(f"fetched and kept  {seconds[0]:6.2f} s  {memory[0]:6.1f} MiB ({small:.1f} MiB for a tenth)")
    print(f"requested only    {seconds[1]:6.2f} s  {memory[1]:6.1f} MiB")
    print(f"ratio {seconds[0] / seconds[1]:.3f}")


if __name__ == "__main__":
    main()
