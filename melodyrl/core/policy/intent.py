"""Intent: what a bar is to be, drawn where it begins.

In which feel it moves, and which bar before it, if any, it answers: with the same notes, with the
same steps from another note, or with its rhythm alone. How often people do which, at this bar of
eight and after what the bar before answered, is counted in their tunes (melodyrl.env.recurrence):
they mostly bring a bar back whole or not at all, bring back the first two after four, and once a
bar has come back, mostly the next one too.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.lane_arrays import LaneArrays
from melodyrl.core.policy import feel
from melodyrl.core.policy.state import BARS, Context, FloatArray, Melody
from rewards import form
from rewards.tables import numbers

LAGS = np.array([1, 2, 4, 8])
"""Bars back that a bar can answer."""

SAME, MOVED, STRUCK = range(3)
"""Ways to answer: with the notes, with the steps, with the rhythm."""

FRESH = 0
"""The answer to no bar."""

ANSWERS = 1 + 3 * len(LAGS)
"""How many answers there are."""

SMOOTHING = 20.0
"""Bars' worth of what either the place or the bar before says, mixed into what both say."""

STAYS = 0.75
"""Chance that eight more bars keep the feel, where it is free. Ours: people's tunes are seldom
longer than sixteen bars, and keep it."""

THIN = 0.5
"""Share of the wanted density below which a bar is not answered. Ours: of bars that answer a long
note come eight bars of long notes."""


@dataclass(slots=True, eq=False)
class Intent(LaneArrays):
    """Of each lane, what the present bar is to be."""

    feel: NDArray[np.int8]
    """(B,) row of the tables of `feel`."""
    answer: NDArray[np.int8]
    """(B,) FRESH, or see `answer_of`."""
    bar: NDArray[np.int8]
    """(B,) bar of the phrase that it was drawn for, -1 before any."""

    @classmethod
    def start(cls, lanes: int) -> "Intent":
        """No intent yet: all people's feel, no bar to answer."""
        return cls(
            np.full(lanes, feel.EVERYONE, np.int8),
            np.full(lanes, FRESH, np.int8),
            np.full(lanes, -1, np.int8),
        )

    @property
    def lag(self) -> NDArray[np.int_]:
        """(B,) bars back to the one that is answered; of no use where it is FRESH."""
        return LAGS[(self.answer - 1) % len(LAGS)]

    @property
    def way(self) -> NDArray[np.int_]:
        """(B,) SAME, MOVED or STRUCK; below 0 where it is FRESH."""
        return (self.answer.astype(np.int_) - 1) // len(LAGS)


def answer_of(way: int, lag: int) -> int:
    """The answer in a way to the bar that is the lag's of LAGS, counted from 0."""
    return 1 + way * len(LAGS) + lag


def intend(
    intent: Intent,
    melody: Melody,
    context: Context,
    density_B: FloatArray,
    chosen: int | NDArray[np.int_] | None,
    rng: np.random.Generator,
) -> None:
    """Draw anew, in place, in the lanes where a bar begins.

    density_B is the wanted density in onsets a beat, chosen a row of `feel`, or one for each lane
    (B,), or None for any.
    """
    begins = intent.bar != context.bar
    if not begins.any():
        return
    draws = rng.random((3, len(begins)))
    if chosen is None:
        moves_on = begins & ((intent.bar < 0) | ((context.bar == 0) & (draws[1] >= STAYS)))
        drawn = 1 + (np.cumsum(feel.shares()) <= draws[2][:, None]).sum(axis=1)
        intent.feel[moves_on] = np.minimum(drawn, len(feel.FEELS))[moves_on]
    else:
        intent.feel[begins] = np.broadcast_to(chosen, begins.shape)[begins]
    wanted = feel.pace(density_B, intent.feel) * (context.bar_steps / 4)
    answer = _answers(melody, context, intent.answer, THIN * wanted, draws[0])
    intent.answer[begins] = answer[begins]
    intent.bar[:] = context.bar


def _answers(
    melody: Melody,
    context: Context,
    before: NDArray[np.int8],
    fewest: NDArray[np.floating],
    draw: NDArray[np.float64],
) -> NDArray[np.intp]:
    """Draw an answer (B,) by people's chances after that of the bar before (B,).

    Bars of fewer onsets (B,), or none, have none.
    """
    past = melody.past.reshape(melody.lanes, BARS, -1)
    then = (context.bar[:, None] - LAGS) % BARS
    later = (past[np.arange(melody.lanes), context.bar] != form.UNHEARD).any(axis=1)
    onsets = np.take_along_axis((past > form.UNHEARD).sum(axis=2), then, axis=1)
    sounded = onsets >= np.maximum(fewest, 1.0)[:, None]
    chance = _chances()[later.astype(np.intp), context.bar, before]
    chance[:, 1:] *= np.tile(sounded, (1, 3))
    reached = np.cumsum(chance, axis=1)
    return (reached <= draw[:, None] * reached[:, -1:]).sum(axis=1)


@cache
def _chances() -> NDArray[np.float64]:
    """(2, 8, 13, 13) in the first eight bars or later, by bar and the answer before, of each."""
    counts = numbers("form", "bars").astype(np.float64)
    here, after = counts.sum(axis=2) + 0.01, counts.sum(axis=(0, 1)) + 0.01
    more_often = after / after.sum(axis=1, keepdims=True) / (after.sum(axis=0) / after.sum())
    expected = here[:, :, None] * more_often
    backed = counts + SMOOTHING * expected / expected.sum(axis=-1, keepdims=True)
    return backed / backed.sum(axis=-1, keepdims=True)
