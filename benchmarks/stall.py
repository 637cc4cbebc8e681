"""Whether a page that stalls makes notes late: how late they are with and without one, in turns.

    python -m benchmarks.stall [--rounds 3] [--seconds 10]

The live loop plays sixteenths at 200 bpm and shows them to the page's server, as in `melodyrl jam`.
In each round: the browser shows nothing of ours; it shows the page; its processes are stopped, as
those of a machine that swaps are; and a script of the page spins, so that it draws and reads
nothing. The last takes a processor, whoever does it. Beside it, all the while, a process of its own
only sleeps until moments of the same grid: what makes both late is the machine.
"""

import argparse
import multiprocessing
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from multiprocessing.connection import Connection
from threading import Thread

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.lateness import STEP_NS_AT_1_BPM, WARM_NS, Timed, strike
from melodyrl.cli.playing import open_policy
from melodyrl.core.engine.config import EngineConfig, default_knobs
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos
from melodyrl.core.engine.offline import run_offline
from melodyrl.core.midi.messages import NoteOn
from melodyrl.core.music import Key
from melodyrl.live.clock import MonotonicClock
from melodyrl.live.inbox import Inbox
from melodyrl.live.loop import Loop
from melodyrl.web.stage import Stage

TEMPO_BPM = 200.0
WAYS = ("no page", "page", "stopped", "spinning")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10.0)
    arguments = parser.parse_args()
    late_ms: dict[str, list[float]] = {way: [] for way in WAYS}
    spans: dict[str, list[tuple[int, int]]] = {way: [] for way in WAYS}
    with sleeping() as slept, playing() as (timed, url), browser() as (page, freeze):
        for _ in range(arguments.rounds):
            for way in WAYS:
                page.goto("about:blank" if way == "no page" else url)
                time.sleep(2)
                first, began_ns = len(timed.late_ms), time.monotonic_ns()
                pass_time(page, freeze, way, arguments.seconds)
                late_ms[way] += timed.late_ms[first:]
                spans[way].append((began_ns, time.monotonic_ns()))
        bare = slept()
    print(f"{'':>10}  notes    p50    p95    p99  worst ms   bare p95    p99")
    for way, late in late_ms.items():
        report(way, late, [ms for at, ms in bare if any(a <= at < b for a, b in spans[way])])


def report(way: str, late: list[float], bare: list[float]) -> None:
    p50, p95, p99 = np.quantile(late, [0.5, 0.95, 0.99])
    bare_p95, bare_p99 = np.quantile(bare, [0.95, 0.99])
    print(
        f"{way:>10} {len(late):6} {p50:6.2f} {p95:6.2f} {p99:6.2f} {max(late):6.2f} "
        f"{bare_p95:13.2f} {bare_p99:6.2f}"
    )


def pass_time(page: Page, freeze: Callable[[int], None], way: str, seconds: float) -> None:
    if way == "spinning":
        page.evaluate(
            "ms => { const end = performance.now() + ms; while (performance.now() < end); }",
            1000 * seconds,
        )
        return
    if way == "stopped":
        freeze(signal.SIGSTOP)
    time.sleep(seconds)
    freeze(signal.SIGCONT)


@contextmanager
def sleeping():
    """A process that sleeps until each sixteenth; asked, it says when and how late it woke."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=sleep, args=(theirs,))
    process.start()

    def slept() -> list[tuple[int, float]]:
        ours.send("enough")
        return ours.recv()

    yield slept
    process.kill()


def sleep(connection: Connection) -> None:
    woke: list[tuple[int, float]] = []
    at_ns = time.monotonic_ns()
    while not connection.poll():
        at_ns += round(STEP_NS_AT_1_BPM / TEMPO_BPM)
        time.sleep(max(at_ns - time.monotonic_ns(), 0) / 1e9)
        woke.append((at_ns, (time.monotonic_ns() - at_ns) / 1e6))
    connection.send(woke)


@contextmanager
def playing():
    """The loop at work, each message stamped, and the address of its page."""
    policy = open_policy("shipped")
    knobs = {**default_knobs(), "density": 4.0}
    config = EngineConfig(tempo_bpm=TEMPO_BPM, key=Key(9, minor=True), knobs=knobs)
    run_offline(Engine(config, policy), [(Nanos(0), NoteOn(60))], Nanos(WARM_NS))
    timed, clock, inbox = Timed(Engine(config, policy)), MonotonicClock(), Inbox()
    stage = Stage("127.0.0.1", 0, lambda event: inbox.post(event, clock.now()), lambda: b"")
    loop = Loop(timed, inbox, timed, clock, publish=stage.publish)
    thread = Thread(target=loop.run)
    url = stage.start()
    thread.start()
    Thread(target=strike, args=(inbox,), daemon=True).start()
    yield timed, url
    loop.stop()
    inbox.wake()
    thread.join()
    stage.stop()


@contextmanager
def browser():
    """A page of a browser, and how to signal all processes of it."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
        flags = ["--headless", "--no-sandbox", "--remote-debugging-port=0", "about:blank"]
        process = subprocess.Popen(
            [path, f"--user-data-dir={folder}", *flags],
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        address = next(line.split()[-1] for line in process.stderr if "listening on" in line)
        chromium = playwright.chromium.connect_over_cdp(address)
        yield chromium.new_page(), lambda number: os.killpg(process.pid, number)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    main()
