"""Owns the note-off of every note-on of ours, so that no note can be left sounding."""

from melodyrl.core.midi.messages import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    ControlChange,
    Message,
    NoteOff,
    NoteOn,
)


class Ledger:
    """The notes of ours that sound, on one channel (0-15)."""

    def __init__(self, channel: int) -> None:
        self.channel = channel
        self._sounding: dict[int, int] = {}

    @property
    def sounding(self) -> tuple[int, ...]:
        """The pitches that sound, lowest first."""
        return tuple(sorted(self._sounding))

    def on(self, pitch: int, velocity: int) -> list[Message]:
        """Begin a note; where the pitch sounds already, it ends first."""
        messages = self.off(pitch)
        self._sounding[pitch] = velocity
        messages.append(NoteOn(pitch, velocity, self.channel))
        return messages

    def off(self, pitch: int) -> list[Message]:
        """End a note; nothing where it does not sound."""
        if self._sounding.pop(pitch, None) is None:
            return []
        return [NoteOff(pitch, self.channel)]

    def release(self) -> list[Message]:
        """End every note, in the order in which they began."""
        return [message for pitch in tuple(self._sounding) for message in self.off(pitch)]

    def panic(self) -> list[Message]:
        """End every note, and tell the channel to fall silent whatever it plays."""
        return [
            *self.release(),
            ControlChange(ALL_NOTES_OFF, 0, self.channel),
            ControlChange(ALL_SOUND_OFF, 0, self.channel),
        ]
