"""Improvises one line over the harmony that the player holds."""

from melodyrl.core.engine.ledger import Ledger
from melodyrl.core.engine.voice import ACTIONS, Moment, Voice, nearest_tonic
from melodyrl.core.midi.messages import Message
from melodyrl.core.music import rotate
from melodyrl.core.music.chord import quality_mask
from melodyrl.core.policy.actions import HOLD, ONSET

_ACCENTS = (10, 5, 2, -4, -9)  # of velocity, by metric level; ours
_MIDDLE_C = 60
_BELOW_HIGHEST = 4
"""Semitones from our home up to the player's highest note. A tune keeps within 9 semitones of the
one 17 above the tonic that is nearest to home (rewards.register): clear of the player's hand but
for a tone, in every key; its middle is a fifth to an octave and a half above."""
_LOWEST_HOME, _HIGHEST_HOME = 44, 72
"""A piano's outermost notes are answered by octaves nearer. Within, home follows the player to the
semitone, so that the same music in another key gets the same answer in that key."""


class Solo:
    """Decides at every grid step: a new note, the old one held, or a rest."""

    def __init__(self, voice: Voice, ledger: Ledger) -> None:
        self._voice = voice
        self._ledger = ledger
        self._home = _MIDDLE_C

    def step(self, moment: Moment, velocity: float, highest: int | None) -> list[Message]:
        """Play a grid step, about as loud as the player, and above their hand."""
        self._settle(moment.key.tonic, highest)
        self._voice.frame(moment)
        action = self._voice.choose(_at_rest(moment) if moment.concludes else None)
        pitch = self._voice.play(action)
        if action == ACTIONS.hold:
            return []
        messages = self._ledger.release()
        if pitch is not None:
            level = moment.meter.level(moment.position.step_in_bar)
            loud = round(velocity + _ACCENTS[level])
            messages += self._ledger.on(self._voice.lifted(pitch), min(max(loud, 1), 127))
        return messages

    def _settle(self, tonic: int, highest: int | None) -> None:
        if self._voice.base is None:
            is_heard = highest is not None
            self._home = _within_register(highest - _BELOW_HIGHEST) if is_heard else _MIDDLE_C
        self._voice.move_base(nearest_tonic(tonic, self._home))


def _at_rest(moment: Moment) -> bytes | None:
    """What a line may do that comes to rest in this bar; None until the last strong beat.

    It ends on a tone of the chord, of the tonic's triad if there is one among them.
    """
    later = moment.position.step_in_bar - moment.meter.cadence_step
    if later < 0:
        return None
    if later > 0:
        return (ACTIONS.kinds == HOLD).tobytes()
    triad = quality_mask("m" if moment.key.minor else "")
    chord = rotate(moment.chord.mask, -moment.key.tonic) if moment.chord else triad
    tones = chord & triad or chord
    begins = (ACTIONS.kinds == ONSET) & (tones >> ACTIONS.offsets % 12 & 1 == 1)
    return begins.tobytes()


def _within_register(home: int) -> int:
    while home > _HIGHEST_HOME:
        home -= 12
    while home < _LOWEST_HOME:
        home += 12
    return home
