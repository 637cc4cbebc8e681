"""A second voice: each note of the player gets one of ours, at once, and ends with it."""

from collections.abc import Generator, Iterator

from melodyrl.core.engine.ledger import Ledger
from melodyrl.core.engine.voice import ACTIONS, Moment, Voice, nearest_tonic
from melodyrl.core.midi.messages import Message, NoteOff, NoteOn

_CONSONANT = (3, 4, 5, 7, 8, 9, 12, 15, 16)  # semitones from a note to its second voice
_AROUND = tuple(side * interval for side in (-1, 1) for interval in _CONSONANT)
_BELOW = tuple(interval for interval in _AROUND if -12 <= interval < 0)
_ANY = (1 << 12) - 1  # pitch classes
_SOFTER = 0.85  # of the player's velocity, so that the tune stays in front; ours
_HOME = 20  # semitones of our three octaves that lie below the player's note
_NEAREST, _FARTHEST = 16, 31  # semitones from our base at which a played note is within reach
_REACH = 7  # semitones from the player's last note to the next one that is thought about


class Harmony:
    """Owns which note of ours answers which note of the player, by (pitch, channel)."""

    def __init__(self, voice: Voice, ledger: Ledger) -> None:
        self._voice = voice
        self._ledger = ledger
        self._answers: dict[tuple[int, int], int] = {}
        self._played_step = -1
        self._last: int | None = None

    def begin(self) -> None:
        """No note of ours answers any."""
        self._answers.clear()
        self._last = None
        self._played_step = -1

    def step(self, moment: Moment) -> list[Message]:
        """Nothing is played at a grid step, but the line grows older."""
        if self._voice.base is None or moment.position.step <= self._played_step:
            return []
        self._settle(moment.key.tonic, None)
        self._voice.frame(moment)
        self._voice.wait(holds=bool(self._ledger.sounding) and self._voice.is_sounding)
        return []

    def note_on(self, note: NoteOn, moment: Moment, held: set[int]) -> list[Message]:
        """Answer a note of the player, with a pitch that none of the held ones has."""
        messages = self.note_off(NoteOff(note.pitch, note.channel))
        self._last = note.pitch
        self._settle(moment.key.tonic, note.pitch)
        allowed = self._allowed(note.pitch, moment, held, self._voice.base)
        if allowed is None:
            return messages
        self._voice.frame(moment)
        pitch = self._voice.play(self._voice.choose(allowed))
        self._played_step = moment.position.step
        if pitch is None:
            return messages
        self._answers = {key: ours for key, ours in self._answers.items() if ours != pitch}
        self._answers[note.pitch, note.channel] = pitch
        return messages + self._ledger.on(pitch, _softer(note.velocity))

    def coming(self) -> Iterator[int]:
        """Pitches that the player's next note may have, the likeliest first."""
        if (last := self._last) is not None:
            for away in range(_REACH + 1):
                yield from {last - away, last + away}

    def think(
        self, pitch: int, moment: Moment, held: set[int]
    ) -> Generator[None, None, int | None]:
        """Work out the answer to a note that may come, a part at each turn; ends with its pitch.

        With None where that is not known, or where the note would end another answer first.
        """
        before, base = self._voice.base, self._home(moment.key.tonic, pitch)
        if before is None or base is None:
            return None
        allowed = self._allowed(pitch, moment, held | {pitch}, base)
        if allowed is None:
            return None
        while self._voice.think(moment, base - before, allowed):
            yield
        if any(pitch == each for each, _ in self._answers):
            return None
        return self._voice.foretell(base - before)

    def sounded(self, pitch: int, note: NoteOn) -> NoteOn:
        """Our answer to a note, of a pitch."""
        return NoteOn(pitch, _softer(note.velocity), self._ledger.channel)

    def note_off(self, note: NoteOff) -> list[Message]:
        """End the answer to a note of the player."""
        pitch = self._answers.pop((note.pitch, note.channel), None)
        return [] if pitch is None else self._ledger.off(pitch)

    def _settle(self, tonic: int, pitch: int | None) -> None:
        base = self._home(tonic, pitch)
        if base is not None:
            self._voice.move_base(base)

    def _home(self, tonic: int, pitch: int | None) -> int | None:
        """The base from which a note of the player is within reach."""
        base = self._voice.base
        if pitch is not None and (base is None or not _NEAREST <= pitch - base <= _FARTHEST):
            base = nearest_tonic(tonic, pitch - _HOME)
        return None if base is None else nearest_tonic(tonic, base)

    def _allowed(
        self, pitch: int, moment: Moment, held: set[int], base: int | None
    ) -> bytes | None:
        """What begins a consonant note of the scale or chord, see `Voice.choose`.

        Below within an octave, else all around.
        """
        known = moment.key.scale_mask | (moment.chord.mask if moment.chord else 0)
        taken = held.union(self._ledger.sounding)
        for intervals, classes in ((_BELOW, known), (_AROUND, known), (_AROUND, _ANY)):
            around = [pitch + interval for interval in intervals]
            fits = [each for each in around if classes >> each % 12 & 1 and each not in taken]
            if any(mask := _mask(fits, base or 0)):
                return mask
        return None


def _softer(velocity: int) -> int:
    """How loud we answer a note of the player."""
    return max(1, round(velocity * _SOFTER))


def _mask(pitches: list[int], base: int) -> bytes:
    """The actions that begin a note of one of some pitches, within MIDI's range."""
    mask = bytearray(ACTIONS.count)
    for pitch in pitches:
        action = pitch - base + ACTIONS.first_pitch
        if 0 <= pitch <= 127 and ACTIONS.first_pitch <= action < ACTIONS.count:
            mask[action] = 1
    return bytes(mask)
