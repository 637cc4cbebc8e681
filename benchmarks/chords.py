"""Does it play chords that people would, to tunes that it has never seen?

    python benchmarks/chords.py --tunes FOLDER_OR_CACHE [--checkpoint FILE] [--seeds 3]

FOLDER holds lead sheets (.mxl, .musicxml); a cache is what `melodyrl fit --cache` keeps. Only the
fifth of the tunes that no fit has counted is played, each from its first note to its last.
Note-in-chord is by the sixteenth, rests skipped, mean over tunes. "strict" rows choose each chord
before its own sixteenth is heard, as published systems do; the others hear 20 ms of it, as live.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from melodyrl.core.engine.chord_mind import TEMPERATURE
from melodyrl.core.policy import checkpoint
from melodyrl.core.policy.chords.actions import MASKS
from melodyrl.core.policy.chords.judge import TERMS
from melodyrl.core.policy.chords.preset import BALANCE
from melodyrl.core.policy.chords.state import Scene
from melodyrl.core.policy.network import Network
from melodyrl.env import accompanists
from melodyrl.env.accompaniment import Figures, figures
from melodyrl.env.accompanists import Accompanist, accompany
from melodyrl.env.corpora import read_leadsheets
from melodyrl.env.fit import HELD_OUT
from melodyrl.env.frames import Frames, frames_of, rows_of
from melodyrl.env.lanes import Observation
from melodyrl.env.songs import songs_of
from melodyrl.env.tune import load
from melodyrl.measure.perform import boltzmann
from rewards.preference import weights

Makes = Callable[[np.random.Generator], Accompanist]

PUBLISHED = (
    ("GAPT (strict, published)", 0.470),
    ("ReaLchords (strict, published)", 0.475),
    ("data (published)", 0.784),
)
"""Note-in-chord on Wikifonia, the source of these lead sheets too: arXiv 2511.17879, table 1."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tunes", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--temperature", type=float, default=TEMPERATURE)
    parser.add_argument("--trained-on", action="store_true", help="the other four fifths instead")
    arguments = parser.parse_args()
    read = tunes_of(arguments.tunes, held_out=not arguments.trained_on)
    print(f"{len(read)} tunes; figures are means over {arguments.seeds} seeds\n")
    print(HEADER)
    data = figures(read, [frames.chord for frames in read])
    print(row("data", data, data))
    table = [MASKS[rows_of(frames.chord)] for frames in read]
    print(row("data, in our 48 chords", figures(read, table), data))
    for name, makes, late in players(arguments.checkpoint, arguments.temperature):
        played = [mean_of(read, makes, late, seed) for seed in range(arguments.seeds)]
        print(row(name, average(played), data), flush=True)
    for name, value in PUBLISHED:
        print(f"| {name} | {value:.3f} |" + " |" * 7)


def tunes_of(path: Path, *, held_out: bool) -> list[Frames]:
    tunes = read_leadsheets(path) if path.is_dir() else load(path)
    kept = [tune for tune in tunes if tune.chords and (tune.split() == HELD_OUT) == held_out]
    return [frames_of(tune) for tune in kept]


def players(path: Path | None, temperature: float) -> Iterator[tuple[str, Makes, bool]]:
    yield "random", accompanists.any_chord, False
    yield "one chord", lambda rng: accompanists.one_chord, False
    yield "nearest chord", lambda rng: accompanists.nearest_chord, False
    yield "nearest chord, strict", lambda rng: accompanists.nearest_chord, True
    yield "Markov rule", accompanists.by_chance, False
    for late in (False, True):
        strict = ", strict" if late else ""
        yield f"terms alone{strict}", lambda rng: drawing(None, temperature, rng), late
        if path is not None:
            network = checkpoint.load(path).network
            yield f"policy{strict}", lambda rng: drawing(network, temperature, rng), late  # noqa: B023


def drawing(network: Network | None, temperature: float, rng: np.random.Generator) -> Accompanist:
    """Draws from softmax(w . Q / temperature), or where no network is given of the rewards now."""
    w = weights(BALANCE, TERMS)

    def choose(scene: Scene, seen: Observation) -> np.ndarray:
        w_NK = np.broadcast_to(w, (scene.lanes, len(w)))
        q = seen.judgement
        if network is not None:
            q = network.many(seen.features, w_NK, seen.judgement, seen.mask)
        return boltzmann(q @ w, seen.mask, temperature, rng)

    return choose


def mean_of(read: list[Frames], makes: Makes, late: bool, seed: int) -> Figures:
    songs = songs_of(read, late=late)
    return figures(read, accompany(songs, makes(np.random.default_rng(seed))))


def average(each: list[Figures]) -> Figures:
    names = Figures.__dataclass_fields__
    return Figures(*(float(np.mean([getattr(one, name) for one in each])) for name in names))


HEADER = (
    "| | note in chord | length entropy | on a beat | changes a bar | chords a tune "
    "| Vendi, chords | Vendi, changes | of the data's |\n" + "|---" * 9 + "|"
)


def row(name: str, got: Figures, data: Figures) -> str:
    cells = (
        f"{got.note_in_chord:.3f} ± {got.error:.3f}",
        f"{got.entropy:.2f}",
        f"{got.on_beat:.3f}",
        f"{got.a_bar:.2f}",
        f"{got.distinct:.1f}",
        f"{got.vendi_chords:.2f}",
        f"{got.vendi_changes:.1f}",
        f"{got.vendi_chords / data.vendi_chords:.2f}, {got.vendi_changes / data.vendi_changes:.2f}",
    )
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
