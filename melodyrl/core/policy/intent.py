"""Intent: what a bar is to be, drawn where it begins.

In which feel and manner it moves, and which bar before it, if any, it answers (see `answers`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.lane_arrays import LaneArrays
from melodyrl.core.policy import feel, manner
from melodyrl.core.policy.answers import FRESH, LAGS, SAME, WAYS, all_of, answered, chances
from melodyrl.core.policy.state import BARS, Context, FloatArray, Melody
from rewards import form

STAYS = 0.75
"""Chance that eight more bars keep the manner, and the feel where it is free. Ours: people's tunes
are seldom longer than sixteen bars, and keep it."""

THIN = 0.5
"""Share of the wanted density below which a bar is not answered. Ours: of bars that answer a long
note come eight bars of long notes."""

AGREES = 1.45
"""How much likelier a bar comes back with its notes where most are tones of the chord, than on the
whole: in tunes after one, two, four and eight bars 1.46, 1.35, 1.51 and 1.44."""


@dataclass(slots=True, eq=False)
class Intent(LaneArrays):
    """Of each lane, what the present bar is to be."""

    feel: NDArray[np.int8]
    """(B,) row of the tables of `feel`."""
    manner: FloatArray
    """(B, 2) see `manner`."""
    answer: NDArray[np.int8]
    """(B,) FRESH, or see `answer_of`."""
    bar: NDArray[np.int8]
    """(B,) bar of the phrase that it was drawn for, -1 before any."""

    @classmethod
    def start(cls, lanes: int) -> "Intent":
        """No intent yet: all people's feel, nobody's manner, no bar to answer."""
        return cls(
            np.full(lanes, feel.EVERYONE, np.int8),
            manner.plain(lanes),
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
    moves_on = begins & ((intent.bar < 0) | ((context.bar == 0) & (draws[1] >= STAYS)))
    if moves_on.any():
        intent.manner[moves_on] = manner.draw(len(begins), rng)[moves_on]
        drawn = 1 + (np.cumsum(feel.shares()) <= draws[2][:, None]).sum(axis=1)
        intent.feel[moves_on] = np.minimum(drawn, len(feel.FEELS))[moves_on]
    if chosen is not None:
        intent.feel[begins] = np.broadcast_to(chosen, begins.shape)[begins]
    wanted = feel.pace(density_B, intent.feel) * (context.bar_steps / 4)
    answer = _answers(melody, context, intent, THIN * wanted, draws[0])
    intent.answer[begins] = answer[begins]
    intent.bar[:] = context.bar


def _answers(
    melody: Melody,
    context: Context,
    intent: Intent,
    fewest: NDArray[np.floating],
    draw: NDArray[np.float64],
) -> NDArray[np.intp]:
    """Draw an answer (B,) by people's chances in the feel, after that of the bar before.

    Bars of fewer onsets (B,), or none, have none, and those that clash none with their notes.
    """
    past = melody.past.reshape(melody.lanes, BARS, -1)
    then = (context.bar[:, None] - LAGS) % BARS
    # Of the bar eight before it nothing is remembered: what was meant to answer that, did.
    meant = np.where(intent.lag == LAGS[-1], intent.answer, FRESH)
    told = answered(melody, context)
    before = np.where(told == FRESH, meant, told)
    later = (past[np.arange(melody.lanes), context.bar] != form.UNHEARD).any(axis=1)
    bars = past[np.arange(melody.lanes)[:, None], then]
    sounded = (bars > form.UNHEARD).sum(axis=2) >= np.maximum(fewest, 1.0)[:, None]
    chance = chances()[intent.feel, later.astype(np.intp), context.bar, before]
    chance[:, 1:] *= np.tile(sounded, (1, WAYS))
    chance[:, all_of(SAME)] *= _agreeing(bars, context)
    reached = np.cumsum(chance, axis=1)
    return (reached <= draw[:, None] * reached[:, -1:]).sum(axis=1)


def _agreeing(bars: NDArray[np.int8], context: Context) -> NDArray[np.float64]:
    """How much likelier each bar (B, 4, 16) comes back with its notes for the chord now, (B, 4).

    Never where most of them clash with it: people do so in .015 of the cases, after four bars, and
    in .08 of the others. A line had gone on in its old key after the player had left it.
    """
    lanes, began = np.arange(len(bars))[:, None, None], bars > form.UNHEARD
    agrees = (began & context.chord[lanes, bars % 12]).sum(axis=2)
    likelier = np.where(2 * agrees < began.sum(axis=2), 0.0, AGREES)
    return np.where(context.chord.any(axis=1, keepdims=True), likelier, 1.0)
