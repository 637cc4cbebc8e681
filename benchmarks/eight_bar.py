"""How near to the best possible melody? Baselines and policies against the exact optimum.

    python benchmarks/eight_bar.py [--progressions 100] [--checkpoint FILE ...] [--led 4 16]
        [--bands 60]

Prints, for progressions that no training run has seen and for five preferences:
- R/R*: return in percent of the optimum's, over all episodes;
- normalised: the same with the uniform random player at 0;
- gap closed: of the distance from one-step greedy to the optimum;
and R/R* at each preference. Returns are undiscounted sums of w·r. Each policy plays by
itself, and, since all chords are told before the first note, plans an episode whole as well: the
best of some melodies that its values lead (melodyrl/env/beam.py).

With --bands, of so many progressions: is the optimum itself like people's tunes? Which of its
statistics lie in people's bands on the mean, those of time left out, since it plays quarters alone.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy import checkpoint
from melodyrl.core.policy.presets import EIGHT_BAR
from melodyrl.env import baselines
from melodyrl.env.baselines import Strategy
from melodyrl.env.beam import Beam
from melodyrl.env.lanes import MelodyLanes
from melodyrl.env.optimum import Optimum, reward_fingerprint
from melodyrl.env.players import eight_bar_plan
from melodyrl.env.progressions import stable_hash, test_progressions
from melodyrl.env.tune import Tune
from melodyrl.measure.figures import OF_CHORDS
from melodyrl.measure.people import people
from melodyrl.measure.perform import best
from melodyrl.measure.statistics import STATISTICS
from rewards.preference import PREFERENCES, weights

OF_TIME = (
    "bars repeated",
    "rhythms repeated",
    "groove",
    "rests",
    "notes a beat",
    "long notes",
    "on the beat",
    "syncopated",
)
QUARTER = 4
"""Sixteenths."""

Returns = NDArray[np.float64]

PREFERRED = {name: weights(knobs, EIGHT_BAR.terms) for name, knobs in PREFERENCES.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--progressions", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="which test progressions")
    parser.add_argument("--checkpoint", type=Path, nargs="*", default=[])
    parser.add_argument("--led", type=int, nargs="*", default=[4, 16], help="melodies led at once")
    parser.add_argument("--bands", type=int, default=0, help="progressions of the last table")
    arguments = parser.parse_args()
    progressions = test_progressions(arguments.progressions, arguments.seed)
    most = optima(progressions)
    players = strategies(arguments.checkpoint, arguments.led)
    earned = {name: returns(choose, progressions) for name, choose in players.items()}
    print(f"{len(progressions)} unseen progressions, {len(PREFERRED)} preferences, greedy play")
    print("\n".join(table(earned, most)))
    if arguments.bands:
        print("\nStatistics of the optimum, in pitch alone, in people's bands")
        print("\n".join(like_people(progressions[: arguments.bands])))


def strategies(files: Sequence[Path], led: Sequence[int]) -> dict[str, Strategy]:
    """Every baseline, then a policy of each file, or of its folder where files are named alike."""
    rng = np.random.default_rng(0)
    players: dict[str, Strategy] = {
        "random": baselines.random_legal(rng),
        "random chord tone": baselines.random_chord_tone(rng),
        "nearest chord tone": baselines.nearest_chord_tone,
        "arpeggio": baselines.arpeggio,
        "scale": baselines.scale,
        "alternation": baselines.alternation,
        "one-step greedy": baselines.greedy,
        "beam 4": Beam(4),
        "beam 16": Beam(16),
    }
    is_told_apart = len({file.stem for file in files}) == len(files)
    for file in files:
        name = file.stem if is_told_apart else file.parent.name
        policy = checkpoint.load(file)
        players[name] = best(policy)
        for width in led:
            players[f"{name}, {width} melodies"] = Beam(width, policy.network)
    return players


def returns(choose: Strategy, progressions: NDArray[np.int16]) -> Returns:
    """Return of one episode for each preference and progression, (preferences, progressions)."""
    rows = []
    for w in PREFERRED.values():
        rng = np.random.default_rng(0)
        lanes = MelodyLanes(
            EIGHT_BAR, len(progressions), rng, weights=w, plan=eight_bar_plan(progressions)
        )
        rows.append(baselines.play(lanes, choose) @ w)
    return np.array(rows)


def optima(progressions: NDArray[np.int16]) -> Returns:
    """The best returns, (preferences, progressions); kept in a file while the rewards stay."""
    key = f"{reward_fingerprint()}-{hash_of(progressions)}"
    kept = Path(tempfile.gettempdir()) / f"melodyrl-optima-{key}.npy"
    if kept.exists():
        return np.load(kept)
    solver = Optimum()
    best = np.array(
        [[solver.solve(row, w).value for row in progressions] for w in PREFERRED.values()]
    )
    np.save(kept, best)
    return best


def hash_of(progressions: NDArray[np.int16]) -> str:
    """A name for progressions and preferences together."""
    preferred = np.round(10_000 * np.array(list(PREFERRED.values()))).astype(np.int64)
    return f"{stable_hash(progressions):x}-{stable_hash(preferred):x}"


def table(earned: dict[str, Returns], best: Returns) -> list[str]:
    """Lines of the table."""
    chance, greedy = earned["random"].mean(), earned["one-step greedy"].mean()
    header = f"{'':20}{'R/R*':>8}{'norm.':>8}{'gap':>8}"
    lines = [header + "".join(f"{name:>10}" for name in PREFERRED)]
    for name, got in earned.items():
        mean, top = got.mean(), best.mean()
        figures = (mean / top, (mean - chance) / (top - chance), (mean - greedy) / (top - greedy))
        by_preference = got.mean(axis=1) / best.mean(axis=1)
        lines.append(
            f"{name:20}"
            + "".join(f"{100 * figure:8.1f}" for figure in figures)
            + "".join(f"{100 * figure:10.1f}" for figure in by_preference)
        )
    lines.append(
        f"{'optimum (R*)':20}{best.mean():8.2f}{'':16}"
        + "".join(f"{mean:10.2f}" for mean in best.mean(axis=1))
    )
    return lines


def like_people(progressions: NDArray[np.int16]) -> list[str]:
    """How many of the optimum's statistics lie in people's bands, and which do not."""
    solver, bands, lines = Optimum(), people().bands, []
    told = {key: each for key, each in STATISTICS.items() if key not in {*OF_TIME, *OF_CHORDS}}
    for name, w in PREFERRED.items():
        tunes = [tune_of(solver.solve(row, w).actions) for row in progressions]
        found = {key: [measure(tune) for tune in tunes] for key, measure in told.items()}
        means = {key: np.nanmean(each) for key, each in found.items() if np.isfinite(each).any()}
        out = [key for key, mean in means.items() if not bands[key].holds(mean)]
        inside = f"{len(means) - len(out)} of {len(means)}"
        lines.append(f"{name:10} {inside}" + "".join(f", not {key}" for key in out))
    return lines


def tune_of(actions: NDArray[np.int_]) -> Tune:
    """An eight-bar melody in C, in quarters."""
    pitch = (60 + EIGHT_BAR.actions.offsets[actions]).astype(np.int16)
    onset = np.arange(len(pitch), dtype=np.int32) * QUARTER
    length = np.full_like(onset, QUARTER)
    return Tune("optimum", onset, length, pitch, 4 * QUARTER, QUARTER, tonic=0, minor=False)


if __name__ == "__main__":
    main()
