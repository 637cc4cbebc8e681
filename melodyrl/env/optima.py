"""Melodies that a set of tables likes best: a beam search, for the fit to count against them."""

import numpy as np
from numpy.typing import NDArray

from melodyrl.env.tune import MAJOR, MINOR
from melodyrl.env.zoo import Offsets
from rewards import diversity, guard, harmony, preference, smoothness

LANES, BEAM, NOTES = 256, 16, 32
TERMS = ("harmony", "smoothness", "diversity", "guard")
SCALES = np.array([MAJOR, MINOR], np.int16)
"""Major and natural minor."""

Melody = tuple[bool, Offsets]
"""Whether the key is minor, and notes above its tonic."""

_Tables = tuple[NDArray[np.float32], NDArray[np.float32], float, float, NDArray[np.float32]]

# Metric levels of four quarter notes.
LEVELS = (0, 2, 1, 2)


def optima(
    smooth: NDArray[np.float32],
    ratios: NDArray[np.float32],
    guard_mean: float,
    surprise_mean: float,
    over_chords: NDArray[np.float32],
    rng: np.random.Generator,
) -> list[Melody]:
    """Melodies of eight bars over random triads, for LANES preferences in each mode and compass.

    The compass is one octave, as in the eight-bar task, and two. over_chords: of `harmony.table`.
    """
    tables, found = (smooth, ratios, guard_mean, surprise_mean, over_chords), []
    for minor, scale in enumerate(SCALES):
        for compass in (scale, np.concatenate([scale, scale + 12, [24]]).astype(np.int16)):
            w = preference.sample(rng, LANES, TERMS)
            triads = scale[(np.arange(7)[:, None] + (0, 2, 4)) % 7]
            chords = triads[rng.integers(7, size=(LANES, NOTES // 4))]
            on_chord = (compass[:, None] % 12 == chords[:, :, None, :]).any(-1)
            best = _search(compass, on_chord, w, bool(minor), tables)
            found += [(bool(minor), notes) for notes in best]
    return found


def _search(
    compass: Offsets,
    on_chord: NDArray[np.bool_],
    w: NDArray[np.float32],
    minor: bool,
    tables: _Tables,
) -> list[Offsets]:
    """on_chord (L, bars, A), w (L, K) -> the best melody of each lane."""
    lanes, count = len(w), len(compass)
    notes = np.full((lanes, BEAM, 7 + NOTES), guard.NONE, np.int16)
    value = np.full((lanes, BEAM), -1e9)
    value[:, 0] = 0.0
    pending = np.zeros((lanes, BEAM), np.bool_)
    for step in range(NOTES):
        chord = on_chord[:, step // 4][:, None, :]
        window = notes[:, :, step : step + 7]
        reward = _rewards(window, compass, chord, pending, step, minor, tables)
        total = value[:, :, None] + np.einsum("lbak,lk->lba", reward, w)
        flat = total.reshape(lanes, -1)
        best = np.argsort(-flat, axis=1, kind="stable")[:, :BEAM]
        lane = np.arange(lanes)[:, None]
        value = flat[lane, best]
        notes = notes[lane, best // count]
        notes[:, :, step + 7] = compass[best % count]
        pending = ~on_chord[lane, step // 4, best % count]
    return list(notes[:, 0, 7:])


def _rewards(
    window: NDArray[np.int16],
    compass: Offsets,
    chord: NDArray[np.bool_],
    pending: NDArray[np.bool_],
    step: int,
    minor: bool,
    tables: _Tables,
) -> NDArray[np.float32]:
    smooth, ratios, guard_mean, surprise_mean, over_chords = tables
    last, before = window[..., -1:], window[..., -2:-1]
    interval = np.where(last == guard.NONE, smoothness.NONE, compass - last)
    previous = np.where(before == guard.NONE, smoothness.NONE, last - before)
    shape = (*window.shape[:2], len(compass))
    reward = np.zeros((*shape, len(TERMS)), np.float32)
    reward[..., 0] = harmony.onset(
        over_chords,
        chord,
        True,
        LEVELS[step % 4],
        interval,
        pending[..., None],
        step == NOTES - 1,
        compass % 12 == 0,
        True,
    )
    reward[..., 1] = smoothness.lookup(smooth, minor, last, previous, interval)
    wide = window[:, :, None, :]
    bits = diversity.surprise(wide, compass) - surprise_mean
    if step:
        reward[..., 2] = diversity.scaled(bits)
    below = guard.evidence(ratios, wide, compass) - guard_mean
    reward[..., 3] = np.clip(below / guard.WIDTH, -1.0, 0.0)
    return reward
