"""How alike two melodies are: 1 less the edit distance of their notes, 0 to 1.

Pitches are taken above the tonic and lengths from onset to onset, so that a transposed tune is the
same tune. To exchange a note for another one costs 1, for one of the same pitch and another length
or the same length and another pitch half of that (after Mongeau and Sankoff 1990, much simplified).
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from melodyrl.env.tune import Tune

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NOTHING = -1
HALF = 0.5


def similarities(first: Sequence[Tune], second: Sequence[Tune]) -> Floats:
    """Of each tune of the first with the one of the second beside it, (N,)."""
    if not first:
        return np.zeros(0)
    a, b = _table(first), _table(second)
    long_a, long_b = ((table[:, :, 0] != NOTHING).sum(axis=1) for table in (a, b))
    return 1.0 - _distances(a, b, long_a, long_b) / np.maximum(long_a, long_b)


def pairwise(tunes: Sequence[Tune]) -> Floats:
    """Of every two different ones, (N (N - 1) / 2,)."""
    pairs = list(combinations(tunes, 2))
    return similarities([one for one, _ in pairs], [other for _, other in pairs])


def _table(tunes: Sequence[Tune]) -> Ints:
    """(N, longest, 2) pitch above the tonic and length of each note, then NOTHING."""
    rows = np.full((len(tunes), max(len(tune.pitch) for tune in tunes), 2), NOTHING, np.int64)
    for row, tune in zip(rows, tunes, strict=True):
        count = len(tune.pitch)
        row[:count, 0] = tune.offsets
        row[:count, 1] = np.diff(tune.onset, append=tune.onset[-1] + tune.duration[-1])
    return rows


def _distances(a: Ints, b: Ints, long_a: Ints, long_b: Ints) -> Floats:
    """Edit distances (N,), all pairs at once, one anti-chain of the table after the other."""
    lanes, width = len(a), b.shape[1]
    before = np.broadcast_to(np.arange(width + 1.0), (lanes, width + 1)).copy()
    found = np.where(long_a == 0, long_b, 0.0).astype(np.float64)
    for i in range(a.shape[1]):
        unlike = (b != a[:, i : i + 1]).sum(axis=2) * HALF
        # The way down or across the corner, then the way along the row: a running minimum.
        best = np.minimum(before[:, 1:] + 1.0, before[:, :-1] + unlike)
        best = np.concatenate([np.full((lanes, 1), i + 1.0), best], axis=1)
        along = np.arange(width + 1.0)
        before = np.minimum.accumulate(best - along, axis=1) + along
        ends = long_a == i + 1
        found[ends] = before[ends, long_b[ends]]
    return found
