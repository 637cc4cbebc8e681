"""Statistics of time: when notes begin, how long they last, and which bars come back.

Groove after Dixon et al. (2004), as in MusPy (Dong et al. 2020).
"""

import numpy as np

from melodyrl.core.music.meter import BEAT
from melodyrl.env.tune import Tune
from melodyrl.measure.stretches import (
    BARS,
    UNKNOWN,
    intervals,
    level_of_steps,
    levels,
    share,
)


def figures_repeated(stretch: Tune) -> float:
    """Share of figures of four intervals and their rhythm that were heard before."""
    moves, gaps = intervals(stretch), np.diff(stretch.onset)
    rows = zip(moves.tolist(), gaps.tolist(), strict=True)
    return _heard_before(_grams(list(rows), 4))


def bars_repeated(stretch: Tune) -> float:
    """Share of the bars that were heard before, note for note."""
    return _heard_before([bar for bar in _bars(stretch) if bar])


def rhythms_repeated(stretch: Tune) -> float:
    """Share of the bars whose rhythm was heard before."""
    return _heard_before([tuple(at for at, _ in bar) for bar in _bars(stretch) if bar])


def groove(stretch: Tune) -> float:
    """How far each bar has its onsets where the bar before has them: 1 less their mean distance."""
    grid = np.zeros(BARS * stretch.bar_steps, np.bool_)
    grid[stretch.onset[stretch.onset < len(grid)]] = True
    bars = grid.reshape(BARS, stretch.bar_steps)
    return float(1 - (bars[1:] != bars[:-1]).mean())


def rests(stretch: Tune) -> float:
    """Share of the time in which no note sounds."""
    first, last = int(stretch.onset[0]), int(stretch.onset[-1] + stretch.duration[-1])
    return 1 - float(stretch.duration.sum()) / (last - first)


def notes_a_beat(stretch: Tune) -> float:
    """Onsets a quarter note."""
    return len(stretch.onset) / (BARS * stretch.bar_steps / 4)


def long_notes(stretch: Tune) -> float:
    """Share of the notes that last a half note or longer."""
    return share(stretch.duration >= 8)


def on_the_beat(stretch: Tune) -> float:
    """Share of the onsets that fall on a beat."""
    return share(levels(stretch) <= BEAT)


def syncopated(stretch: Tune) -> float:
    """Share of the notes that begin off a stronger place of the bar and let it pass.

    No note begins there, so that its weight falls on the one before (Longuet-Higgins and Lee 1984).
    """
    level = level_of_steps(stretch)
    pairs = zip(stretch.onset.tolist(), stretch.onset[1:].tolist(), strict=False)
    passes = [bool((level[at + 1 : after] < level[at]).any()) for at, after in pairs]
    return share(np.array(passes, np.bool_))


def _grams(rows: list[tuple[int, int]], length: int) -> list[tuple[tuple[int, int], ...]]:
    return [tuple(rows[i : i + length]) for i in range(len(rows) - length + 1)]


def _heard_before(things: list[tuple[object, ...]] | list[tuple[tuple[int, int], ...]]) -> float:
    return 1 - len(set(things)) / len(things) if things else UNKNOWN


def _bars(stretch: Tune) -> list[tuple[tuple[int, int], ...]]:
    """Of each bar, the sixteenth and the pitch of its notes."""
    bar, step = np.divmod(stretch.onset, stretch.bar_steps)
    notes = list(zip(step.tolist(), stretch.pitch.tolist(), strict=True))
    return [tuple(notes[i] for i in np.flatnonzero(bar == number)) for number in range(BARS)]
