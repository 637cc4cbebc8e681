"""How late are scheduled notes sent? Against a bare sleep-until loop in the same run.

    python benchmarks/lateness.py [--seconds 60] [--tempo 60 120 200] [--way ahead clocked]

Three ways in turn, each beside a bare loop that sleeps until the very moments of the grid:
- ahead: the live loop as it is, which decides a few ms before a note is due;
- at once: the same, deciding at the moment at which the note is due;
- clocked: as it is, slaved to a MIDI clock with a jitter of 1.5 ms.
Ours plays with the real-time priority that `melodyrl jam` asks for, where that is allowed.
Prints the lateness (sent - due, in ms) of notes and of the bare loop, the ratio of their 99th
percentiles, the share of each within 1 ms, and the share of each that met its deadline: less than
10 ms late, as the page counts it; a note that was too late to be sent at all did not.
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import replace
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from melodyrl.cli.playing import open_policy
from melodyrl.core.engine import performance
from melodyrl.core.engine.config import EngineConfig, default_knobs
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos
from melodyrl.core.engine.offline import run_offline
from melodyrl.core.midi.clock import RealTime
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.core.music import Key
from melodyrl.live.clock import MonotonicClock
from melodyrl.live.follower import MidiFollower
from melodyrl.live.inbox import Inbox
from melodyrl.live.lateness import MISSED_NS
from melodyrl.live.leader import Leader
from melodyrl.live.loop import Loop
from melodyrl.live.machine import hurry

Figures = NDArray[np.float64]
WAYS = ("ahead", "at once", "clocked")
CHORD = (57, 60, 64)
AGAIN_S = 10.0
WARM_NS = 2_000_000_000
STEP_NS_AT_1_BPM = 15e9
MISSED_MS = MISSED_NS / 1e6


class Timed:
    """An engine whose messages are stamped as they are sent."""

    unplugged = ()

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._handed: list[int] = []
        self.late_ms: list[float] = []

    def __getattr__(self, name: str):
        return getattr(self._engine, name)

    def due(self, now_ns: Nanos):
        """What the engine says, its due times noted."""
        outgoing = self._engine.due(now_ns)
        self._handed = [each.due_ns for each in outgoing]
        return outgoing

    def send(self, message) -> None:
        """Stand for the output."""
        if self._handed:
            self.late_ms.append((time.monotonic_ns() - self._handed.pop(0)) / 1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--tempo", type=float, nargs="*", default=[60.0, 120.0, 200.0])
    parser.add_argument("--way", nargs="*", choices=WAYS, default=WAYS)
    parser.add_argument("--policy", default="shipped")
    arguments = parser.parse_args()
    print(f"{'':>18}  notes    p50    p99  worst bare p99 ratio <= 1 ms  bare     met  bare")
    for tempo_bpm in arguments.tempo:
        for name in arguments.way:
            given = (name, tempo_bpm, arguments.seconds, arguments.policy)
            ours, bare = beside(play, given, sleep, (tempo_bpm, arguments.seconds))
            report(f"{tempo_bpm:g} bpm, {name}", ours, bare)


def beside(first: Callable, first_given: tuple, second: Callable, second_given: tuple):
    """The results of two functions that run at the same time in processes of their own."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        results = pool.apply_async(first, first_given), pool.apply_async(second, second_given)
        return [result.get() for result in results]


def report(name: str, ours: Figures, bare: Figures) -> None:
    p50, p99 = np.quantile(ours, [0.5, 0.99])
    bare_p99 = float(np.quantile(bare, 0.99))
    near, bare_near = float(np.mean(ours <= 1.0)), float(np.mean(bare <= 1.0))
    met, bare_met = float(np.mean(ours < MISSED_MS)), float(np.mean(bare < MISSED_MS))
    print(
        f"{name:>18} {len(ours):6} {p50:6.2f} {p99:6.2f} {ours.max():6.2f} {bare_p99:8.2f} "
        f"{p99 / bare_p99:5.2f} {near:7.3f} {bare_near:.3f} {met:7.4f} {bare_met:.3f}",
        flush=True,
    )


def sleep(tempo_bpm: float, seconds: float) -> Figures:
    """The lateness of a loop that only sleeps until each sixteenth."""
    begin_ns, late_ms = time.monotonic_ns() + WARM_NS, []
    for step in range(round(seconds * 1e9 * tempo_bpm / STEP_NS_AT_1_BPM)):
        at_ns = begin_ns + round(step * STEP_NS_AT_1_BPM / tempo_bpm)
        time.sleep(max(at_ns - time.monotonic_ns(), 0) / 1e9)
        late_ms.append((time.monotonic_ns() - at_ns) / 1e6)
    return np.array(late_ms)


def play(name: str, tempo_bpm: float, seconds: float, policy_name: str) -> Figures:
    """The lateness of the notes of the live loop."""
    if name == "at once":
        performance.DECIDE_NS = Nanos(0)
    policy = open_policy(policy_name)
    knobs = {**default_knobs(), "density": 4.0}
    config = EngineConfig(tempo_bpm=tempo_bpm, key=Key(9, minor=True), knobs=knobs)
    run_offline(Engine(config, policy), [(Nanos(0), NoteOn(60))], Nanos(WARM_NS))
    is_led = name == "clocked"
    timed = Timed(Engine(replace(config, clock="midi" if is_led else "internal"), policy))
    clock, inbox = MonotonicClock(), Inbox()
    leader = Leader({"midi": MidiFollower(tempo_bpm)}, timed.clock)
    loop = Loop(timed, inbox, timed, clock, leader=leader)
    thread = Thread(target=lambda: (hurry(), loop.run()))
    thread.start()
    Thread(target=strike, args=(inbox,), daemon=True).start()
    if is_led:
        tick(inbox, tempo_bpm, seconds)
    else:
        time.sleep(seconds)
    loop.stop()
    inbox.wake()
    thread.join()
    return np.array(timed.late_ms + [np.inf] * loop.sender.lateness.dropped)


def strike(inbox: Inbox) -> None:
    """Play the chord, and again each time before it is taken as forgotten; without end."""
    while True:
        for pitch in CHORD:
            inbox.post(NoteOff(pitch), Nanos(time.monotonic_ns()))
            inbox.post(NoteOn(pitch), Nanos(time.monotonic_ns()))
        time.sleep(AGAIN_S)


def tick(inbox: Inbox, tempo_bpm: float, seconds: float) -> None:
    """Be a MIDI clock whose ticks come up to a few ms too early or too late."""
    hurry()  # as the thread that hands on a clock does
    rng, begin_ns = np.random.default_rng(1), time.monotonic_ns()
    inbox.post(RealTime.START, Nanos(begin_ns))
    for number in range(round(seconds * tempo_bpm / 60 * 24)):
        at_ns = begin_ns + number * 2.5e9 / tempo_bpm + rng.normal(5e6, 1.5e6)
        time.sleep(max(at_ns - time.monotonic_ns(), 0) / 1e9)
        inbox.post(RealTime.TICK, Nanos(time.monotonic_ns()))


if __name__ == "__main__":
    main()
