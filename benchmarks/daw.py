"""Slaved to a real DAW's clock: how near do notes keep to its grid, as it records them?

    tests/machines/jack-dummy --realtime -- python benchmarks/daw.py [--rounds 3]

Ardour, without a window, sends its MIDI clock to `melodyrl jam --clock midi` and records what that
plays to a chord that is struck without regard to time. It begins, stops, goes on from the fourth
bar, and becomes faster while it plays, from 90 to 140. From two beats after each of these on each
onset is held against the DAW's grid, in the DAW's own time. The delay that all onsets of a
recording share is taken off: our 20 ms and the DAW's compensation of latency, which is another from
recording to recording, by a period of JACK. Where the DAW's own clock stood still for 12 ms or
more, as it does where its audio falls behind, what comes after it in that recording is told apart.
"""

import argparse
import os
import tempfile
from pathlib import Path

import numpy as np

from tests.live.daw_song import play

QUARTERS = 16, 48
"""At each tempo."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    found: dict[str, list[np.ndarray]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            begun, gone_on = play(dict(os.environ), Path(folder), *QUARTERS).parts
        for name, part, is_faster in (
            ("begun, at 90", begun, False),
            ("gone on, at 90", gone_on, False),
            ("from 90 to 140", gone_on, True),
        ):
            judged = part.is_settled & (part.is_faster == is_faster)
            calm, shaken = (part.off_ms()[judged & each] for each in (part.is_calm, ~part.is_calm))
            for row, each in ((name, calm), ("all", calm), ("after it stood still", shaken)):
                found.setdefault(row, []).append(each)
    print("| | onsets | median ms | 95 % ms | worst ms | within 5 ms |")
    print("|---|---|---|---|---|---|")
    for row, parts in found.items():
        report(row, np.concatenate(parts))


def report(name: str, off_ms: np.ndarray) -> None:
    if not len(off_ms):
        return
    median, most, worst = np.quantile(off_ms, [0.5, 0.95, 1.0])
    near = np.mean(off_ms <= 5.0)
    print(f"| {name} | {len(off_ms)} | {median:.2f} | {most:.2f} | {worst:.2f} | {near:.3f} |")


if __name__ == "__main__":
    main()
