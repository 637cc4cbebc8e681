"""Improvises one line over the harmony that the player holds."""

from melodyrl.core.engine.ledger import Ledger
from melodyrl.core.engine.voice import ACTIONS, Moment, Voice, nearest_tonic, within_register
from melodyrl.core.midi.messages import Message

_ACCENTS = (10, 5, 2, -4, -9)  # of velocity, by metric level; ours
_MIDDLE_C = 60


class Solo:
    """Decides at every grid step: a new note, the old one held, or a rest."""

    def __init__(self, voice: Voice, ledger: Ledger) -> None:
        self._voice = voice
        self._ledger = ledger

    def step(self, moment: Moment, velocity: float, lowest: int | None) -> list[Message]:
        """Play a grid step, about as loud as the player, from their lowest note up."""
        self._settle(moment.key.tonic, lowest)
        self._voice.frame(moment)
        action = self._voice.choose()
        pitch = self._voice.play(action)
        if action == ACTIONS.hold:
            return []
        messages = self._ledger.release()
        if pitch is not None:
            level = moment.meter.level(moment.position.step_in_bar)
            loud = round(velocity + _ACCENTS[level])
            messages += self._ledger.on(pitch, min(max(loud, 1), 127))
        return messages

    def _settle(self, tonic: int, lowest: int | None) -> None:
        if self._voice.base is None:
            home = _MIDDLE_C if lowest is None else lowest
        else:
            home = self._voice.base
        self._voice.move_base(within_register(nearest_tonic(tonic, home)))
