"""Accompanists without learning, and the loop in which any accompanist plays along to tunes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.policy.chords.actions import ACTIONS, COUNT, MASKS, NONE, SYMBOLS, TONES
from melodyrl.core.policy.chords.state import Scene, play
from melodyrl.env.chord_lanes import see
from melodyrl.env.draws import draw
from melodyrl.env.frames import ON_BEAT
from melodyrl.env.lanes import Observation
from melodyrl.env.songs import Songs
from rewards import function, pace

Actions = NDArray[np.int_]
Accompanist = Callable[[Scene, Observation], Actions]
"""One legal action for each lane, (N,)."""

HOME = 1
"""The action that changes to the tonic's triad."""


def accompany(songs: Songs, accompanist: Accompanist) -> list[NDArray[np.int16]]:
    """The chords to each song, masks above home by sixteenth, 0 before its first note."""
    lanes = len(songs.length)
    scene, everyone = Scene.start(lanes), np.arange(lanes)
    position = songs.first.astype(np.intp)
    masks = np.zeros(songs.pitch_class.shape, np.int16)
    while (position < songs.length).any():
        songs.arrive(scene, position)
        play(scene, accompanist(scene, see(scene)))
        masks[everyone, position] = MASKS[scene.chord]
        # Songs that have ended stand still at the sixteenth after their last.
        position = np.minimum(position + 1, songs.length)
    return [row[:length] for row, length in zip(masks, songs.length, strict=True)]


def one_chord(scene: Scene, seen: Observation) -> Actions:
    """The tonic's triad from the first note to the last."""
    return np.where(scene.chord == NONE, HOME, ACTIONS.hold)


def any_chord(rng: np.random.Generator) -> Accompanist:
    """Any chord of the table on each strong beat."""

    def choose(scene: Scene, seen: Observation) -> Actions:
        drawn = np.where(seen.mask[:, 1:], rng.random((scene.lanes, COUNT)), -1.0).argmax(axis=1)
        return np.where((scene.level < ON_BEAT) | (scene.chord == NONE), 1 + drawn, ACTIONS.hold)

    return choose


def nearest_chord(scene: Scene, seen: Observation) -> Actions:
    """On each beat on which the note is foreign to the chord, the best of the six common triads.

    The best holds the note and, of those that do, most of what was just heard.
    """
    heard = scene.sounding >= 0
    note = TONES[:, np.maximum(scene.sounding, 0)].T & heard[:, None]
    worth = 1.0 * note[:, _TRIADS] + scene.short @ TONES[_TRIADS].T
    best = 1 + _TRIADS[worth.argmax(axis=1)]
    fits = note[np.arange(scene.lanes), scene.chord] | ~heard | (scene.level > ON_BEAT)
    keeps = (scene.chord != NONE) & (fits | (best == 1 + scene.chord))
    return np.where(keeps, ACTIONS.hold, best)


def by_chance(rng: np.random.Generator) -> Accompanist:
    """Changes as often as people, at their places, each chord by the one before: deaf to the tune.

    The Markov rule.
    """

    def choose(scene: Scene, seen: Observation) -> Actions:
        meter = (scene.bar_steps == 12).astype(np.intp)
        aged = pace.AGE_CLASS[scene.age]
        changes = rng.random(scene.lanes) < pace.chances()[meter, scene.step, aged, pace.CHANGE]
        row = draw(rng, function.chances()[scene.chord])
        changes |= scene.chord == NONE
        return np.where(changes & (row != scene.chord), 1 + row, ACTIONS.hold)

    return choose


_TRIADS = np.array([SYMBOLS.split().index(symbol) for symbol in ("C", "F", "G", "Am", "Dm", "Em")])
