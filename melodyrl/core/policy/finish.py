"""Finishing: what has begun to come back, by intent or by chance, is likelier to go on.

Counted in tunes (melodyrl.env.recurrence), in bars that come back in part or not at all: how often
an onset repeats what began one, two or four bars ago, or carries a sequence on, after so many in a
row that did. Without this, four such onsets were followed by a fifth in .56 of the cases, people's
in .74.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.actions import Actions
from melodyrl.core.policy.intent import SAME, STRUCK, Intent
from melodyrl.core.policy.line import alike
from melodyrl.core.policy.state import Context, FloatArray, Melody, then
from rewards import form
from rewards.tables import numbers


def finishing(
    melody: Melody, context: Context, actions: Actions, intent: Intent, stands: NDArray[np.intp]
) -> FloatArray:
    """Nats for each pitch (B, P), 0 where nothing has begun or the bar answers another whole.

    stands (B,) is where the line stands, see `line.stand`. Of the distances the strongest counts.
    """
    before, before_move = then(melody, context)
    same, moved = alike(before, before_move, stands, actions)
    is_free = (intent.way < SAME) | (intent.way == STRUCK)
    said = _gains().take(_ROWS + form.RUN_CLASS.take(melody.answers), axis=0)
    said *= is_free[:, None, None]
    by_steps = np.where(moved, said[:, :, 1:], np.float32(0.0))
    return np.maximum.reduce(np.where(same, said[:, :, :1], by_steps), axis=1)


@cache
def _gains() -> FloatArray:
    """Nats by distance and class of the run, (3 * 17, 2), of SAME and of MOVED."""
    chance = form.backed_off(numbers("form", "begun"))
    gains = np.maximum(np.log(chance / chance[:, :1])[:, :, :2], 0.0)
    # A run of one kind says nothing of the other.
    is_moved = np.arange(form.CLASSES)[:, None] > form.RUN_CLASS[form.LONGEST]
    return (gains * (is_moved == [False, True])).reshape(-1, 2).astype(np.float32)


_ROWS = np.arange(len(form.LAGS)) * form.CLASSES
