"""The music as it goes on: time passes, and what is told changes it."""

from functools import partial

from melodyrl.core.engine.band import Band
from melodyrl.core.engine.config import DECIDE_NS, EngineConfig
from melodyrl.core.engine.controls import Controls
from melodyrl.core.engine.events import (
    Announce,
    ChangeDrums,
    Charted,
    ClockSource,
    Conclude,
    Drumming,
    Event,
    Forget,
    Halt,
    KnobName,
    Learn,
    Mode,
    Nanos,
    Panic,
    Release,
    SetCell,
    SetClock,
    SetDrums,
    SetFeel,
    SetFill,
    SetKey,
    SetKnob,
    SetMeter,
    SetMode,
    SetPolicy,
    SetSplit,
    SetTempo,
    SetVariation,
    Start,
    Stop,
    Sync,
    Tap,
)
from melodyrl.core.engine.grid import Position
from melodyrl.core.engine.humanize import Hand
from melodyrl.core.engine.outbox import Outbox
from melodyrl.core.engine.pulse import Pulse
from melodyrl.core.engine.snapshot import Snapshot
from melodyrl.core.engine.thinking import Thinking
from melodyrl.core.midi.messages import SILENCES, ControlChange, Message, NoteOff, NoteOn
from melodyrl.core.music import Key, Meter


class Performance:
    """A band, the pulse that it plays to, and what is to be sent: all in the present, `now_ns`."""

    def __init__(self, config: EngineConfig, band: Band) -> None:
        self.mode: Mode = config.mode
        self._knobs: dict[KnobName, float] = dict(config.knobs)
        self._controls = Controls(config.bindings)
        self.band = band
        self.now_ns = Nanos(0)
        self.outbox = Outbox()
        self._say = partial(self.outbox.say, channel=config.channel)
        self._hand = Hand(config.seed, 1)
        self._decide_ns = min(DECIDE_NS, config.listen_ns)
        listen_ns = Nanos(config.listen_ns - self._decide_ns)
        self._pulse = Pulse(config, listen_ns, self.outbox, Hand(config.seed, 2))
        self.transport, self._drummer = self._pulse.transport, self._pulse.drummer
        self.thinking = Thinking(band, self.transport)

    def next_wake(self) -> Nanos | None:
        """When something is due next, None where only what is told can help."""
        moments = (self.outbox.next_due, *self._pulse.wakes())
        return min((each for each in moments if each is not None), default=None)

    def advance(self, now_ns: Nanos) -> None:
        """Take every decision that falls due up to now, say every tick and strike every drum."""
        self.now_ns = max(self.now_ns, now_ns)
        while (wake := self.transport.wake()) is not None and wake <= self.now_ns:
            self._keep_time(wake)
            self._step(wake)
        self._keep_time(self.now_ns)

    def apply(self, event: Event) -> None:
        """What was told has its effect, now."""
        match event:
            case NoteOn() | NoteOff() | ControlChange():
                self._hear(event)
            case SetKnob() | SetFeel() | Learn() | Forget():
                self._turn(event)
            case SetKey() | SetSplit() | Announce() | Conclude():
                self._inform(event)
            case SetTempo() | Tap() | SetClock() | Sync() | Halt():
                self._pace(event)
            case SetMeter(beats, unit):
                self.transport.set_meter(Meter(beats, unit))
            case SetMode() | SetPolicy():
                self._cast(event)
            case SetDrums() | SetCell() | SetVariation() | ChangeDrums() | SetFill():
                self._drum(event)
            case Start() | Stop() | Panic():
                self._transport_to(event)
            case Release():
                self._release(self.now_ns)

    def stop(self, at_ns: Nanos) -> None:
        """End what sounds, and the music."""
        self._release(at_ns)
        self._pulse.stop(at_ns)
        self.band.cast.enter()

    def snapshot(self, dropped: int) -> Snapshot:
        """An immutable picture of the present, with how many events made no sense."""
        at = self.transport.position()
        band = self.band
        chord, key = band.listener.chord, band.tonality.key
        return Snapshot(
            told_ns=self.now_ns,
            running=self.transport.running,
            bar=at.bar,
            beat=at.step_in_bar // self.transport.meter.steps_per_beat,
            step=at.step_in_bar,
            step_began_ns=self.transport.began(self.now_ns),
            tempo_bpm=self.transport.tempo_bpm,
            clock=self.transport.clock,
            clock_state=self._pulse.state,
            meter=self.transport.meter.name,
            chord=chord.name if chord else None,
            key=key.name if key else None,
            fixed_key=band.tonality.fixed.name if band.tonality.fixed else None,
            mode=self.mode,
            feel=band.mind.feel,
            split=band.listener.split,
            knobs=tuple(self._knobs.items()),
            bindings=self._controls.bindings,
            armed=self._controls.armed,
            sounding=self.outbox.sounding(self.now_ns, band.ledger.channel),
            held=tuple(sorted(band.listener.sounding)),
            why=band.why(self.mode),
            drums=self._drummer.picture,
            dropped=dropped,
            policies=band.cast.playing,
            coming=band.cast.coming,
            failures=band.failures,
            fallback=band.is_fallback(self.mode),
        )

    def _keep_time(self, until_ns: Nanos) -> None:
        self._pulse.keep(until_ns, self._knobs["swing"], self._knobs["humanize"])

    def _step(self, wake_ns: Nanos) -> None:
        self.thinking.forget()
        transport, band = self.transport, self.band
        at = transport.begin_step(is_active=band.is_active)
        band.begin_step(at, wake_ns, transport)
        if transport.is_led and transport.is_leaderless:
            self.stop(wake_ns)
        elif transport.is_forsaken and not transport.is_resting:
            self._rest(wake_ns)
        elif not transport.is_resting:
            messages = band.step(self.mode, at, transport)
            messages = self._hand.touched(messages, at.step, self._knobs["humanize"])
            self._say(messages, self._due(at, wake_ns))
        if (sync := transport.pursue(wake_ns)) is not None:
            self._pulse.follow(sync, wake_ns)

    def _due(self, at: Position, wake_ns: Nanos) -> Nanos:
        """When what a step brings, decided at `wake_ns`, is to be heard."""
        timing = self.transport.meter, self.transport.step_ns
        loose = self._knobs["swing"], self._knobs["humanize"]
        return Nanos(wake_ns + self._decide_ns + self._hand.behind_ns(at, *timing, *loose))

    def _turn(self, event: SetKnob | SetFeel | Learn | Forget) -> None:
        match event:
            case SetKnob(name, value):
                self._knobs[name] = value
                self.band.turn(self._knobs)
            case SetFeel(feel):
                self.band.mind.feel = feel
            case Learn(target):
                self._controls.armed = target
            case Forget(target):
                self._controls.forget(target)

    def _inform(self, event: SetKey | SetSplit | Charted) -> None:
        """What is to be known of the player's music."""
        match event:
            case SetKey(tonic, minor):
                self._fix_key(None if tonic is None else Key(tonic, minor))
            case SetSplit(pitch):
                self.band.listener.split_at(pitch)
            case Announce(mask):
                self.band.announced = mask
            case Conclude():
                self.band.concludes = True

    def _drum(self, event: Drumming) -> None:
        """Drums that come in begin the music where nothing runs, and the line rests."""
        self._drummer.obey(event, self.now_ns)
        if event == SetDrums(True) and not self.transport.running and not self.transport.is_led:
            self._start()
            self.transport.rest()
        self._rest_alone()

    def _pace(self, event: SetTempo | Tap | SetClock | Sync | Halt) -> None:
        match event:
            case SetTempo(tempo_bpm):
                self._pulse.set_tempo(tempo_bpm, self.now_ns)
            case Tap():
                self._pulse.tap(self.now_ns)
            case SetClock(source):
                self._hand_over(source)
            case Sync() if self.transport.is_led:
                self._sync(event)
            case Halt() if self.transport.is_led:
                self.stop(self.now_ns)
            case _:
                return  # word of a clock that leads no longer

    def _hand_over(self, clock: ClockSource) -> None:
        transport = self.transport
        if clock == transport.clock:
            return
        transport.hand_over(clock)
        self._rest_alone()

    def _sync(self, sync: Sync) -> None:
        transport, at = self.transport, self.now_ns
        if not transport.is_elsewhere(sync, at):
            self._pulse.follow(sync, at)
            return
        self.stop(at)
        self.band.change_line()
        self._pulse.begin(transport.jump(sync, at), at)

    def _transport_to(self, command: Start | Stop | Panic) -> None:
        match command:
            case Start() if self.transport.is_led:
                self._pulse.resume(self.now_ns)
            case Start():
                self._start()
            case Stop():
                self._end(self.now_ns)
            case Panic():
                self.band.listener.let_go()
                self._end(self.now_ns)
                self._say(self.band.ledger.panic(), self.now_ns)
                self._drummer.panic(self.now_ns)

    def _hear(self, message: Message) -> None:
        at, band = self.now_ns, self.band
        match message:
            case NoteOn():
                if not self.transport.is_led and not self.transport.running:
                    self._start()
                self._pulse.resume(self.now_ns)
                self.transport.hear(at)
                band.hear(message, at)
                is_tune = band.listener.is_tune(message.pitch)
                if self.mode == "harmony" and is_tune:
                    self._answer(message, at)
                if self.mode == "answer" and is_tune:
                    band.replies.note_on(message, self.transport.nearest_step(at))
            case NoteOff():
                self.transport.touch(at)
                band.listener.note_off(message, at)
                if self.mode == "harmony":
                    self._say(band.harmony.note_off(message), at)
            case ControlChange(controller, _, channel):
                for pitch in band.listener.down(channel) if controller in SILENCES else ():
                    self._hear(NoteOff(pitch, channel))
                band.listener.control(message, at)
                if command := self._controls.hear(message):
                    self.apply(command)

    def _answer(self, note: NoteOn, at_ns: Nanos) -> None:
        position = self.transport.position_at(at_ns)
        self.band.read(at_ns, self.transport)
        if position.step == 0:
            self.band.tonality.settle()
        self._say(self.band.answer(note, position, self.transport), at_ns)

    def _start(self) -> None:
        self.stop(self.now_ns)
        self.band.begin()
        self.transport.start(self.now_ns)
        self._pulse.begin(0, self.now_ns)

    def _release(self, at_ns: Nanos) -> None:
        """End what sounds."""
        self._say(self.band.ledger.release(), at_ns)
        self._drummer.release(at_ns)

    def _end(self, at_ns: Nanos) -> None:
        """Fall silent, drums and all."""
        self._drummer.hush(at_ns)
        self._rest(at_ns)

    def _rest(self, at_ns: Nanos) -> None:
        """The line falls silent; the bars are counted on where another clock or the drums do."""
        if not self._pulse.is_kept_up:
            self.stop(at_ns)
            return
        self._say(self.band.ledger.release(), at_ns)
        self.band.change_line()
        self.transport.rest()

    def _rest_alone(self) -> None:
        """A line that rests while nobody counts its bars any more has ended."""
        if self.transport.is_resting and not self._pulse.is_kept_up:
            self.stop(self.now_ns)

    def _fix_key(self, key: Key | None) -> None:
        self.band.tonality.fix(key)
        if not self.transport.running:
            self.band.tonality.settle()

    def _cast(self, event: SetMode | SetPolicy) -> None:
        """Who plays, and what: a policy waits for the bar line, where there is one to come."""
        if isinstance(event, SetMode):
            self._change_mode(event.mode)
            return
        self.band.cast.choose(event)
        if not self.transport.running:
            self.band.cast.enter()

    def _change_mode(self, mode: Mode) -> None:
        if mode == self.mode:
            return
        self._say(self.band.ledger.release(), self.now_ns)
        self.band.change_line()
        self.mode = mode
