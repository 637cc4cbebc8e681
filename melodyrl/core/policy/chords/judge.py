"""The reward of every action now, and which are allowed: for environment, learner and player."""

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.chords.actions import ACTIONS, COUNT, NONE, QUALITIES, ROOTS
from melodyrl.core.policy.chords.state import BoolArray, FloatArray, Scene
from rewards import colour, fit, function, loops, pace, returns

TERMS = ("fit", "function", "pace", "colour", "returns", "loops")
"""The K terms, in the order of the last axis of a judgement."""


def judge(scene: Scene) -> FloatArray:
    """Reward vector of each action in each lane, (B, A, K), each term in [-1, 1].

    Fit is paid when it is heard: for the chord that an action leaves sounding, or in lanes that
    hear late for the one that sounded under the note just heard, whatever is done now.
    """
    judged = np.zeros((scene.lanes, ACTIONS.count, len(TERMS)), np.float32)
    judged[:, 0, 0] = _fit_of_present(scene)
    judged[:, 1:, 0] = np.where(scene.late[:, None], judged[:, :1, 0], _fit_of_each(scene))
    judged[:, 1:, 1] = function.function(scene.chord)
    stay_or_change = pace.pace(scene.step, scene.bar_steps, scene.age)
    judged[:, 0, 2] = stay_or_change[:, pace.STAY]
    judged[:, 1:, 2] = stay_or_change[:, pace.CHANGE, None]
    judged[:, 1:, 3] = colour.colour()
    kind = kinds_of(scene)
    judged[:, 1:, 4] = returns.returns(kind, (kind >= returns.EARLIER).any(axis=1, keepdims=True))
    away = loops.distance(scene.chords[:, None], _ROWS[None])
    judged[:, 1:, 5] = loops.loops(scene.run[:, None], scene.period[:, None], away)
    return judged


def legal(scene: Scene) -> BoolArray:
    """Mask of allowed actions (B, A): a chord is kept once there is one, or changed to another.

    Chords change on eighths: of the changes in lead sheets 3 in 1000 lie between them.
    """
    mask = np.ones((scene.lanes, ACTIONS.count), np.bool_)
    mask[:, ACTIONS.hold] = scene.chord != NONE
    changes = (scene.step % 2 == 0) | (scene.chord == NONE)
    mask[:, 1:] = changes[:, None] & (scene.chord[:, None] != _ROWS)
    return mask


def kinds_of(scene: Scene) -> NDArray[np.int8]:
    """What a change to each chord would be to the piece, (B, C), see rewards.returns."""
    turned = scene.turned[np.arange(scene.lanes), scene.chord]
    return returns.kinds(turned, scene.sounded, scene.count)


def _fit_of_present(scene: Scene) -> FloatArray:
    known = scene.chord != NONE
    value = fit.fit(QUALITIES[scene.chord], ROOTS[scene.chord], scene.sounding, scene.on_beat)
    return np.where(known, value, np.float32(0.0))


def _fit_of_each(scene: Scene) -> FloatArray:
    return fit.fit(QUALITIES, ROOTS, scene.sounding[:, None], scene.on_beat[:, None])


_ROWS = np.arange(COUNT, dtype=np.int8)
