"""Call and response: waits for a phrase of the player, and replies in its rhythm and shape.

The reply begins on a beat, at the call's place in the half bar, once the player has been silent for
a beat. It keeps the call's rhythm, its loudness and the direction of each of its steps; which notes
these come to is for the policy to choose, over the harmony of the moment. The last one is a tone of
the chord, or the tonic. When the player plays on, it stops and listens.
"""

import numpy as np
from numpy.typing import NDArray

from melodyrl.core.engine.call import Call
from melodyrl.core.engine.ledger import Ledger
from melodyrl.core.engine.voice import ACTIONS, Moment, Voice, nearest_tonic
from melodyrl.core.midi.messages import Message, NoteOn

_FEWEST = 2  # notes of a call; one alone is no phrase
_WITHIN = 3  # semitones by which a step of the reply may differ from the call's
_STILL = 2  # semitones that a repeated note may move by
_BEGINS_WITHIN = 5  # semitones from the call's first note
_BELOW = 17  # semitones from our base up to the middle of our three octaves
_OCTAVE = 12


class Answer:
    """Owns the call that is heard and the reply that is played to it."""

    def __init__(self, voice: Voice, ledger: Ledger) -> None:
        self._voice = voice
        self._ledger = ledger
        self.begin()

    def begin(self) -> None:
        """Nothing was heard, nothing is answered."""
        self._call = Call()
        self._line: dict[int, NoteOn] = {}
        self._later = 0
        self._last: int | None = None

    @property
    def is_replying(self) -> bool:
        """Whether a reply is being played."""
        return bool(self._line)

    def note_on(self, note: NoteOn, step: int) -> None:
        """A note of the player began, nearest to this sixteenth."""
        self._call.strike(note, step)

    def step(self, moment: Moment, sounding: set[int]) -> list[Message]:
        """Listen to a grid step, or play what the reply brings there."""
        step = moment.position.step
        struck = self._call.take_fresh()
        self._call.pass_by(step, sounding)
        if struck is not None:
            return self._hush(moment, struck)
        if not self.is_replying:
            self._turn(moment)
        if self.is_replying:
            return self._reply(moment)
        self._listen(moment, None)
        return []

    def _hush(self, moment: Moment, struck: NoteOn) -> list[Message]:
        """The player plays: listen, and where that cuts a reply short, to a new call."""
        if self.is_replying:
            self._call.restart(moment.position.step - 1)
            self._line = {}
        self._listen(moment, struck)
        return self._ledger.release()

    def _turn(self, moment: Moment) -> None:
        """Where a phrase has ended, and its answer may begin here, answer it from here on."""
        step, beat = moment.position.step, moment.meter.steps_per_beat
        if self._call.rested(step) < beat:
            return
        line = self._call.line()
        if len(line) < _FEWEST:
            self._call.restart(step)
        elif (later := step - _begins(line, beat)) % (2 * beat) == 0:
            self._line, self._later, self._last = line, later, None

    def _reply(self, moment: Moment) -> list[Message]:
        then = moment.position.step - self._later
        self._settle(moment.key.tonic, None)
        self._voice.frame(moment)
        if then > max(self._line) and self._call.is_silent(then):
            return self._end()
        if then in self._line:
            return self._strike(then, moment)
        holds = self._voice.is_sounding and not self._call.is_silent(then)
        self._voice.wait(holds=holds)
        return [] if holds else self._ledger.release()

    def _end(self) -> list[Message]:
        self._voice.wait(holds=False)
        self._line, self._call = {}, Call()
        return self._ledger.release()

    def _strike(self, then: int, moment: Moment) -> list[Message]:
        action = self._voice.choose(self._allowed(then, moment))
        pitch = self._voice.play(action)
        messages = self._ledger.release()
        if pitch is not None:
            self._last = pitch
            messages += self._ledger.on(self._voice.lifted(pitch), self._line[then].velocity)
        return messages

    def _listen(self, moment: Moment, struck: NoteOn | None) -> None:
        """Remember what the player plays as if it had been ours, so that it can be taken up."""
        self._settle(moment.key.tonic, None if struck is None else struck.pitch)
        if self._voice.base is None:
            return
        self._voice.frame(moment)
        if struck is not None:
            self._voice.play(ACTIONS.first_pitch + self._within(struck.pitch))
        else:
            is_silent = self._call.is_silent(moment.position.step)
            self._voice.wait(holds=self._voice.is_sounding and not is_silent)

    def _settle(self, tonic: int, pitch: int | None) -> None:
        """Keep the middle of our three octaves where the player began."""
        base = self._voice.base
        if base is None and pitch is not None:
            base = pitch - _BELOW
        if base is not None:
            self._voice.move_base(nearest_tonic(tonic, base))

    def _within(self, pitch: int) -> int:
        """The offset of a pitch, by octaves brought within our three."""
        count = ACTIONS.count - ACTIONS.first_pitch
        offset = pitch - (self._voice.base or 0)
        return offset if 0 <= offset < count else offset % _OCTAVE + _OCTAVE

    def _allowed(self, then: int, moment: Moment) -> bytes:
        """Actions that keep the call's shape, the last one at rest in the harmony."""
        offsets = np.arange(ACTIONS.count - ACTIONS.first_pitch)
        fits = self._shaped(then, offsets)
        if then == max(self._line):
            resting = 1 << moment.key.tonic | (moment.chord.mask if moment.chord else 0)
            classes = (offsets + (self._voice.base or 0)) % _OCTAVE
            fits = _nearest(fits, resting >> classes & 1 == 1)
        mask = np.zeros(ACTIONS.count, np.bool_)
        mask[ACTIONS.first_pitch :] = fits if fits.any() else True
        return mask.tobytes()

    def _shaped(self, then: int, offsets: NDArray[np.int_]) -> NDArray[np.bool_]:
        """Pitches (P,) that go from our last note as the call went to this one."""
        own = self._line[then].pitch
        before = max((step for step in self._line if step < then), default=None)
        if before is None or self._last is None:
            return np.abs(offsets - self._within(own)) <= _BEGINS_WITHIN
        went = own - self._line[before].pitch
        moved = offsets - self._within(self._last)
        if went == 0:
            return np.abs(moved) <= _STILL
        return (np.sign(moved) == np.sign(went)) & (np.abs(moved - went) <= _WITHIN)


def _nearest(fits: NDArray[np.bool_], rests: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of the pitches (P,) that fit those that are at rest; where none is, the nearest ones."""
    both = fits & rests
    if both.any() or not fits.any() or not rests.any():
        return both if rests.any() else fits
    places = np.arange(len(fits))
    away = np.abs(places[:, None] - places[fits]).min(axis=1)
    return rests & (away == away[rests].min())


def _begins(line: dict[int, NoteOn], beat: int) -> int:
    """The beat that a line's first note lies in."""
    return min(line) // beat * beat
