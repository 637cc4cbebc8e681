"""Hears the player: what is held, what was just played, and the harmony that they make."""

from collections import deque
from collections.abc import Set as AbstractSet
from copy import copy

from melodyrl.core.engine.events import Nanos
from melodyrl.core.midi.messages import (
    ALL_SOUND_OFF,
    PEDAL_DOWN,
    SUSTAIN,
    ControlChange,
    NoteOff,
    NoteOn,
)
from melodyrl.core.music import Chord, Key, mask_of, recognise

_STRUCK_TOGETHER_NS = 60_000_000  # a chord under untrained hands; a sixteenth at 200 bpm is 75 ms
_LIFTED_NS = 100_000_000  # the fingers of one chord leave the keys within this
_APART, _OWN_BASS = 7, 12
"""Semitones from a bass, or the top of a left hand, to the chord above it; and between the two
lowest notes of a chord whose lowest is a bass of its own (ours)."""
_REMEMBERED = 32  # onsets
_FIRST_VELOCITY = 80.0
_VELOCITY_SHARE = 0.25  # of the newest onset in the average: four notes, about one chord

_NoteKey = tuple[int, int]


class Listener:
    """The player's notes by (pitch, channel), and the chord that was read from them last.

    A chord stays when the hands lift. A chord that still sounds stays under a melody. A chord that
    is struck over a bass that is held is read with it; one struck over an old chord is not.
    With a split the chord is read from the notes below it alone.
    """

    def __init__(self, split: int | None = None) -> None:
        self.split = split
        self._held: set[_NoteKey] = set()
        self._pedalled: set[_NoteKey] = set()
        self._pedals: set[int] = set()
        self._recent: deque[tuple[Nanos, int]] = deque(maxlen=_REMEMBERED)
        self._source: frozenset[int] = frozenset()
        self._has_onset = False
        self._has_release = False
        self._released_ns = Nanos(0)
        self.velocity = _FIRST_VELOCITY
        self.highest: int | None = None
        self.chord: Chord | None = None

    @property
    def hears_chord(self) -> bool:
        """Whether the harmony was read from three pitch classes or more."""
        return _is_chord(self._source)

    @property
    def sounding(self) -> set[int]:
        """Pitches of the player that sound, under fingers or pedal."""
        return {pitch for pitch, _ in self._held | self._pedalled}

    @property
    def fingers(self) -> set[int]:
        """Pitches whose keys are down."""
        return {pitch for pitch, _ in self._held}

    @property
    def tune(self) -> set[int]:
        """Those of the sounding pitches that are of a tune: with a split, from it up."""
        return {pitch for pitch in self.sounding if self.is_tune(pitch)}

    def is_tune(self, pitch: int) -> bool:
        """Whether a note of this pitch is one of a tune."""
        return self.split is None or pitch >= self.split

    def split_at(self, pitch: int | None) -> None:
        """Part the keyboard from now on; what was played in the right hand is no harmony."""
        self.split = pitch
        recent = [(at, each) for at, each in self._recent if self._is_harmony(each)]
        self._recent = deque(recent, maxlen=_REMEMBERED)

    def note_on(self, note: NoteOn, at_ns: Nanos) -> None:
        """A key goes down."""
        self._held.add((note.pitch, note.channel))
        if self._is_harmony(note.pitch):
            self._recent.append((at_ns, note.pitch))
            self._has_onset = True
        self.velocity += _VELOCITY_SHARE * (note.velocity - self.velocity)
        self.highest = max(note.pitch, -1 if self.highest is None else self.highest)

    def note_off(self, note: NoteOff, at_ns: Nanos) -> None:
        """A key comes up; under the pedal its note sounds on."""
        key = (note.pitch, note.channel)
        if key not in self._held:
            return
        self._held.discard(key)
        if note.channel in self._pedals:
            self._pedalled.add(key)
        else:
            self._release(at_ns)

    def control(self, change: ControlChange, at_ns: Nanos) -> None:
        """A pedal moves. A pedal that comes up begins a new harmony: what was before is past."""
        if change.controller == ALL_SOUND_OFF:
            self._damp(change.channel, at_ns)
        if change.controller != SUSTAIN:
            return
        if change.value >= PEDAL_DOWN:
            self._pedals.add(change.channel)
        elif change.channel in self._pedals:
            self._pedals.discard(change.channel)
            self._damp(change.channel, at_ns)
            fingers = self.fingers
            kept = [(at, pitch) for at, pitch in self._recent if pitch in fingers]
            self._recent = deque(kept, maxlen=_REMEMBERED)

    def down(self, channel: int) -> list[int]:
        """Pitches whose keys are down on a channel, lowest first."""
        return sorted(pitch for pitch, each in self._held if each == channel)

    def let_go(self) -> None:
        """Take every key and pedal to be up."""
        self._held.clear()
        self._pedalled.clear()
        self._pedals.clear()

    def forget(self) -> None:
        """Forget harmony and register; what is held stays held."""
        self._recent.clear()
        self._source = frozenset()
        self._has_onset = self._has_release = False
        self.highest = max(self.sounding, default=None)
        self.chord = None

    def read(self, at_ns: Nanos, window_ns: float, key: Key | None) -> bool:
        """Read the harmony anew where something has changed; True where it is another chord.

        A single line is read over the last `window_ns`, as an arpeggio.
        """
        pitches = self._to_read(at_ns, window_ns, key)
        if not pitches:
            return False
        before = self.chord
        self._source = frozenset(pitches)
        self.chord = _chord_of(pitches, key)
        return self.chord != before

    def foretell(
        self, at_ns: Nanos, window_ns: float, key: Key | None, pitch: int | None = None
    ) -> Chord | None:
        """The chord after `read` at a moment, where given with a note of a pitch that begins then.

        It changes nothing.
        """
        ahead = copy(self)
        if pitch is not None and self._is_harmony(pitch):
            ahead._held = self._held | {(pitch, 0)}
            ahead._recent = self._recent.copy()
            ahead._recent.append((at_ns, pitch))
            ahead._has_onset = True
        ahead.read(at_ns, window_ns, key)
        return ahead.chord

    def turns(self, from_ns: Nanos, until_ns: Nanos, window_ns: float) -> list[tuple[Nanos, int]]:
        """When, between two moments, a note alone begins to be heard in another way than before.

        With each moment how much is still to change: as much, and it is heard alike. The first one
        is past what is struck together with the last onset, and may so lie past the second moment.
        """
        if self._recent:
            from_ns = max(from_ns, Nanos(self._recent[-1][0] + _STRUCK_TOGETHER_NS + 1))
        ends = [at + int(window_ns) + 1 for at, _ in self._recent]
        ends += [self._released_ns + _LIFTED_NS] if self._has_release else []
        moments = {from_ns, *(end for end in ends if from_ns < end <= until_ns)}
        return [(Nanos(at), sum(end > at for end in ends)) for at in sorted(moments)]

    def _damp(self, channel: int, at_ns: Nanos) -> None:
        """What only the pedal held ends."""
        self._pedalled = {key for key in self._pedalled if key[1] != channel}
        self._release(at_ns)

    def _release(self, at_ns: Nanos) -> None:
        self._has_release = True
        self._released_ns = at_ns

    def _is_harmony(self, pitch: int) -> bool:
        return self.split is None or pitch < self.split

    def _harmony(self, pitches: set[int]) -> set[int]:
        split = self.split
        return pitches if split is None else {pitch for pitch in pitches if pitch < split}

    def _to_read(self, at_ns: Nanos, window_ns: float, key: Key | None) -> set[int]:
        if self._has_onset:
            self._has_onset = False
            return self._after_onset(at_ns, window_ns, key) if self._recent else set()
        if self._has_release and at_ns - self._released_ns >= _LIFTED_NS:
            self._has_release = False
            sounding = self._harmony(self.sounding)
            return sounding if _is_chord(sounding) else set()
        return set()

    def _after_onset(self, at_ns: Nanos, window_ns: float, key: Key | None) -> set[int]:
        struck = self._within(_STRUCK_TOGETHER_NS, self._recent[-1][0])
        if _is_chord(struck):
            return self._on_its_bass(struck, key)
        sounding = self._harmony(self.sounding)
        if _is_chord(sounding & self._source):
            return set()
        under_hands = struck | self._harmony(self.fingers)
        if _classes(under_hands) >= 2:
            return under_hands
        return sounding | self._within(window_ns, at_ns)

    def _within(self, window_ns: float, until_ns: Nanos) -> set[int]:
        """What was struck in the time up to a moment."""
        pitches: set[int] = set()
        for at_ns, pitch in reversed(self._recent):
            if until_ns - at_ns > window_ns:
                break
            pitches.add(pitch)
        return pitches

    def _on_its_bass(self, struck: set[int], key: Key | None) -> set[int]:
        """A chord that was struck, with what is held below it where all is one harmony."""
        together = struck | self._held_below(struck)
        chord = _chord_of(together, key)
        is_one = chord is not None and not mask_of(together) & ~chord.mask
        return together if is_one else struck

    def _held_below(self, struck: set[int]) -> set[int]:
        """What a left hand holds below a chord that was struck; nothing of an old chord."""
        lowest, second = sorted(struck)[:2]
        below = {each for each in self.fingers if each < lowest} - struck
        below = below or {each for each in self.sounding if each < lowest}
        if second - lowest >= _OWN_BASS or not 1 <= _classes(below) <= 2:
            return set()
        is_apart = lowest - max(below) >= _APART
        return below if is_apart or self._struck_with(below) <= below | struck else set()

    def _struck_with(self, pitches: set[int]) -> set[int]:
        """All that was struck together with the last onset of some pitches."""
        last = {pitch: at for at, pitch in self._recent if pitch in pitches}
        return {
            pitch
            for at, pitch in self._recent
            if any(abs(at - each) <= _STRUCK_TOGETHER_NS for each in last.values())
        }


def _chord_of(pitches: AbstractSet[int], key: Key | None) -> Chord | None:
    return recognise(pitches, key.tonic, key.minor) if key else recognise(pitches)


def _is_chord(pitches: AbstractSet[int]) -> bool:
    """Whether there are three pitch classes or more."""
    return len(pitches) >= 3 and _classes(pitches) >= 3


def _classes(pitches: AbstractSet[int]) -> int:
    return len({pitch % 12 for pitch in pitches})
