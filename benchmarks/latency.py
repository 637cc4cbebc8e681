"""How much later does an answer come than from a bare MIDI thru? Side by side, in turns.

    tests/machines/jack-dummy -p 64 --realtime -- python benchmarks/latency.py
    tests/machines/alsa-uml --realtime -- python benchmarks/latency.py --api alsa

A stranger, who imports nothing of ours, plays single notes, in turns to a bare thru (python-rtmidi:
a callback that sends on) and to `melodyrl jam --mode harmony`, with its page open in a browser and
a take recording. It measures from sending a note to hearing
- bare: the note, from the bare thru;
- thru: with `--thru`, the note, from melodyrl;
- leaps, line: the second voice that melodyrl chose for it, where the notes leap over two octaves,
  and where they keep within one, as a tune does.
`jack_midi_latency_test` cannot be asked of melodyrl: it sends one note again and again, sooner than
the guard against loops believes a player could. Of the bare thru it is asked, to have a second say.

Then, inside a process that keeps one processor while another process keeps the other: how long a
decision takes, with the priority that `melodyrl jam` asks for, and with time in between to think
ahead, as it has there: at a step of the grid, and for a second voice to leaps, to a line, and to a
line over chords of the left hand. With each how many of the answers were foretold, so that they are
sent before that time.
"""

import argparse
import itertools
import json
import multiprocessing
import os
import queue
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from contextlib import ExitStack, suppress

import numpy as np
import rtmidi

APIS = {"jack": rtmidi.API_UNIX_JACK, "alsa": rtmidi.API_LINUX_ALSA}
OURS, THEIRS = "melodyrl", "bare"
LEAPS = tuple(52 + number * 7 % 25 for number in range(25))
LINE = (60, 62, 64, 62, 67, 65, 64, 62, 69, 67, 64, 65, 67, 71, 69)
TUNES = {"leaps": LEAPS, "line": LINE}
CHORDS = ((48, 52, 55), (45, 48, 52), (41, 45, 48), (43, 47, 50))
SPLIT = 57
STEP_NS = 125_000_000
HUMAN_NS = 20_000_000
"""How far from the beat a note may be."""
WAIT_S = 2.0
SHORTEST_S, LONGEST_S = 0.07, 0.11
"""Pause after a note: longer than the guard against loops listens, and no multiple of a period."""
THRU_PRIORITY, STRANGER_PRIORITY = 5, 10
"""Of 1 to 99: what a JACK server gives to its clients, and takes for itself."""
CHANNEL = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--api", choices=APIS, default="jack")
    parser.add_argument("--notes", type=int, default=500)
    parser.add_argument("--page", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument(
        "--thru",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="let melodyrl hand on the note as well: with one processor its voice waits for that",
    )
    parser.add_argument("--role", choices=("thru", "stranger"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.role == "thru":
        thru(arguments.api)
    elif arguments.role == "stranger":
        stranger(arguments.api, arguments.notes, arguments.thru)
    else:
        measure(arguments.api, arguments.notes, arguments.page, arguments.thru)
        decisions()


def measure(api: str, notes: int, page: bool, with_thru: bool) -> None:
    """Start all of them, and print what the stranger found."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        thru_flag = "--thru" if with_thru else "--no-thru"
        role = [sys.executable, __file__, "--api", api, thru_flag, "--role"]
        until(start(stack, [*role, "thru"]), "ready")
        flags = ["--mode", "harmony", "--key", "C", thru_flag, "--channel", str(CHANNEL)]
        flags += ["--api", api, "--takes", folder, "--no-browser", "--web-port", "0"]
        flags += [] if page else ["--headless"]
        run = [sys.executable, "-c", "from melodyrl.cli import main; main()", "jam", *flags]
        jam = start(stack, run)
        if page:
            look_at(stack, until(jam, "Page: "))
        until(jam, "Play.")
        if api == "jack":
            print(f"bare, by jack_midi_latency_test: {asked_of_jack()}", flush=True)
        found = until(start(stack, [*role, "stranger", "--notes", str(notes)]), "found ")
    figures = {name: np.array(ms) for name, ms in json.loads(found).items()}
    bare = np.quantile(figures["bare"], [0.5, 0.99])
    print(f"{'ms':>6}  notes    p50    p95    p99  worst   added p50    p99")
    for name, ms in figures.items():
        if not len(ms):
            print(f"{name:>6}      0  no answer came")
            continue
        p50, p95, p99 = np.quantile(ms, [0.5, 0.95, 0.99])
        added = "" if name == "bare" else f"{p50 - bare[0]:12.2f} {p99 - bare[1]:6.2f}"
        print(f"{name:>6} {len(ms):6} {p50:6.2f} {p95:6.2f} {p99:6.2f} {ms.max():6.2f}{added}")


def start(stack: ExitStack, command: list[str]) -> subprocess.Popen:
    """A process that is ended with the rest."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def end() -> None:
        process.terminate()
        process.wait()

    stack.callback(end)
    return process


def until(process: subprocess.Popen, word: str) -> str:
    """Wait for a line that begins with a word; the rest of it."""
    for line in process.stdout or ():
        if line.startswith(word):
            return line.removeprefix(word).strip()
    sys.exit(f"A process ended before it said {word!r}; is the MIDI system running?")


def look_at(stack: ExitStack, url: str) -> None:
    """Open the page in a browser, as a player has it."""
    from playwright.sync_api import sync_playwright

    playwright = stack.enter_context(sync_playwright())
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    stack.callback(chromium.close)
    page = chromium.new_page()
    page.goto(url)
    page.wait_for_selector("#connection[data-state=open]")


def asked_of_jack() -> str:
    """What JACK's own tool says of the bare thru."""
    command = ["jack_midi_latency_test", "-s", "500", f"{THEIRS}:in", f"{THEIRS}-out:out"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return ", ".join(re.findall(r"(?:Average|Lowest|Highest) latency: [\d.]+ ms", said))


def thru(api: str) -> None:
    """Send on what is heard, and do nothing else; with the priority that melodyrl has."""
    come_first(THRU_PRIORITY)
    heard, said = rtmidi.MidiIn(APIS[api], name=THEIRS), rtmidi.MidiOut(APIS[api], f"{THEIRS}-out")
    said.open_virtual_port("out")
    heard.set_callback(lambda event, _: said.send_message(event[0]))
    heard.open_virtual_port("in")
    print("ready", flush=True)
    sys.stdin.read()


def stranger(api: str, notes: int, with_thru: bool) -> None:
    """Play notes to both in turns, and say how long each answer took.

    As a synthesiser on stage does, it hears before all else: with one processor it would otherwise
    hear melodyrl's thru only once melodyrl has thought about the second voice.
    """
    come_first(STRANGER_PRIORITY)
    chance, peers = random.Random(1), {name: Peer(api, name) for name in (THEIRS, OURS)}
    names = ("bare", "thru", *TUNES) if with_thru else ("bare", *TUNES)
    late_ms: dict[str, list[float]] = {name: [] for name in names}
    for tune, number in itertools.product(TUNES, range(notes // len(TUNES))):
        note = TUNES[tune][number % len(TUNES[tune])]
        bare, ours = peers[THEIRS].play(note, 1), peers[OURS].play(note, 1 + with_thru)
        for name, heard, channel in (
            ("bare", bare, 0),
            ("thru", ours, 0),
            (tune, ours, CHANNEL - 1),
        ):
            late_ms.get(name, []).extend([heard[channel]] if channel in heard else [])
        time.sleep(chance.uniform(SHORTEST_S, LONGEST_S))
    print(f"found {json.dumps(late_ms)}", flush=True)
    for peer in peers.values():
        peer.close()


def come_first(priority: int) -> None:
    """Have real-time priority, this thread and those it starts, where the system allows it.

    Over JACK a client's notes have it from JACK; over ALSA each program asks for itself.
    """
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))


class Peer:
    """One that is played to, and what comes back from it."""

    def __init__(self, api: str, name: str) -> None:
        self._heard: queue.SimpleQueue[tuple[int, list[int]]] = queue.SimpleQueue()
        self._say = rtmidi.MidiOut(APIS[api], f"to-{name}")
        self._hear = rtmidi.MidiIn(APIS[api], f"from-{name}")
        self._hear.set_callback(lambda event, _: self._heard.put((time.monotonic_ns(), event[0])))
        join(self._say, f"{name}:")
        join(self._hear, f"{name}-out:")

    def play(self, note: int, answers: int) -> dict[int, float]:
        """The channels on which a note is answered, and after how many ms; those that come."""
        began_ns, late_ms = time.monotonic_ns(), {}
        self._say.send_message([0x90, note, 80])
        while len(late_ms) < answers:
            try:
                at_ns, (status, _, velocity) = self._heard.get(timeout=WAIT_S)
            except queue.Empty:
                break
            if status & 0xF0 == 0x90 and velocity:
                late_ms.setdefault(status & 0x0F, (at_ns - began_ns) / 1e6)
        self._say.send_message([0x80, note, 0])
        time.sleep(0.01)
        return late_ms

    def close(self) -> None:
        """Give the ports back."""
        for port in (self._say, self._hear):
            port.close_port()
            port.delete()


def join(port: rtmidi.MidiIn | rtmidi.MidiOut, name: str) -> None:
    """Open the port of another client."""
    port.open_port(next(i for i, each in enumerate(port.get_ports()) if each.startswith(name)))


def decisions() -> None:
    """How long decisions take on one processor, while the other is busy."""
    context = multiprocessing.get_context("spawn")
    busy = context.Process(target=spin, daemon=True)
    busy.start()
    with context.Pool(1) as pool:
        found = pool.apply(decide)
    busy.kill()
    for name, (us, foretold) in found.items():
        p50, p99 = np.quantile(us, [0.5, 0.99])
        print(f"decision, {name}: n={len(us)} p50 {p50:.0f} us, p99 {p99:.0f} us", end="")
        print(f", foretold {foretold:.3f}" if foretold else "")


def spin() -> None:
    """Keep the last processor."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    while True:
        pass


def decide() -> dict[str, tuple[list[float], float]]:
    """Microseconds of each decision, on the first processor, and the share that was foretold."""
    from melodyrl.cli.playing import open_policy
    from melodyrl.core.engine.config import EngineConfig
    from melodyrl.core.engine.engine import Engine
    from melodyrl.core.music import Key
    from melodyrl.live.machine import hurry

    hurry()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    policy, key = open_policy("shipped"), Key(0)
    second = EngineConfig(key=key, mode="harmony")
    apart = EngineConfig(key=key, mode="harmony", split=SPLIT)
    steps, _, _ = took_us(Engine(EngineConfig(key=key), policy), LINE, CHORDS)
    found = {"a step": (steps, 0.0)}
    for name, config, tune, chords in (
        ("a second voice to leaps", second, LEAPS, ()),
        ("a second voice to a line", apart, LINE, ()),
        ("a second voice to a line over chords", apart, LINE, CHORDS),
    ):
        _, notes, foretold = took_us(Engine(config, policy), tune, chords)
        found[name] = notes, foretold
    return found


def took_us(engine, line, chords=()) -> tuple[list[float], list[float], float]:
    """What steps of the grid took, and notes of a line over chords, where there are any.

    And the share of the notes whose answers were foretold. The engine is woken when something is
    due, and thinks in between, as the loop has it.
    """
    from melodyrl.core.midi.messages import NoteOff, NoteOn

    chance, steps, notes, foretold = random.Random(1), [], [], 0

    def tell(event, now_ns: int) -> None:
        engine.receive(event, now_ns)
        engine.due(now_ns)

    def pass_until(now_ns: int) -> None:
        while (wake_ns := engine.next_wake()) is not None and wake_ns < now_ns:
            before = engine.snapshot().step
            us = timed(engine.due, wake_ns)
            steps.extend([us] if engine.snapshot().step != before else [])
            deque(engine.thoughts(), maxlen=0)

    for number in range(1500):
        beat_ns = (number + 1) * 4 * STEP_NS
        now_ns = beat_ns + chance.randrange(-HUMAN_NS, HUMAN_NS)
        pass_until(beat_ns - 3 * HUMAN_NS)
        if chords and number % 4 == 0:
            for pitch in chords[number // 4 % len(chords) - 1]:
                tell(NoteOff(pitch), beat_ns - 3 * HUMAN_NS)
            for pitch in chords[number // 4 % len(chords)]:
                tell(NoteOn(pitch), beat_ns - 3 * HUMAN_NS)
        pass_until(now_ns)
        note = NoteOn(line[number % len(line)])
        foretold += engine.foretell(note, now_ns) is not None
        notes.append(timed(tell, note, now_ns))
        pass_until(now_ns + 2 * STEP_NS)
        tell(NoteOff(note.pitch), now_ns + 2 * STEP_NS)
    return steps[100:], notes[100:], foretold / len(notes)


def timed(call, *arguments) -> float:
    """Microseconds that a call takes."""
    began_ns = time.perf_counter_ns()
    call(*arguments)
    return (time.perf_counter_ns() - began_ns) / 1000


if __name__ == "__main__":
    main()
