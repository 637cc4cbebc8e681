"""Humanize: what is sent strays from the grid, and from its loudness, a little as people do.

People stray slowly as well as quickly: their deviations from the beat are long-range correlated
(1/f), and listeners prefer such ones to independent ones (Hennig et al. 2011, PLoS ONE 6(10):
e26457). Here they are the dice of Voss (Gardner 1978, Scientific American 238(4)): a sum of random
numbers, one thrown anew at each sixteenth, one at each second one, and so on up to four bars. The
slow ones are thrown once for all who play together, as people's drifts are one another's (Hennig
2014, PNAS 111(36)). How much is ours: a few milliseconds.

Nothing can sound before it is decided, so all is late, around a lag that the knob makes longer; the
notes of a sixteenth stay together. What is thrown follows from the seed and the number of the
sixteenth alone, so that a replay, or a fork, plays the same.
"""

from dataclasses import dataclass, replace
from math import sqrt

from melodyrl.core.engine.grid import Position
from melodyrl.core.engine.swing import delay
from melodyrl.core.midi.messages import Message, NoteOn
from melodyrl.core.music import Meter

_SPREAD_NS = 8_000_000
"""Standard deviation with the knob at 1 (ours)."""

_SHARE = 1 / 15
"""Of a sixteenth: the widest spread. All lie within four of them, and swing leaves two thirds of a
sixteenth between two neighbours, so that none is due before the one that it follows."""

_FARTHEST = 2.0
"""Standard deviations beyond which nothing strays; the lag is as long."""

_LOUDER = 6.0
"""Standard deviation of the velocity, with the knob at 1."""

_DICE = 7
_SHARED = 4
"""Dice; those from this one on, thrown once a bar of 4/4 or less often, are everybody's."""

_EVERYBODY, _TIME, _LOUDNESS = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Hand:
    """Of one who plays, by the seed of all and a number from 1 that is only their own."""

    seed: int
    number: int

    def late_ns(self, step: int, humanize: float, step_ns: float) -> int:
        """How late a sixteenth is sent, in nanoseconds: less than a third of it."""
        spread = min(humanize * _SPREAD_NS, step_ns * _SHARE)
        return round(spread * (_FARTHEST + self._strays(_TIME, step))) if humanize else 0

    def behind_ns(
        self, at: Position, meter: Meter, step_ns: float, swing: float, humanize: float
    ) -> int:
        """How late after the grid a sixteenth is sent: it swings, and strays from there."""
        swung_ns = round(delay(at.step_in_bar, meter, swing) * step_ns)
        return swung_ns + self.late_ns(at.step, humanize, step_ns)

    def touched(self, messages: list[Message], step: int, humanize: float) -> list[Message]:
        """The messages of a sixteenth, its note-ons louder or softer, each a little differently."""
        if not humanize:
            return messages
        drift = self._strays(_LOUDNESS, step)
        return [
            self._struck(each, step, drift, humanize) if isinstance(each, NoteOn) else each
            for each in messages
        ]

    def _struck(self, note: NoteOn, step: int, drift: float, humanize: float) -> NoteOn:
        own = sqrt(3.0) * _thrown(self.seed, self.number, _LOUDNESS, _DICE, step, note.pitch)
        louder = humanize * _LOUDER * (drift + own) / sqrt(2.0)
        return replace(note, velocity=min(max(round(note.velocity + louder), 1), 127))

    def _strays(self, what: int, step: int) -> float:
        """In standard deviations."""
        thrown = sum(
            _thrown(self.seed, self.number if die < _SHARED else _EVERYBODY, what, die, step >> die)
            for die in range(_DICE)
        )
        return min(max(sqrt(3.0 / _DICE) * thrown, -_FARTHEST), _FARTHEST)


def _thrown(*what: int) -> float:
    """A number from -1 to 1 that looks random, and is the same for the same numbers."""
    mixed = 0
    for number in what:
        mixed = _mix(mixed ^ number & _WORD)
    return 2.0 * mixed / _WORD - 1.0


_WORD = (1 << 64) - 1


def _mix(word: int) -> int:
    """One step of splitmix64 (Steele, Lea and Flood 2014)."""
    word = (word + 0x9E3779B97F4A7C15) & _WORD
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 & _WORD
    word = (word ^ word >> 27) * 0x94D049BB133111EB & _WORD
    return word ^ word >> 31
