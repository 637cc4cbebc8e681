"""A million events by chance through the engine: does a note hang, or does it raise?

    python benchmarks/fuzz.py [--events 1000000] [--policy shipped] [--seed 1]
    python benchmarks/fuzz.py --events 100000 --gap-ms 60 --think 0.8

Notes on two channels, pedals, controls, every command, clocks that jump, and nonsense, 500 a second
in the mean and now and then a pause. Each message that the engine says is entered in a ledger that
knows nothing of ours. Prints how many notes began, began while they sounded, ended without having
begun, and still sounded at the end.

With `--think` that share of the events comes after the engine has had time to think. What it then
foretells is compared with what it says: how many answers were foretold, and how many wrongly.
"""

import argparse
import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from melodyrl.cli.playing import open_policy
from melodyrl.core.drums.kit import NAMES
from melodyrl.core.engine import events as told
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Event, Nanos, Outgoing
from melodyrl.core.midi.messages import ControlChange, NoteOff, NoteOn

PAUSE_NS, PAUSE_EVERY = 2_000_000_000, 5_000
MOST_THOUGHTS = 400
NONSENSE = (
    None,
    NoteOn(200),
    NoteOff(60.5),
    told.SetKnob("harmony", float("nan")),
    told.SetKey(12),
)


@dataclass
class Ledger:
    """Which notes sound, by (pitch, channel)."""

    sounding: set[tuple[int, int]] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)

    def enter(self, said: Iterable[Outgoing]) -> None:
        """Messages in the order in which they are sent."""
        for each in said:
            match each.message:
                case NoteOn(pitch, _, channel):
                    self.counts["begun"] += 1
                    self.counts["doubled"] += (pitch, channel) in self.sounding
                    self.sounding.add((pitch, channel))
                case NoteOff(pitch, channel):
                    self.counts["stray"] += (pitch, channel) not in self.sounding
                    self.sounding.discard((pitch, channel))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--policy", default="shipped")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gap-ms", type=float, default=2.0, help="from one event to the next")
    parser.add_argument("--think", type=float, default=0.0)
    arguments = parser.parse_args()
    rng, began_s = np.random.default_rng(arguments.seed), time.perf_counter()
    engine = Engine(EngineConfig(channel=2), open_policy(arguments.policy))
    ledger, raised, now_ns = Ledger(), Counter(), 0
    for number in range(arguments.events):
        now_ns += int(rng.exponential(arguments.gap_ms * 1e6))
        now_ns += PAUSE_NS * (number % PAUSE_EVERY == 0)
        try:
            if rng.random() < arguments.think:
                ledger.enter(engine.due(Nanos(now_ns - 1)))
                deque(islice(engine.thoughts(), int(rng.integers(MOST_THOUGHTS))), maxlen=0)
            event = any_event(rng, now_ns)
            foretold = engine.foretell(event, Nanos(now_ns))
            engine.receive(event, Nanos(now_ns))
            said = engine.due(Nanos(now_ns))
            ledger.enter(said)
            if foretold is not None:
                ledger.counts["foretold"] += 1
                ledger.counts["foretold wrongly"] += said[:1] != [foretold]
        except Exception as error:  # noqa: BLE001 - what this is to find
            raised[repr(error)] += 1
    ledger.enter(engine.close(Nanos(now_ns)))
    names = ("begun", "doubled", "stray", "foretold", "foretold wrongly")
    said = ", ".join(f"{ledger.counts[name]} {name}" for name in names)
    print(
        f"{arguments.events} events, {now_ns / 1e9:.0f} s of music in "
        f"{time.perf_counter() - began_s:.0f} s: {said}, {len(ledger.sounding)} hanging; "
        f"raised: {dict(raised) or 'nothing'}."
    )


def any_event(rng: np.random.Generator, now_ns: int) -> Event:
    """Half of them notes that begin, a quarter notes that end, the rest whatever there is."""
    kind = rng.random()
    pitch, channel = int(rng.integers(36, 84)), int(rng.integers(2))
    if kind < 0.5:
        return NoteOn(pitch, int(rng.integers(128)), channel)
    if kind < 0.75:
        return NoteOff(pitch, channel)
    if kind < 0.85:
        return ControlChange(int(rng.integers(128)), int(rng.integers(128)), channel)
    if kind < 0.86:
        return NONSENSE[rng.integers(len(NONSENSE))]
    return command(rng, now_ns)


def command(rng: np.random.Generator, now_ns: int) -> Event:
    """Anything that a page or a clock can ask for."""

    def one_of(choices):
        return choices[rng.integers(len(choices))]

    name = one_of(list(told.KNOBS))
    low, high, _ = told.KNOBS[name]
    makers = (
        lambda: told.SetKnob(name, float(rng.uniform(low, high))),
        lambda: told.SetMode(one_of(told.MODES)),
        lambda: told.SetFeel(one_of(told.FEEL_CHOICES)),
        lambda: told.SetTempo(float(rng.uniform(20, 400))),
        lambda: told.SetClock(one_of(told.CLOCKS)),
        lambda: told.SetKey(one_of((None, *range(12))), bool(rng.integers(2))),
        lambda: told.SetMeter(*one_of(((4, 4), (3, 4), (6, 8)))),
        lambda: told.SetSplit(one_of((None, 48, 60, 72))),
        lambda: told.SetDrums(bool(rng.integers(2))),
        lambda: told.SetCell(one_of(NAMES), int(rng.integers(16)), one_of(told.CELLS)),
        lambda: told.Learn(one_of((None, *told.TARGETS))),
        lambda: told.Sync(
            Nanos(now_ns + int(rng.normal(0, 2e8))), rng.uniform(0, 99), rng.uniform(20, 400)
        ),
        lambda: one_of((told.Start(), told.Stop(), told.Panic(), told.Release(), told.Tap())),
        told.Halt,
    )
    return one_of(makers)()


if __name__ == "__main__":
    main()
