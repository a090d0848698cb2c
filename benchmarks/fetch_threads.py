"""Compare fetching threads with bare requests for the same responses.

A server process on loopback responds after a pause, as a distant server would. Fresh processes alternately fetch and save
all threads, or only request them with ``requests`` and the same number of jobs. Prints the medians, their ratio, and the
peak memory for a tenth of the threads and for all.

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

FOLLOW_UPS = 12
TEXT = '<p>The lamp boots, and <a href="https:&#x2F;&#x2F;lamp.example&#x2F;">its page</a> says why.</p>'
CHILD = """
import resource, sys, threading, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
way, origin, folder, count, jobs = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
import requests
from sphinx_thread_cards.platforms import parse_thread_url
from thread_snapshots.client import Client
from thread_snapshots.site import CitedThread
from thread_snapshots.update import FetchConfig, fetch
threads = [CitedThread(ref=parse_thread_url(f"https://news.ycombinator.com/item?id={n}")) for n in range(1, count + 1)]
local = threading.local()
def bare(thread):
    if not hasattr(local, "session"):
        local.session = requests.Session()
    return local.session.get(f"{origin}/api/v1/items/{thread.ref.id}", timeout=30).content
started = time.perf_counter()
workers = jobs if way == "bare" else 2 * jobs  # as in the command line
with Client(endpoints={"hn.algolia.com": origin}, pause=0, jobs=jobs) as client, ThreadPoolExecutor(workers) as executor:
    config = FetchConfig(store=folder, send=client.send)
    work = bare if way == "bare" else lambda thread: fetch(thread, config).status == "saved"
    assert all(executor.map(work, threads))
print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def item(number: int, story: int, children: list[dict[str, object]]) -> dict[str, object]:
    """Return a story or comment of Hacker News."""
    return {
        "id": number, "created_at_i": 1602003600, "type": "story", "author": "jo_example", "title": f"Lamp {number}",
        "url": None, "text": TEXT * 4, "story_id": story, "options": [], "children": children,
    }  # fmt: skip


def serve(pause: float) -> None:
    """Print the port, and respond until killed."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            time.sleep(pause)
            number = int(self.path.rpartition("/")[2])
            follow_ups = [item(number * 100_000 + n, number, []) for n in range(FOLLOW_UPS)]
            body = json.dumps(item(number, number, follow_ups)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


def measure(way: str, origin: str, count: int, jobs: int) -> tuple[float, float]:
    """Return the seconds and the peak memory in MiB of one way in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", CHILD, way, origin, folder, str(count), str(jobs)]
        result = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    seconds, peak = result.stdout.split()
    return float(seconds), float(peak) / 1024


def main() -> None:
    """Measure and print."""
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
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own program
        assert server.stdout is not None
        origin = f"http://127.0.0.1:{int(server.stdout.readline())}"
        try:
            runs = [
                [measure(way, origin, options.threads, options.jobs) for way in ("fetch", "bare")]
                for _ in range(options.rounds)
            ]
            _, small = measure("fetch", origin, options.threads // 10, options.jobs)
        finally:
            server.kill()
    fetch, bare = (
        [statistics.median(run[way][n] for run in runs) for n in (0, 1)] for way in (0, 1)
    )
    print(
        f"{options.threads} threads of {FOLLOW_UPS + 1} posts, {options.jobs} jobs, {options.pause} s a response"
    )
    print(f"fetch  {fetch[0]:6.2f} s  {fetch[1]:6.1f} MiB ({small:.1f} MiB for a tenth)")
    print(f"bare   {bare[0]:6.2f} s  {bare[1]:6.1f} MiB")
    print(f"ratio  {fetch[0] / bare[0]:6.3f}")


if __name__ == "__main__":
    main()
