"""The ears, the lines that can be played, and the ledger that all of them write to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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
from melodyrl.core.music import Chord, Meter
from melodyrl.core.policy.policy import Policy

_ARPEGGIO_BEATS = 2
_TRIAD = 3  # keys; what is on top of so many that are down is a tune over a chord


@dataclass(frozen=True, slots=True)
class Ahead:
    """A step of the grid, and between which moments a note that begins is heard at it."""

    position: Position
    from_ns: Nanos
    until_ns: Nanos


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
        self._voice = Voice(self.mind)
        self.solo = Solo(self._voice, self.ledger)
        self.replies = Answer(self._voice, self.ledger)
        self.harmony = Harmony(self._voice, self.ledger)
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
        self._voice.begin()
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
        is_new = listener.read(at_ns, _window_ns(transport), self.tonality.key)
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

    def step(self, mode: Mode, position: Position, meter: Meter) -> list[Message]:
        """What a grid step brings in a mode."""
        self._take_over()
        moment = self._moment(position, meter, self.listener.chord)
        if moment is None or mode == "off":
            return []
        if mode == "solo":
            return self.solo.step(moment, self.listener.velocity, self.listener.highest)
        if mode == "answer":
            return self.replies.step(moment, self.listener.sounding)
        if mode == "chords":
            return self.chords.step(moment, self.listener, is_guess=self.tonality.is_guess)
        return self.harmony.step(moment)

    def answer(self, note: NoteOn, position: Position, meter: Meter) -> list[Message]:
        """The second voice to a note of the player that was just heard."""
        self._take_over()
        moment = self._moment(position, meter, self.listener.chord)
        return self.harmony.note_on(note, moment, self.listener.fingers) if moment else []

    def thoughts(self, mode: Mode, places: Sequence[Ahead], transport: Transport) -> Iterator[None]:
        """Work out ahead what a choice at one of some places would rest on, a part at each turn.

        The last place is the step that is decided next, at the end of its time.
        """
        self.tonality.weigh()
        if mode == "harmony":
            parts = self._think_of_notes(places, transport)
        elif mode == "solo" or self.replies.is_replying:
            parts = self._think_of_step(places[-1], transport)
        else:
            return
        is_new = False
        for _ in parts:
            is_new = True
            yield
        if is_new:
            self._voice.rehearse()
            yield

    def _think_of_step(self, place: Ahead, transport: Transport) -> Iterator[None]:
        chord = self._foretell(place.until_ns, transport)
        yield from self._think(place, transport, chord)

    def _think_of_notes(self, places: Sequence[Ahead], transport: Transport) -> Iterator[None]:
        """Think of each note that may come next, over the chord that it will be heard to make.

        One that leaps farther at least finds what the chord has no say in: the line follows it by
        octaves.
        """
        window_ns = _window_ns(transport)
        heard: dict[tuple[int, int], Chord | None] = {}
        for place in places:
            turns = self.listener.turns(place.from_ns, place.until_ns, window_ns)
            for pitch in filter(self.listener.is_tune, self.harmony.coming()):
                for at_ns, onsets in turns:
                    if (pitch, onsets) not in heard:
                        heard[pitch, onsets] = self._foretell(at_ns, transport, pitch)
                    yield from self._think(place, transport, heard[pitch, onsets], pitch)
        for place in places:
            for up in (12, -12):
                yield from self._think(place, transport, self.listener.chord, up=up)

    def _foretell(
        self, at_ns: Nanos, transport: Transport, pitch: int | None = None
    ) -> Chord | None:
        return self.listener.foretell(at_ns, _window_ns(transport), self.tonality.key, pitch)

    def _think(
        self,
        place: Ahead,
        transport: Transport,
        chord: Chord | None,
        pitch: int | None = None,
        up: int = 0,
    ) -> Iterator[None]:
        """Think of a choice, that of the answer to a note where a pitch is given, part by part."""
        while self._think_part(place, transport, chord, pitch, up):
            yield
        yield

    def _think_part(
        self, place: Ahead, transport: Transport, chord: Chord | None, pitch: int | None, up: int
    ) -> bool:
        self._take_over()
        moment = self._moment(place.position, transport.meter, chord)
        if moment is None:
            return False
        if pitch is None:
            return self._voice.think(moment, up)
        return self.harmony.think(pitch, moment, self.listener.fingers)

    def why(self, mode: Mode) -> Why | None:
        """What spoke for the last decision."""
        self._take_over()
        if mode == "chords":
            return explain_chord(self.chord_mind, self.chords.home)
        if mode == "off" or self._voice.base is None:
            return None
        lifted_by = 0 if mode == "harmony" else lift(self.mind.knobs["register"])
        return explain(self.mind, self._voice.base + lifted_by, self._voice.bar)

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

    def _moment(self, position: Position, meter: Meter, chord: Chord | None) -> Moment | None:
        key = self.tonality.key
        if key is None:
            return None
        return Moment(position, meter, key, chord, self.announced, self.concludes)


def _window_ns(transport: Transport) -> float:
    """How long an arpeggio is heard as one chord."""
    return _ARPEGGIO_BEATS * transport.meter.steps_per_beat * transport.step_ns
