"""Chords under a tune: listens to one line, chooses its chord each sixteenth, and voices it."""

import numpy as np

from melodyrl.core.engine.chord_mind import ChordMind
from melodyrl.core.engine.ledger import Ledger
from melodyrl.core.engine.listener import Listener
from melodyrl.core.engine.voice import Moment
from melodyrl.core.midi.messages import Message, NoteOn
from melodyrl.core.music import Chord
from melodyrl.core.music.meter import BEAT, DOWNBEAT, PHRASE_BARS
from melodyrl.core.music.voicing import voice
from melodyrl.core.policy.chords.actions import ACTIONS
from melodyrl.core.policy.chords.state import REST, Scene, hear, move_home, play

_SOFTER = 0.75  # of the player's velocity, so that the tune stays in front; ours

# Where the upper voices lie: below the tune, from C3 up to at most G#4, or above a low tune.
_LOWEST, _HIGHEST, _COMPASS = 48, 68, 14
_CLEAR = 2  # semitones between the tune and our nearest voice


class Accompaniment:
    """Owns what was heard of the tune and which chord sounds under it."""

    def __init__(self, mind: ChordMind, ledger: Ledger) -> None:
        self._mind = mind
        self._ledger = ledger
        self.begin()

    def begin(self) -> None:
        """Nothing was heard, no chord was played."""
        self._scene = Scene.start(1)
        self._home: int | None = None
        self._struck: int | None = None
        self._tune: int | None = None
        self._reach: tuple[int, int] | None = None
        self._voicing: tuple[int, ...] = ()
        self._mind.forget()

    @property
    def home(self) -> int | None:
        """The major tonic of the key signature that is played in, None before a note."""
        return self._home

    def note_on(self, note: NoteOn) -> None:
        """A note of the player began; of several at once the highest is the tune."""
        self._struck = max(note.pitch, self._struck or 0)

    def step(self, moment: Moment, listener: Listener, *, is_guess: bool) -> list[Message]:
        """Decide a grid step, and play what it brings; no first chord in a key that is a guess."""
        onset = self._follow_tune(listener.tune)
        if self._tune is None and self._home is None:
            return []
        self._frame(moment, onset=onset)
        if is_guess and self._scene.chord[0] < 0:
            return []
        action = self._mind.decide(self._scene)
        play(self._scene, np.array([action]))
        level = moment.meter.level(moment.position.step_in_bar)
        if action == ACTIONS.hold and level != DOWNBEAT:
            return []
        return self._strike(max(1, round(listener.velocity * _SOFTER)), listener.sounding)

    def _follow_tune(self, sounding: set[int]) -> bool:
        """Find the note of the tune that sounds; True where it began since the last step."""
        onset = self._struck is not None
        if onset:
            self._tune = self._struck
        elif self._tune not in sounding:
            self._tune = max(sounding, default=None)
        self._struck = None
        if self._tune is not None:
            low, high = self._reach or (self._tune, self._tune)
            # An octave of the tune is remembered; what lies farther off was another register.
            self._reach = (
                max(min(low, self._tune), self._tune - 12),
                min(max(high, self._tune), self._tune + 12),
            )
        return onset

    def _frame(self, moment: Moment, *, onset: bool) -> None:
        scene, step = self._scene, moment.position.step_in_bar
        home = moment.key.home
        if self._home is not None:
            move_home(scene, np.array([home - self._home]))
        self._home = home
        scene.step[0], scene.bar_steps[0] = step, moment.meter.steps_per_bar
        scene.level[0] = moment.meter.level(step)
        scene.bar[0] = moment.position.bar % PHRASE_BARS
        sounds = REST if self._tune is None else (self._tune - home) % 12
        on_beat = scene.level <= BEAT
        hear(scene, np.array([sounds]), np.array([onset]), on_beat)

    def _strike(self, velocity: int, held: set[int]) -> list[Message]:
        """Sound the present chord in place of what sounds, clear of the player's notes."""
        row = int(self._scene.chord[0])
        if row < 0 or self._home is None:
            return []
        chord = ACTIONS.chords[row].transposed(self._home)
        self._voicing = self._voice(chord)
        messages = self._ledger.release()
        for pitch in self._voicing:
            if pitch not in held:
                messages += self._ledger.on(pitch, velocity)
        return messages

    def _voice(self, chord: Chord) -> tuple[int, ...]:
        low, high = self._reach or (_HIGHEST + _CLEAR, _HIGHEST + _CLEAR)
        ceiling = min(low - _CLEAR, _HIGHEST)
        if ceiling - _LOWEST >= _COMPASS - 2:
            return voice(chord, self._voicing, _LOWEST, ceiling)
        floor = min(high + _CLEAR, 127 - _COMPASS)
        return voice(chord, (), floor, floor + _COMPASS, bass=False)
