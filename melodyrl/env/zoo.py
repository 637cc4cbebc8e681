"""The zoo: strategies that game a melodic reward, and that the rewards are fitted against.

Each takes the offsets of a human tune (N,), semitones above a tonic, whose key and range it keeps,
and gives as many notes that nobody would call a tune.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Offsets = NDArray[np.int16]
Strategy = Callable[[Offsets, Offsets, np.random.Generator], Offsets]
"""(tune, scale, rng) -> notes; scale is all of the key's offsets in the tune's range, rising."""


def shuffled(tune: Offsets, scale: Offsets, rng: np.random.Generator) -> Offsets:
    """The tune's own notes in a random order."""
    return rng.permutation(tune)


def random_in_key(tune: Offsets, scale: Offsets, rng: np.random.Generator) -> Offsets:
    """Any note of the scale, each time."""
    return rng.choice(scale, len(tune))


def random_walk(tune: Offsets, scale: Offsets, rng: np.random.Generator) -> Offsets:
    """A step up, a step down, or the same note, each time."""
    steps = rng.integers(-1, 2, len(tune))
    return scale[_reflected(int(rng.integers(len(scale))) + np.cumsum(steps), len(scale))]


def scales(tune: Offsets, scale: Offsets, rng: np.random.Generator) -> Offsets:
    """Up and down the scale, turning at the ends of a range of five to fifteen notes."""
    part = _part(scale, int(rng.integers(5, 16)), rng)
    return part[_reflected(int(rng.integers(len(part))) + np.arange(len(tune)), len(part))]


def alternation(tune: Offsets, scale: Offsets, rng: np.random.Generator) -> Offsets:
    """Two notes in turn; another pair after every eight to sixteen."""
    return _figures(tune, scale, rng, 2)


def loops_of_three(tune: Offsets, scale: Offsets, rng: np.random.Generator) -> Offsets:
    """Three notes round and round."""
    return _figures(tune, scale, rng, 3)


def loops_of_four(tune: Offsets, scale: Offsets, rng: np.random.Generator) -> Offsets:
    """Four notes round and round."""
    return _figures(tune, scale, rng, 4)


def repeated(tune: Offsets, scale: Offsets, rng: np.random.Generator) -> Offsets:
    """The tune with each note struck four times or more."""
    return np.repeat(tune, rng.integers(4, 9, len(tune)))[: len(tune)]


def arpeggios(tune: Offsets, scale: Offsets, rng: np.random.Generator) -> Offsets:
    """Triads up, or up and down, another every eight notes."""
    notes: list[int] = []
    while len(notes) < len(tune):
        root = int(rng.integers(max(len(scale) - 4, 1)))
        up = [root, root + 2, root + 4, root + 7][: int(rng.integers(3, 5))]
        figure = up + up[-2:0:-1] if rng.random() < 0.5 else up
        notes += (figure * 8)[:8]
    return scale[np.minimum(notes[: len(tune)], len(scale) - 1)]


def random_chord_tones(tune: Offsets, scale: Offsets, rng: np.random.Generator) -> Offsets:
    """Any tone of a triad, another triad every four notes."""
    notes: list[int] = []
    degree = np.arange(len(scale))
    while len(notes) < len(tune):
        tones = scale[np.isin((degree - rng.integers(7)) % 7, (0, 2, 4))]
        notes += rng.choice(tones, 4).tolist()
    return np.array(notes[: len(tune)], np.int16)


ZOO: dict[str, Strategy] = {
    "shuffled": shuffled,
    "random in key": random_in_key,
    "random walk": random_walk,
    "scales": scales,
    "alternation": alternation,
    "loops of three": loops_of_three,
    "loops of four": loops_of_four,
    "repeated notes": repeated,
    "arpeggios": arpeggios,
    "random chord tones": random_chord_tones,
}


def scale_of(tune: Offsets, minor: bool) -> Offsets:
    """The offsets of the key from the tune's lowest note to its highest, never fewer than eight."""
    steps = (0, 2, 3, 5, 7, 8, 10) if minor else (0, 2, 4, 5, 7, 9, 11)
    inside = [p for p in range(int(tune.min()), int(tune.max()) + 13) if p % 12 in steps]
    fitting = [p for p in inside if p <= tune.max()]
    return np.array(fitting if len(fitting) >= 8 else inside[:8], np.int16)


def _figures(tune: Offsets, scale: Offsets, rng: np.random.Generator, size: int) -> Offsets:
    notes: list[int] = []
    while len(notes) < len(tune):
        near = _part(scale, 6, rng)
        figure = rng.choice(near, size, replace=False).tolist()
        notes += (figure * 16)[: int(rng.integers(8, 33))]
    return np.array(notes[: len(tune)], np.int16)


def _part(scale: Offsets, size: int, rng: np.random.Generator) -> Offsets:
    size = min(size, len(scale))
    start = int(rng.integers(len(scale) - size + 1))
    return scale[start : start + size]


def _reflected(place: NDArray[np.int_], size: int) -> NDArray[np.int_]:
    """Places folded back at 0 and size - 1."""
    folded = place % (2 * size - 2)
    return np.minimum(folded, 2 * size - 2 - folded)
