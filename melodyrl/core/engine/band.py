"""The ears, the lines that can be played, and the ledger that all of them write to."""

from collections.abc import Mapping

import numpy as np

from melodyrl.core.engine.accompaniment import Accompaniment
from melodyrl.core.engine.answer import Answer
from melodyrl.core.engine.cast import Cast
from melodyrl.core.engine.chord_mind import ChordMind
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.events import KnobName, Mode, Nanos
from melodyrl.core.engine.grid import Position
from melodyrl.core.engine.harmony import Harmony
from melodyrl.core.engine.ledger import Ledger
from melodyrl.core.engine.listener import Listener
from melodyrl.core.engine.mind import Mind
from melodyrl.core.engine.register import lift
from melodyrl.core.engine.snapshot import Why
from melodyrl.core.engine.solo import Solo
from melodyrl.core.engine.tonality import Tonality
from melodyrl.core.engine.transport import Transport
from melodyrl.core.engine.voice import Moment, Voice
from melodyrl.core.engine.why import explain, explain_chord
from melodyrl.core.midi.messages import Message, NoteOn
from melodyrl.core.music import Chord
from melodyrl.core.policy.policy import Policy

_ARPEGGIO_BEATS = 2
_TRIAD = 3  # keys; what is on top of so many that are down is a tune over a chord


class Band:
    """What hears and what plays, without the question of when."""

    def __init__(
        self,
        config: EngineConfig,
        policy: Policy,
        chord_policy: Policy | None,
        rng: np.random.Generator,
    ) -> None:
        self._knobs: Mapping[KnobName, float] | None = None
        self.mind = Mind(policy, config.knobs, config.feel, rng)
        self.listener = Listener(config.split)
        self.tonality = Tonality(config.key)
        self.announced, self.concludes = 0, False
        self.ledger = Ledger(config.channel)
        self.voice = Voice(self.mind)
        self.solo = Solo(self.voice, self.ledger)
        self.replies = Answer(self.voice, self.ledger)
        self.harmony = Harmony(self.voice, self.ledger)
        self.chord_mind = ChordMind(chord_policy, config.knobs, rng)
        self.chords = Accompaniment(self.chord_mind, self.ledger)
        self.cast = Cast(self.mind, self.chord_mind)

    def begin(self) -> None:
        """A first bar begins: a new line, a new register, harmony unheard."""
        self.listener.forget()
        self.announced, self.concludes = 0, False
        self.change_line()

    def change_line(self) -> None:
        """What was played so far has no bearing on what comes."""
        self._take_over()
        self.voice.begin()
        self.replies.begin()
        self.harmony.begin()
        self.chords.begin()
        self.mind.forget()

    def turn(self, knobs: Mapping[KnobName, float]) -> None:
        """Take over the knobs when they are asked for next, however often they are turned."""
        self._knobs = knobs

    @property
    def failures(self) -> int:
        """Decisions that a policy failed to take."""
        return self.mind.failures + self.chord_mind.failures

    def is_fallback(self, mode: Mode) -> bool:
        """Whether the policy of a mode failed to take its last decision."""
        return (self.chord_mind if mode == "chords" else self.mind).is_fallback

    @property
    def is_active(self) -> bool:
        """Whether the player holds anything, or is being answered."""
        return bool(self.listener.sounding) or self.replies.is_replying

    def hear(self, note: NoteOn, at_ns: Nanos) -> None:
        """A note of the player began."""
        self.listener.note_on(note, at_ns)
        self.tonality.hear(note.pitch, is_line=self._is_line(note.pitch))
        if self.listener.is_tune(note.pitch):
            self.chords.note_on(note)

    def read(self, at_ns: Nanos, transport: Transport) -> None:
        """Read the harmony that the player's notes make by now."""
        listener = self.listener
        is_new = listener.read(at_ns, arpeggio_ns(transport), self.tonality.key)
        if is_new and listener.chord is not None and listener.hears_chord:
            self.tonality.hear_chord(listener.chord)

    def begin_step(self, at: Position, wake_ns: Nanos, transport: Transport) -> None:
        """A step is to be decided: its harmony, and at bar lines who plays and in which key."""
        self.read(wake_ns, transport)
        is_bar_line = at.step_in_bar == 0
        if is_bar_line:
            self.cast.enter()
        if is_bar_line and at.step > 0:
            self.tonality.end_bar()
        if is_bar_line or (at.bar == 0 and transport.is_on_beat(at)):
            self.tonality.settle()
        else:
            self.tonality.weigh()  # where nobody thought since

    def step(self, mode: Mode, position: Position, transport: Transport) -> list[Message]:
        """What a grid step brings in a mode."""
        moment = self.moment(position, transport, self.listener.chord)
        if moment is None or mode == "off":
            return []
        if mode == "solo":
            return self.solo.step(moment, self.listener.velocity, self.listener.highest)
        if mode == "answer":
            return self.replies.step(moment, self.listener.sounding)
        if mode == "chords":
            return self.chords.step(moment, self.listener, is_guess=self.tonality.is_guess)
        return self.harmony.step(moment)

    def answer(self, note: NoteOn, position: Position, transport: Transport) -> list[Message]:
        """The second voice to a note of the player that was just heard."""
        moment = self.moment(position, transport, self.listener.chord)
        return self.harmony.note_on(note, moment, self.listener.fingers) if moment else []

    def moment(
        self, position: Position, transport: Transport, chord: Chord | None
    ) -> Moment | None:
        """What is to be known where something is chosen, over a chord, by the present knobs.

        None where no key is known yet.
        """
        self._take_over()
        key = self.tonality.key
        if key is None:
            return None
        concludes = self.concludes or transport.is_last(position)
        return Moment(position, transport.meter, key, chord, self.announced, concludes)

    def why(self, mode: Mode) -> Why | None:
        """What spoke for the last decision."""
        self._take_over()
        if mode == "chords":
            return explain_chord(self.chord_mind, self.chords.home)
        if mode == "off" or self.voice.base is None:
            return None
        lifted_by = 0 if mode == "harmony" else lift(self.mind.knobs["register"])
        return explain(self.mind, self.voice.base + lifted_by, self.voice.bar)

    def _is_line(self, pitch: int) -> bool:
        """Whether a note that began is of a line: alone, over a chord, or of the right hand."""
        fingers = self.listener.fingers
        if self.listener.split is not None:
            return self.listener.is_tune(pitch) and pitch == max(fingers)
        return len(fingers) == 1 or (len(fingers) > _TRIAD and pitch == max(fingers))

    def _take_over(self) -> None:
        if self._knobs is not None:
            self.mind.turn(self._knobs)
            self.chord_mind.turn(self._knobs)
            self._knobs = None


def arpeggio_ns(transport: Transport) -> float:
    """How long an arpeggio is heard as one chord."""
    return _ARPEGGIO_BEATS * transport.meter.steps_per_beat * transport.step_ns
