"""The bandmate without a clock or a port: timestamped events in, timestamped messages out.

Five verbs, time always an argument: `receive`, `next_wake`, `due`, `snapshot`, `recording`.
Live play, export, tests and simulation all drive this one engine.
"""

from collections import deque

import numpy as np

from melodyrl.core.engine.band import Band
from melodyrl.core.engine.check import makes_sense
from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.events import (
    Event,
    KnobName,
    Mode,
    Nanos,
    Outgoing,
    Panic,
    Release,
    SetKey,
    SetKnob,
    SetMeter,
    SetMode,
    SetTempo,
    Start,
    Stop,
)
from melodyrl.core.engine.recorder import MOST_EVENTS, Recorder, Recording
from melodyrl.core.engine.snapshot import Snapshot
from melodyrl.core.engine.transport import Transport
from melodyrl.core.midi.messages import ControlChange, Message, NoteOff, NoteOn
from melodyrl.core.music import Key, Meter
from melodyrl.core.policy.policy import Policy
from melodyrl.errors import ConfigError


class Engine:
    """Hears, decides, and says what is to be sent. Whatever it is told, it keeps playing.

    Its time never runs backward: an event from before the present is heard at the present.
    Polling more or less often never changes what is played.
    """

    def __init__(
        self,
        config: EngineConfig,
        policy: Policy,
        rng: np.random.Generator | None = None,
        *,
        chord_policy: Policy | None = None,
    ) -> None:
        """Without an rng the config's seed makes one, as a replay does.

        Without a chord policy the mode `chords` looks one step ahead.

        Raises:
            ConfigError: a value of the config is out of range, or a policy is for another task.
        """
        if problem := config.problem():
            raise ConfigError(problem)
        self._config = config
        self._policy = policy
        self._mode: Mode = config.mode
        self._knobs: dict[KnobName, float] = dict(config.knobs)
        self._band = Band(config, policy, chord_policy, rng or np.random.default_rng(config.seed))
        self._transport = Transport(config.tempo_bpm, config.meter, config.listen_ns)
        self._recorder = Recorder()
        self._told = Nanos(0)
        self._waiting: list[Outgoing] = []
        self._sent: deque[Outgoing] = deque(maxlen=MOST_EVENTS)
        self._dropped = 0

    @property
    def told_ns(self) -> Nanos:
        """The present, as the engine takes it: the latest moment that it was told of."""
        return self._told

    def receive(self, event: Event, now_ns: Nanos) -> None:
        """Something was heard or asked for, at a moment of the monotonic clock."""
        self._advance(now_ns)
        if not makes_sense(event):
            self._dropped += 1
            return
        if isinstance(event, NoteOn) and event.velocity == 0:
            event = NoteOff(event.pitch, event.channel)  # MIDI 1.0, 4.2.3
        self._recorder.keep(self._told, event)
        self._apply(event)

    def next_wake(self) -> Nanos | None:
        """The moment at which `due` has something to do next, None where only an event can help."""
        if self._waiting:
            return self._waiting[0].due_ns
        return self._transport.wake()

    def due(self, now_ns: Nanos) -> list[Outgoing]:
        """What is to be sent by now, in order; each is returned once."""
        self._advance(now_ns)
        outgoing, self._waiting = self._waiting, []
        return outgoing

    def close(self, now_ns: Nanos) -> list[Outgoing]:
        """Release everything; what is left to send before the port is closed."""
        self.receive(Panic(), now_ns)
        return self.due(now_ns)

    def snapshot(self) -> Snapshot:
        """An immutable picture of the present."""
        at = self._transport.position()
        band = self._band
        chord, key = band.listener.chord, band.tonality.key
        return Snapshot(
            told_ns=self._told,
            running=self._transport.running,
            bar=at.bar,
            beat=at.step_in_bar // self._transport.meter.steps_per_beat,
            step=at.step_in_bar,
            tempo_bpm=self._transport.tempo_bpm,
            meter=self._transport.meter.name,
            chord=chord.name if chord else None,
            key=key.name if key else None,
            fixed_key=band.tonality.fixed.name if band.tonality.fixed else None,
            mode=self._mode,
            knobs=tuple(self._knobs.items()),
            sounding=band.ledger.sounding,
            held=tuple(sorted(band.listener.sounding)),
            why=band.why(self._mode),
            dropped=self._dropped,
            policy=self._policy.name,
            failures=band.failures,
            fallback=band.is_fallback(self._mode),
        )

    def recording(self) -> Recording:
        """All that was told so far; `replay` plays it again."""
        recorder = self._recorder
        return Recording(
            self._config,
            self._policy.name,
            str(getattr(self._policy, "digest", self._policy.name)),
            recorder.events,
            self._told,
            recorder.lost,
        )

    def sent(self) -> tuple[Outgoing, ...]:
        """All that was said so far, as far back as the recording goes."""
        return tuple(self._sent)

    def _advance(self, now_ns: Nanos) -> None:
        """Take every decision that falls due up to now."""
        self._told = max(self._told, now_ns)
        while (wake := self._transport.wake()) is not None and wake <= self._told:
            self._step(wake)

    def _step(self, wake_ns: Nanos) -> None:
        transport, band = self._transport, self._band
        at = transport.begin_step(is_active=bool(band.listener.sounding))
        band.read(wake_ns, transport)
        if at.step_in_bar == 0 and at.step > 0:
            band.tonality.end_bar()
        if at.step_in_bar == 0 or (at.bar == 0 and transport.is_on_beat(at)):
            band.tonality.settle()
        if transport.is_forsaken:
            self._stop(wake_ns)
        else:
            self._say(band.step(self._mode, at, transport.meter), wake_ns)

    def _apply(self, event: Event) -> None:
        match event:
            case NoteOn() | NoteOff() | ControlChange():
                self._hear(event)
            case SetKnob(name, value):
                self._knobs[name] = value
                self._band.turn(self._knobs)
            case SetKey(tonic, minor):
                self._fix_key(None if tonic is None else Key(tonic, minor))
            case SetTempo(tempo_bpm):
                self._transport.set_tempo(tempo_bpm, self._told)
            case SetMeter(beats, unit):
                self._transport.set_meter(Meter(beats, unit))
            case SetMode(mode):
                self._change_mode(mode)
            case Start() | Stop() | Panic():
                self._transport_to(event)
            case Release():
                self._say(self._band.ledger.release(), self._told)

    def _transport_to(self, command: Start | Stop | Panic) -> None:
        match command:
            case Start():
                self._start()
            case Stop():
                self._stop(self._told)
            case Panic():
                self._band.listener.let_go()
                self._stop(self._told)
                self._say(self._band.ledger.panic(), self._told)

    def _hear(self, message: Message) -> None:
        at, band = self._told, self._band
        match message:
            case NoteOn():
                if not self._transport.running:
                    self._start()
                self._transport.touch(at)
                band.hear(message, at)
                if self._mode == "harmony":
                    self._answer(message, at)
            case NoteOff():
                self._transport.touch(at)
                band.listener.note_off(message, at)
                if self._mode == "harmony":
                    self._say(band.harmony.note_off(message), at)
            case ControlChange():
                band.listener.control(message, at)

    def _answer(self, note: NoteOn, at_ns: Nanos) -> None:
        position = self._transport.position_at(at_ns)
        self._band.read(at_ns, self._transport)
        if position.step == 0:
            self._band.tonality.settle()
        self._say(self._band.answer(note, position, self._transport.meter), at_ns)

    def _start(self) -> None:
        self._say(self._band.ledger.release(), self._told)
        self._band.begin()
        self._transport.start(self._told)

    def _stop(self, at_ns: Nanos) -> None:
        self._say(self._band.ledger.release(), at_ns)
        self._transport.stop()

    def _fix_key(self, key: Key | None) -> None:
        self._band.tonality.fix(key)
        if not self._transport.running:
            self._band.tonality.settle()

    def _change_mode(self, mode: Mode) -> None:
        if mode == self._mode:
            return
        self._say(self._band.ledger.release(), self._told)
        self._band.change_line()
        self._mode = mode

    def _say(self, messages: list[Message], due_ns: Nanos) -> None:
        outgoing = [Outgoing(due_ns, message) for message in messages]
        self._waiting += outgoing
        self._sent.extend(outgoing)
