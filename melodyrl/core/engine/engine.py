"""The bandmate without a clock or a port: timestamped events in, timestamped messages out.

Five verbs, time always an argument: `receive`, `next_wake`, `due`, `snapshot`, `recording`. And
two that play nothing: `thoughts`, for when nothing is due, and `foretell`, for what cannot wait.
Live play, export, tests and simulation all drive this one engine.
"""

from collections import deque
from collections.abc import Iterator
from copy import deepcopy
from functools import partial

import numpy as np

from melodyrl.core.engine.band import Band
from melodyrl.core.engine.check import makes_sense
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
    Outgoing,
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
from melodyrl.core.engine.grid import Place, Position
from melodyrl.core.engine.humanize import Hand
from melodyrl.core.engine.outbox import Outbox
from melodyrl.core.engine.pulse import Pulse
from melodyrl.core.engine.recorder import Recorder, Recording
from melodyrl.core.engine.snapshot import Snapshot
from melodyrl.core.engine.thinking import Thinking
from melodyrl.core.midi.messages import SILENCES, ControlChange, Message, NoteOff, NoteOn
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
        self._mode: Mode = config.mode
        self._knobs: dict[KnobName, float] = dict(config.knobs)
        self._controls = Controls(config.bindings)
        self._band = Band(config, policy, chord_policy, rng or np.random.default_rng(config.seed))
        self._policy_name, self._digests = policy.name, dict(self._band.cast.playing)
        self._decide_ns = min(DECIDE_NS, config.listen_ns)
        listen_ns = Nanos(config.listen_ns - self._decide_ns)
        self._recorder = Recorder()
        self._told = Nanos(0)
        self._outbox = Outbox()
        self._say = partial(self._outbox.say, channel=config.channel)
        self._hand = Hand(config.seed, 1)
        self._pulse = Pulse(config, listen_ns, self._outbox, Hand(config.seed, 2))
        self._transport, self._drummer = self._pulse.transport, self._pulse.drummer
        self._dropped = 0
        self._thinking = Thinking(self._band, self._transport)

    @property
    def told_ns(self) -> Nanos:
        """The present, as the engine takes it: the latest moment that it was told of."""
        return self._told

    @property
    def drum_channel(self) -> int:
        """The channel of the drums, 0-15."""
        return self._config.drum_channel

    @property
    def clock(self) -> ClockSource:
        """Who leads."""
        return self._transport.clock

    def place(self, at_ns: Nanos) -> Place:
        """Where the music is at a moment, by the grid in force."""
        return self._transport.place(at_ns)

    def receive(self, event: Event, now_ns: Nanos) -> None:
        """Something was heard or asked for, at a moment of the monotonic clock."""
        self._thinking.forget()
        self._advance(now_ns)
        if not self._can_take(event):
            self._dropped += 1
            return
        if isinstance(event, NoteOn) and event.velocity == 0:
            event = NoteOff(event.pitch, event.channel)  # MIDI 1.0, 4.2.3
        self._recorder.keep(self._told, event)
        self._apply(event)

    def admit(self, policy: Policy) -> None:
        """Make a policy known, so that the next SetPolicy of its part and digest can choose it.

        Raises:
            ConfigError: it is for a task that is not played live.
        """
        self._band.cast.admit(policy)

    def fork(self) -> "Engine":
        """Another engine, where this one is: the two go on alike until they are told otherwise.

        It shares the policies, so one thread drives both, and remembers nothing of what was
        recorded and sent.
        """
        shared: dict[int, object] = {id(each): each for each in self._band.cast.policies}
        sent = self._outbox.sent
        shared[id(self._recorder)], shared[id(sent)] = Recorder(), deque(maxlen=sent.maxlen)
        self._thinking.forget()  # an iterator cannot be copied
        return deepcopy(self, shared)

    def next_wake(self) -> Nanos | None:
        """The moment at which `due` has something to do next, None where only an event can help."""
        moments = (self._outbox.next_due, *self._pulse.wakes())
        return min((each for each in moments if each is not None), default=None)

    def due(self, now_ns: Nanos) -> list[Outgoing]:
        """What is to be sent by now, in order; each is returned once."""
        self._advance(now_ns)
        return self._outbox.take(self._told)

    def thoughts(self) -> Iterator[None]:
        """Work ahead while nothing is due, a part of some 0.1 ms at each turn of the iterator.

        It plays nothing and draws nothing: what is played is the same without it, only later. When
        anything was told or due since, there are new ones; the old ones do no harm, and no good.
        """
        return self._thinking.thoughts(self._mode, self._told, self.next_wake())

    def foretell(self, event: Event, now_ns: Nanos) -> Outgoing | None:
        """What is sent at once if the engine is told this now, where it has been thought out.

        It changes nothing: whoever cannot wait sends it first, and tells the engine then, which
        says the same.
        """
        if not isinstance(event, NoteOn) or event.velocity == 0 or not makes_sense(event):
            return None
        at_ns = max(self._told, now_ns)
        answer = self._thinking.foretell(event, at_ns)
        return None if answer is None else Outgoing(at_ns, answer)

    def close(self, now_ns: Nanos) -> list[Outgoing]:
        """Release everything; what is left to send before the port is closed."""
        self.receive(Panic(), now_ns)
        self._stop(self._told)
        return self._outbox.take(self._told)

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
            step_began_ns=self._transport.began(self._told),
            tempo_bpm=self._transport.tempo_bpm,
            clock=self.clock,
            clock_state=self._pulse.state,
            meter=self._transport.meter.name,
            chord=chord.name if chord else None,
            key=key.name if key else None,
            fixed_key=band.tonality.fixed.name if band.tonality.fixed else None,
            mode=self._mode,
            feel=band.mind.feel,
            split=band.listener.split,
            knobs=tuple(self._knobs.items()),
            bindings=self._controls.bindings,
            armed=self._controls.armed,
            sounding=self._outbox.sounding(self._told, self._config.channel),
            held=tuple(sorted(band.listener.sounding)),
            why=band.why(self._mode),
            drums=self._drummer.picture,
            dropped=self._dropped,
            policies=band.cast.playing,
            coming=band.cast.coming,
            failures=band.failures,
            fallback=band.is_fallback(self._mode),
        )

    def recording(self) -> Recording:
        """All that was told so far; `replay` plays it again."""
        recorder = self._recorder
        return Recording(
            self._config,
            self._policy_name,
            self._digests["melody"],
            recorder.events,
            self._told,
            recorder.lost,
            self._digests["chords"],
        )

    def sent(self) -> tuple[Outgoing, ...]:
        """All notes and controls that were said so far, as far back as the recording goes."""
        return tuple(self._outbox.sent)

    def _can_take(self, event: Event) -> bool:
        if not makes_sense(event):
            return False
        return not isinstance(event, SetPolicy) or self._band.cast.knows(event)

    def _advance(self, now_ns: Nanos) -> None:
        """Take every decision that falls due up to now, say every tick and strike every drum."""
        self._told = max(self._told, now_ns)
        while (wake := self._transport.wake()) is not None and wake <= self._told:
            self._keep_time(wake)
            self._step(wake)
        self._keep_time(self._told)

    def _keep_time(self, until_ns: Nanos) -> None:
        self._pulse.keep(until_ns, self._knobs["swing"], self._knobs["humanize"])

    def _step(self, wake_ns: Nanos) -> None:
        self._thinking.forget()
        transport, band = self._transport, self._band
        at = transport.begin_step(is_active=band.is_active)
        band.begin_step(at, wake_ns, transport)
        if transport.is_led and transport.is_leaderless:
            self._stop(wake_ns)
        elif transport.is_forsaken and not transport.is_resting:
            self._rest(wake_ns)
        elif not transport.is_resting:
            messages = band.step(self._mode, at, transport.meter)
            messages = self._hand.touched(messages, at.step, self._knobs["humanize"])
            self._say(messages, self._due(at, wake_ns))
        if (sync := transport.pursue(wake_ns)) is not None:
            self._pulse.follow(sync, wake_ns)

    def _due(self, at: Position, wake_ns: Nanos) -> Nanos:
        """When what a step brings, decided at `wake_ns`, is to be heard."""
        timing = self._transport.meter, self._transport.step_ns
        loose = self._knobs["swing"], self._knobs["humanize"]
        return Nanos(wake_ns + self._decide_ns + self._hand.behind_ns(at, *timing, *loose))

    def _apply(self, event: Event) -> None:
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
                self._transport.set_meter(Meter(beats, unit))
            case SetMode() | SetPolicy():
                self._cast(event)
            case SetDrums() | SetCell() | SetVariation() | ChangeDrums() | SetFill():
                self._drum(event)
            case Start() | Stop() | Panic():
                self._transport_to(event)
            case Release():
                self._release(self._told)

    def _turn(self, event: SetKnob | SetFeel | Learn | Forget) -> None:
        match event:
            case SetKnob(name, value):
                self._knobs[name] = value
                self._band.turn(self._knobs)
            case SetFeel(feel):
                self._band.mind.feel = feel
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
                self._band.listener.split_at(pitch)
            case Announce(mask):
                self._band.announced = mask
            case Conclude():
                self._band.concludes = True

    def _drum(self, event: Drumming) -> None:
        """Drums that come in begin the music where nothing runs, and the line rests."""
        self._drummer.obey(event, self._told)
        if event == SetDrums(True) and not self._transport.running and not self._transport.is_led:
            self._start()
            self._transport.rest()
        self._rest_alone()

    def _pace(self, event: SetTempo | Tap | SetClock | Sync | Halt) -> None:
        match event:
            case SetTempo(tempo_bpm):
                self._pulse.set_tempo(tempo_bpm, self._told)
            case Tap():
                self._pulse.tap(self._told)
            case SetClock(source):
                self._hand_over(source)
            case Sync() if self._transport.is_led:
                self._sync(event)
            case Halt() if self._transport.is_led:
                self._stop(self._told)
            case _:
                return  # word of a clock that leads no longer

    def _hand_over(self, clock: ClockSource) -> None:
        transport = self._transport
        if clock == transport.clock:
            return
        transport.hand_over(clock)
        self._rest_alone()

    def _sync(self, sync: Sync) -> None:
        transport, at = self._transport, self._told
        if not transport.is_elsewhere(sync, at):
            self._pulse.follow(sync, at)
            return
        self._stop(at)
        self._band.change_line()
        self._pulse.begin(transport.jump(sync, at), at)

    def _transport_to(self, command: Start | Stop | Panic) -> None:
        match command:
            case Start() if self._transport.is_led:
                self._pulse.resume(self._told)
            case Start():
                self._start()
            case Stop():
                self._end(self._told)
            case Panic():
                self._band.listener.let_go()
                self._end(self._told)
                self._say(self._band.ledger.panic(), self._told)
                self._drummer.panic(self._told)

    def _hear(self, message: Message) -> None:
        at, band = self._told, self._band
        match message:
            case NoteOn():
                if not self._transport.is_led and not self._transport.running:
                    self._start()
                self._pulse.resume(self._told)
                self._transport.hear(at)
                band.hear(message, at)
                is_tune = band.listener.is_tune(message.pitch)
                if self._mode == "harmony" and is_tune:
                    self._answer(message, at)
                if self._mode == "answer" and is_tune:
                    band.replies.note_on(message, self._transport.nearest_step(at))
            case NoteOff():
                self._transport.touch(at)
                band.listener.note_off(message, at)
                if self._mode == "harmony":
                    self._say(band.harmony.note_off(message), at)
            case ControlChange(controller, _, channel):
                for pitch in band.listener.down(channel) if controller in SILENCES else ():
                    self._hear(NoteOff(pitch, channel))
                band.listener.control(message, at)
                if command := self._controls.hear(message):
                    self._apply(command)

    def _answer(self, note: NoteOn, at_ns: Nanos) -> None:
        position = self._transport.position_at(at_ns)
        self._band.read(at_ns, self._transport)
        if position.step == 0:
            self._band.tonality.settle()
        self._say(self._band.answer(note, position, self._transport.meter), at_ns)

    def _start(self) -> None:
        self._stop(self._told)
        self._band.begin()
        self._transport.start(self._told)
        self._pulse.begin(0, self._told)

    def _release(self, at_ns: Nanos) -> None:
        """End what sounds."""
        self._say(self._band.ledger.release(), at_ns)
        self._drummer.release(at_ns)

    def _stop(self, at_ns: Nanos) -> None:
        self._release(at_ns)
        self._pulse.stop(at_ns)
        self._band.cast.enter()

    def _end(self, at_ns: Nanos) -> None:
        """Fall silent, drums and all."""
        self._drummer.hush(at_ns)
        self._rest(at_ns)

    def _rest(self, at_ns: Nanos) -> None:
        """The line falls silent; the bars are counted on where another clock or the drums do."""
        if not self._pulse.is_kept_up:
            self._stop(at_ns)
            return
        self._say(self._band.ledger.release(), at_ns)
        self._band.change_line()
        self._transport.rest()

    def _rest_alone(self) -> None:
        """A line that rests while nobody counts its bars any more has ended."""
        if self._transport.is_resting and not self._pulse.is_kept_up:
            self._stop(self._told)

    def _fix_key(self, key: Key | None) -> None:
        self._band.tonality.fix(key)
        if not self._transport.running:
            self._band.tonality.settle()

    def _cast(self, event: SetMode | SetPolicy) -> None:
        """Who plays, and what: a policy waits for the bar line, where there is one to come."""
        if isinstance(event, SetMode):
            self._change_mode(event.mode)
            return
        self._band.cast.choose(event)
        if not self._transport.running:
            self._band.cast.enter()

    def _change_mode(self, mode: Mode) -> None:
        if mode == self._mode:
            return
        self._say(self._band.ledger.release(), self._told)
        self._band.change_line()
        self._mode = mode
