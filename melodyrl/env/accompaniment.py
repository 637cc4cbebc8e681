"""What an accompaniment is like, in figures that no reward is made of.

An accompaniment of T sixteenths is an array (T,) of 12-bit masks above home, 0 where nothing
sounds. Note-in-chord and chord-length entropy as Wu et al. (ReaLchords, 2024) define them; Vendi
score as Friedman and Dieng (2023), over our own kernel.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.chords.actions import COUNT
from melodyrl.env.chord_line import NO_CHORD
from melodyrl.env.frames import Frames, changes, rows_of

Masks = NDArray[np.int16]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figures:
    """Over a set of tunes."""

    note_in_chord: float
    """Share of sounding sixteenths whose note is a tone of the chord, mean over tunes."""
    error: float
    """Standard error of that mean."""
    entropy: float
    """Of the chord lengths in sixteenths, all tunes together, nats."""
    on_beat: float
    """Share of changes that fall on a beat."""
    a_bar: float
    """Changes a bar."""
    distinct: float
    """Different chords of a tune, mean."""
    vendi_chords: float
    """Effective number of different tunes by how long each chord sounds in them."""
    vendi_changes: float
    """The same by how often one chord follows another."""


def figures(read: Sequence[Frames], played: Sequence[Masks]) -> Figures:
    """The figures of one accompaniment to each tune."""
    pairs = list(zip(read, played, strict=True))
    fitting = np.array([note_in_chord(frames, masks) for frames, masks in pairs])
    places = [changes(masks, NO_CHORD) for masks in played]
    rows = [rows_of(masks) for masks in played]
    after_first = [place[1:] for place in places]
    beats = [frames.is_beat[at] for frames, at in zip(read, after_first, strict=True)]
    bars = sum((len(frames.onset) - frames.first) / frames.bar_steps for frames in read)
    return Figures(
        note_in_chord=float(fitting.mean()),
        error=float(fitting.std() / np.sqrt(len(fitting))),
        entropy=entropy(np.concatenate([np.diff(place) for place in places])),
        on_beat=float(np.concatenate(beats).mean()) if sum(map(len, beats)) else float("nan"),
        a_bar=sum(map(len, after_first)) / bars,
        distinct=float(np.mean([len(np.unique(each[each >= 0])) for each in rows])),
        vendi_chords=vendi([_shares(each) for each in rows]),
        vendi_changes=vendi([_moves(each) for each in rows]),
    )


def note_in_chord(frames: Frames, masks: Masks) -> float:
    """Share of the sixteenths with a note and a chord whose note is a tone of the chord."""
    both = (frames.pitch_class >= 0) & (masks != NO_CHORD)
    return float((masks[both] >> frames.pitch_class[both] & 1).mean())


def entropy(values: NDArray[np.integer]) -> float:
    """Entropy in nats of how often each value comes; 0 where there is none."""
    _, counts = np.unique(values, return_counts=True)
    share = counts / max(counts.sum(), 1)
    return float(-(share * np.log(share)).sum())


def vendi(vectors: Sequence[Floats]) -> float:
    """Effective number of different vectors, 1 to len(vectors).

    The exponential of the entropy of the eigenvalues of their cosine kernel.
    """
    stacked = np.stack(vectors)
    unit = stacked / np.maximum(np.linalg.norm(stacked, axis=1, keepdims=True), 1e-12)
    values = np.linalg.eigvalsh(unit @ unit.T / len(unit))
    values = values[values > 1e-12]
    return float(np.exp(-(values * np.log(values)).sum()))


def _shares(rows: NDArray[np.int8]) -> Floats:
    return np.bincount(rows[rows >= 0], minlength=COUNT).astype(np.float64)


def _moves(rows: NDArray[np.int8]) -> Floats:
    sequence = rows[changes(rows, -1)].astype(np.intp)
    pairs = sequence[:-1] * COUNT + sequence[1:]
    return np.bincount(pairs, minlength=COUNT * COUNT).astype(np.float64)
