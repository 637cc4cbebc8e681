"""How well is a player's beat followed? On tunes played by hands that are not quite steady.

    python benchmarks/follow.py --tunes FOLDER_OR_CACHE [--most 300]

FOLDER holds lead sheets (.mxl, .musicxml); a cache is what `melodyrl fit --cache` keeps. Only the
fifth of the tunes that no fit has counted is played: at 60 to 180 quarter notes a minute (in 6/8
two thirds as many beats), each note 10 to 20 ms beside its place (standard deviation), the tempo
drifting by some 4 % (standard deviation). Judged ten times a second, from the fifth bar on.

- told: the tempo that was set before, near by 5 % (standard deviation), or 120 whatever is played;
- GridListener: the grid that is played to; BeatListener: what the tracker behind it believes;
- MedianListener: the beat is the median of the last eight inter-onset intervals, doubled or halved
  until it lies between 75 and 150 a minute, and counted from the last onset.

Prints the share of time within 3 % of the tempo and 60 ms of the beat; within 3 % of the tempo; at
half the tempo; at twice the tempo.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.engine.beat_tracker import Beat, BeatTracker
from melodyrl.core.engine.config import LISTEN_NS
from melodyrl.core.engine.events import Nanos
from melodyrl.core.engine.grid import step_ns
from melodyrl.core.engine.transport import Transport
from melodyrl.core.music import COMMON, Meter
from melodyrl.env.corpora import read_leadsheets
from melodyrl.env.fit import HELD_OUT
from melodyrl.env.tune import Tune, load

Floats = NDArray[np.float64]
BEGIN_S, LOOK_S = 1.0, 0.1
DRIFT, KEPT = 0.008, 0.98
TEMPO, PLACE_S = 0.03, 0.06


class Listener(Protocol):
    """Something that follows a beat."""

    def hear(self, at_s: float) -> None:
        """A note began."""
        ...

    def beat(self, now_s: float) -> tuple[float, float]:
        """When a beat lies, and how long it lasts, in seconds."""
        ...


class GridListener:
    """The transport of the engine, led by the player."""

    def __init__(self, tempo_bpm: float, tune: Tune) -> None:
        self._meter = Meter(6, 8) if tune.beat_steps == 6 else COMMON
        self._transport = Transport(tempo_bpm, self._meter, "follow", LISTEN_NS)

    def hear(self, at_s: float) -> None:
        """Go on to a note, and hear it."""
        at_ns = Nanos(round(at_s * 1e9))
        self._advance(at_ns)
        if not self._transport.running:
            self._transport.start(at_ns)
        self._transport.hear(at_ns)

    def beat(self, now_s: float) -> tuple[float, float]:
        """The beat that is played to."""
        self._advance(Nanos(round(now_s * 1e9)))
        at = self._transport.at(self._transport.position().step)
        place = self._transport.position().step % self._meter.steps_per_beat
        step_s = step_ns(self._transport.tempo_bpm) / 1e9
        return at / 1e9 - place * step_s, step_s * self._meter.steps_per_beat

    def _advance(self, now_ns: Nanos) -> None:
        while (wake := self._transport.wake()) is not None and wake <= now_ns:
            self._transport.begin_step(is_active=True)
            if sync := self._transport.pursue(wake):
                self._transport.follow(sync, wake)


class BeatListener:
    """The tracker alone."""

    def __init__(self, tempo_bpm: float, tune: Tune) -> None:
        self._tracker = BeatTracker(4 * tempo_bpm / tune.beat_steps, tune.beat_steps)

    def hear(self, at_s: float) -> None:
        """A note began."""
        self._tracker.hear(Nanos(round(at_s * 1e9)), 0.0)

    def beat(self, now_s: float) -> tuple[float, float]:
        """What is believed."""
        beat = self._tracker.beat() or Beat(0.0, 1e9)
        return beat.at_ns / 1e9, beat.period_ns / 1e9


class MedianListener:
    """The plain rule."""

    def __init__(self, tempo_bpm: float, tune: Tune) -> None:
        self._onsets: list[float] = []

    def hear(self, at_s: float) -> None:
        """A note began."""
        self._onsets.append(at_s)

    def beat(self, now_s: float) -> tuple[float, float]:
        """The median interval."""
        period_s = float(np.median(np.diff(self._onsets[-9:])))
        while period_s > 0.8:
            period_s /= 2
        while period_s <= 0.4:
            period_s *= 2
        return self._onsets[-1], period_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tunes", type=Path, required=True)
    parser.add_argument("--most", type=int, default=300)
    arguments = parser.parse_args()
    path = arguments.tunes
    read = read_leadsheets(path) if path.is_dir() else load(path)
    tunes = [tune for tune in read if tune.split() == HELD_OUT]
    chosen = np.random.default_rng(0).permutation(len(tunes))[: arguments.most]
    print("| told | listener | tunes | tempo and beat | tempo | half | twice |\n|" + "---|" * 7)
    for told in ("near", "120"):
        for listener in (MedianListener, BeatListener, GridListener):
            found = [judge(tunes[number], int(number), listener, told) for number in chosen]
            figures = np.mean([each for each in found if len(each)], axis=0)
            cells = " | ".join(f"{figure:.3f}" for figure in figures)
            print(f"| {told} | {listener.__name__} | {len(found)} | {cells} |", flush=True)


def judge(tune: Tune, seed: int, make: Callable[[float, Tune], Listener], told: str) -> Floats:
    """Shares of time: tempo and beat right, tempo right, half of it, twice."""
    rng = np.random.default_rng(seed)
    tempo_bpm = float(np.exp(rng.uniform(np.log(60), np.log(180))))
    onsets, beats = perform(tune, tempo_bpm, rng)
    guess = tempo_bpm * np.exp(rng.normal(0, 0.05)) if told == "near" else 120.0
    looks = list(look(tune, onsets, beats, make(float(guess), tune)))
    return np.mean(looks, axis=0) if looks else np.array([])


def perform(tune: Tune, tempo_bpm: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """When the notes begin, and where the beats lie, in seconds."""
    count = int(tune.onset[-1]) // tune.beat_steps + 3
    drift = np.zeros(count)
    for beat in range(1, count):
        drift[beat] = KEPT * drift[beat - 1] + rng.normal(0, DRIFT)
    period_s = 15 / tempo_bpm * tune.beat_steps * np.exp(-drift)
    beats = BEGIN_S + np.concatenate([[0.0], np.cumsum(period_s)])
    places = np.interp(tune.onset / tune.beat_steps, np.arange(count + 1), beats)
    beside = rng.normal(0, rng.uniform(0.01, 0.02), len(places))
    return np.maximum.accumulate(places + beside), beats


def look(tune: Tune, onsets: Floats, beats: Floats, listener: Listener) -> Iterator[list[bool]]:
    """What a listener believes every tenth of a second, after four bars."""
    first = (int(tune.onset[0]) + 4 * tune.bar_steps) // tune.beat_steps
    heard = 0
    for now_s in np.arange(beats[min(first, len(beats) - 1)], onsets[-1], LOOK_S):
        while heard < len(onsets) and onsets[heard] <= now_s:
            listener.hear(float(onsets[heard]))
            heard += 1
        at_s, period_s = listener.beat(float(now_s))
        beat = int(np.searchsorted(beats, now_s)) - 1
        true_s = beats[beat + 1] - beats[beat]
        there = (now_s - beats[beat]) / true_s - (now_s - at_s) / period_s
        is_on_beat = abs((there + 0.5) % 1 - 0.5) * true_s < PLACE_S
        right, half, twice = (abs(period_s / true_s / n - 1) < TEMPO for n in (1, 2, 0.5))
        yield [right and bool(is_on_beat), right, half, twice]


if __name__ == "__main__":
    main()
