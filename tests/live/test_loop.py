from itertools import pairwise

from melodyrl.core.engine.config import EngineConfig
from melodyrl.core.engine.engine import Engine
from melodyrl.core.engine.events import Nanos, Outgoing, Panic, SetClock, Stop, Sync
from melodyrl.core.engine.offline import replay
from melodyrl.core.engine.session import Sent, first_line, from_lines, same_again, sent_line
from melodyrl.core.engine.takes import event_line
from melodyrl.core.midi.clock import RealTime
from melodyrl.core.midi.messages import ControlChange, Message, NoteOff, NoteOn
from melodyrl.core.music import Key
from melodyrl.live.clock import MonotonicClock
from melodyrl.live.follower import MidiFollower
from melodyrl.live.leader import Leader
from melodyrl.live.loop import GAP_NS, Loop
from tests.fakes import BusyPolicy
from tests.live.doubles import MS, EchoEngine, FakeClock, Picture, Port, ScriptedInbox, told


def play(engine, *script, until_ns=300 * MS, **options):
    clock = FakeClock()
    port, shown = Port(clock), []
    loop = Loop(engine, ScriptedInbox(clock, *script), port, clock, shown.append, **options)
    while clock.now_ns < until_ns:
        loop.turn()
    return loop, port, shown


def end(loop):
    loop.stop()
    loop.run()


def test_what_is_due_is_sent_when_it_is_due():
    script = told(5 * MS, NoteOn(60, 70)), told(31 * MS, NoteOff(60))

    loop, port, _ = play(EchoEngine(delay_ns=10 * MS), *script)

    assert port.sent == [(15 * MS, NoteOn(72, 70)), (41 * MS, NoteOff(72))]
    assert (loop.sender.lateness.count, loop.sender.lateness.worst_ns) == (2, 0)


def test_events_that_arrive_together_are_all_told_before_anything_is_sent():
    script = [told(5 * MS, NoteOn(pitch)) for pitch in (60, 64, 67)]

    _, port, _ = play(EchoEngine(delay_ns=0), *script)

    assert port.messages == [NoteOn(72), NoteOn(76), NoteOn(79)]


def test_engine_is_told_when_an_event_was_heard_not_when_it_was_read():
    engine = EchoEngine()

    play(engine, told(7 * MS + 1, NoteOn(60)))

    assert engine.told == [(7 * MS + 1, NoteOn(60))]


class Thinker(EchoEngine):
    """Has five thoughts, each of a millisecond; then they fail."""

    def __init__(self, clock):
        super().__init__(delay_ns=12 * MS)
        self._clock = clock
        self.thought_ns = []

    def thoughts(self):
        while len(self.thought_ns) < 5:
            self.thought_ns.append(self._clock.now_ns)
            self._clock.now_ns += MS
            yield
        raise RuntimeError("nothing comes to mind")


def test_it_thinks_where_nothing_is_due_and_hears_between_two_thoughts():
    clock = FakeClock()
    engine, port = Thinker(clock), Port(clock)
    script = ScriptedInbox(clock, told(1, NoteOn(60)), told(40 * MS, NoteOn(62)))
    loop = Loop(engine, script, port, clock)
    while clock.now_ns < 60 * MS:
        loop.turn()

    assert engine.thought_ns == [0, *(1 * MS + n * (MS + GAP_NS) for n in range(4))]
    assert port.sent == [(12 * MS + 1, NoteOn(72)), (52 * MS, NoteOn(74))]
    assert loop.failures == 0


class Seer(EchoEngine):
    """Foretells its answers, but those to the notes of `errs` by a tone too high."""

    def __init__(self, errs=(), **options):
        super().__init__(delay_ns=0, **options)
        self._errs = errs

    def foretell(self, event, now_ns):
        match event:
            case NoteOn(0):
                raise RuntimeError("dark")
            case NoteOn(pitch, velocity):
                wrong = 2 if pitch in self._errs else 0
                return Outgoing(Nanos(now_ns), NoteOn(pitch + 12 + wrong, velocity))
            case _:
                return None


class SlowSeer(Seer):
    """Takes three milliseconds over each event."""

    def __init__(self, clock, **options):
        super().__init__(**options)
        self._clock = clock

    def receive(self, event, now_ns):
        self._clock.now_ns += 3 * MS
        super().receive(event, now_ns)


def foresee(*script, errs=(), poison=(), until_ns=300 * MS, **options):
    clock = FakeClock()
    port, recorded, shown = Port(clock), [], []
    engine = SlowSeer(clock, errs=errs, poison=poison)
    options |= {"record": recorded.append}
    loop = Loop(engine, ScriptedInbox(clock, *script), port, clock, shown.append, **options)
    while clock.now_ns < until_ns:
        loop.turn()
    return loop, port, recorded, shown


def test_an_answer_that_is_foretold_is_sent_before_the_engine_is_told_and_once():
    script = told(5 * MS, NoteOn(60, 70)), told(40 * MS, NoteOff(60))

    loop, port, recorded, shown = foresee(*script)

    assert port.sent == [(5 * MS, NoteOn(72, 70)), (43 * MS, NoteOff(72))]
    assert recorded[:2] == [
        (5 * MS, NoteOn(60, 70)),
        Sent(5 * MS, 5 * MS, NoteOn(72, 70)),
    ]
    assert loop.sender.lateness.count == 2
    assert [each[1:4] for each in shown if type(each) is tuple][:2] == [
        ("player", True, 60),
        ("machine", True, 72),
    ]


def test_thru_goes_before_an_answer_that_is_foretold():
    _, port, _, _ = foresee(told(5 * MS, NoteOn(60)), thru=True)

    assert port.sent == [(5 * MS, NoteOn(60)), (5 * MS, NoteOn(72))]


def test_an_answer_that_was_foretold_wrongly_is_taken_back():
    loop, port, recorded, _ = foresee(told(5 * MS, NoteOn(60)), errs={60})
    end(loop)

    assert port.messages == [NoteOn(74), NoteOn(72), NoteOff(74), NoteOff(72)]
    fates = [(each.message, each.fate) for each in recorded if isinstance(each, Sent)]
    assert fates[:3] == [(NoteOn(72), "sent"), (NoteOn(74), "more"), (NoteOff(74), "more")]


def test_an_answer_that_was_foretold_ends_where_the_engine_fails_then():
    loop, port, recorded, _ = foresee(told(5 * MS, NoteOn(60)), poison={60})

    assert port.messages == [NoteOn(72), NoteOff(72)]
    assert [each.fate for each in recorded if isinstance(each, Sent)] == ["more", "more"]
    assert loop.failures == 1


def test_nothing_is_sent_ahead_while_the_engine_rests_after_a_failure():
    script = told(5 * MS, NoteOn(50)), told(20 * MS, NoteOn(60))

    _, port, _, _ = foresee(*script, poison={50})

    assert port.messages == [NoteOn(62), NoteOff(62), NoteOn(72)]


def test_no_note_hangs_where_nothing_can_be_recorded():
    def fail(item):
        raise OSError("the disk is full")

    script = told(0, NoteOn(60)), told(10 * MS, NoteOn(13)), told(50 * MS, NoteOn(64))
    loop, port, _ = play(EchoEngine(poison={13}), *script, record=fail)
    end(loop)

    assert port.messages == [NoteOn(72), NoteOff(72), NoteOn(76), NoteOff(76)]
    assert loop.sender.unrecorded >= 4


def test_a_note_is_told_where_foretelling_fails_and_a_late_answer_is_not_sent_ahead():
    script = told(5 * MS, NoteOn(0)), told(20 * MS, NoteOn(60)), told(20 * MS, NoteOn(61))

    loop, port, recorded, _ = foresee(*script, late_ns=2 * MS)

    assert port.sent == [(20 * MS, NoteOn(72))]
    assert [each.fate for each in recorded if isinstance(each, Sent)] == ["late", "sent", "late"]
    assert (loop.failures, loop.sender.lateness.dropped) == (0, 2)


class Sleepy(EchoEngine):
    """Says what is due `asleep_ns` after it was."""

    def __init__(self, asleep_ns):
        super().__init__(delay_ns=0)
        self._asleep_ns = asleep_ns

    def next_wake(self):
        return self._waiting[0].due_ns + self._asleep_ns if self._waiting else None

    def due(self, now_ns):
        return super().due(now_ns - self._asleep_ns)


def test_note_on_that_is_too_late_is_dropped_and_counted_and_a_note_off_never():
    script = told(0, NoteOn(60)), told(10 * MS, NoteOff(60))

    loop, port, shown = play(Sleepy(120 * MS), *script, late_ns=100 * MS)

    assert port.sent == [(130 * MS, NoteOff(72))]
    assert (loop.sender.lateness.dropped, loop.sender.lateness.missed) == (1, 1)
    assert shown[-1].timing.dropped == 1


def test_note_on_that_is_late_within_the_tolerance_is_sent_and_counted_as_missed():
    loop, port, _ = play(Sleepy(90 * MS), told(0, NoteOn(60)), late_ns=100 * MS)

    assert port.sent == [(90 * MS, NoteOn(72))]
    assert (loop.sender.lateness.dropped, loop.sender.lateness.missed) == (0, 1)


def test_thru_sends_on_what_is_heard_at_once_and_ends_it():
    script = [told(0, NoteOn(60, 70, 3)), told(5 * MS, ControlChange(64, 127, 3))]
    script += [told(6 * MS, Stop())]

    loop, port, shown = play(EchoEngine(delay_ns=10 * MS), *script, thru=True)
    end(loop)

    heard = [NoteOn(60, 70, 3), ControlChange(64, 127, 3), NoteOn(72, 70)]
    assert port.messages == [*heard, NoteOff(60, 3), NoteOff(72)]
    assert shown[0] == ("note", "player", True, 60, 70, 0)


def test_all_that_is_told_and_sent_is_recorded_in_order():
    recorded = []
    script = told(0, NoteOn(60)), told(200 * MS, NoteOff(60))

    play(Sleepy(120 * MS), *script, record=recorded.append, thru=True, late_ns=100 * MS)

    assert recorded == [
        Sent(0, 0, NoteOn(60), "more"),
        (0, NoteOn(60)),
        Sent(120 * MS, 0, NoteOn(72), "late"),
        Sent(200 * MS, 200 * MS, NoteOff(60), "more"),
        (200 * MS, NoteOff(60)),
    ]


def test_clock_that_is_sent_is_not_recorded_and_the_take_replays():
    recorded = []
    engine = Engine(EngineConfig(tempo_bpm=240.0, clock_out=True), BusyPolicy())
    head = first_line(engine.recording(), "busy", "today")
    script = [told(5 * MS, NoteOn(60)), told(6 * MS, NoteOn(64)), told(9 * MS, RealTime.TICK)]

    loop, port, _ = play(engine, *script, until_ns=2000 * MS, record=recorded.append)
    end(loop)

    lines = [sent_line(each) if isinstance(each, Sent) else event_line(each) for each in recorded]
    wire = same_again(from_lines([head, *lines]), BusyPolicy())
    assert wire == [each for each in port.sent if isinstance(each[1], Message)]
    assert port.messages.count(RealTime.TICK) > 150
    assert sum(isinstance(message, NoteOn) for _, message in wire) >= 5


def test_both_players_notes_are_published():
    script = told(0, NoteOn(60, 70)), told(20 * MS, NoteOff(60))

    _, _, shown = play(EchoEngine(delay_ns=10 * MS), *script)

    assert [item for item in shown if type(item) is tuple] == [
        ("note", "player", True, 60, 70, 0),
        ("note", "machine", True, 72, 70, 10 * MS),
        ("note", "player", False, 60, 0, 20 * MS),
        ("note", "machine", False, 72, 0, 30 * MS),
    ]


def test_twenty_snapshots_a_second_are_published():
    _, _, shown = play(EchoEngine(), until_ns=1000 * MS)

    assert 19 <= sum(isinstance(item, Picture) for item in shown) <= 21


def test_devices_that_are_unplugged_are_in_every_snapshot():
    clock, shown = FakeClock(), []
    port = Port(clock, unplugged=("keystation",))
    loop = Loop(EchoEngine(), ScriptedInbox(clock), port, clock, shown.append)

    loop.turn()

    assert shown[-1].unplugged == ("keystation",)


def test_event_that_breaks_the_engine_releases_the_notes_and_the_rest_is_heard():
    script = (
        told(0, NoteOn(60)),
        told(50 * MS, NoteOn(13)),
        told(200 * MS, NoteOn(64)),
    )

    loop, port, _ = play(EchoEngine(delay_ns=10 * MS, poison={13}), *script)

    assert port.messages == [NoteOn(72), NoteOff(72), NoteOn(76)]
    assert loop.failures == 1


def test_engine_that_always_fails_is_asked_at_most_every_fifty_ms():
    class Broken(EchoEngine):
        asked = 0

        def next_wake(self):
            return 0

        def due(self, now_ns):
            self.asked += 1
            raise RuntimeError("broken")

    engine = Broken()
    loop, port, _ = play(engine, until_ns=1000 * MS)

    assert 10 <= loop.failures <= 25
    assert port.sent == []


def test_page_that_fails_does_not_stop_the_music():
    def fail(item):
        raise RuntimeError("no page")

    clock = FakeClock()
    port = Port(clock)
    loop = Loop(EchoEngine(), ScriptedInbox(clock, told(0, NoteOn(60))), port, clock, fail)
    while clock.now_ns < 300 * MS:
        loop.turn()

    assert port.messages == [NoteOn(72)]
    assert loop.failures == 0
    assert loop.unpublished >= 5


def test_end_releases_what_sounds_even_if_the_engine_cannot():
    class Stuck(EchoEngine):
        def receive(self, event, now_ns):
            if isinstance(event, Panic):
                raise RuntimeError("stuck")
            super().receive(event, now_ns)

    loop, port, _ = play(Stuck(), told(0, NoteOn(60)), told(0, NoteOn(64)))

    end(loop)

    assert port.messages[2:] == [NoteOff(72), NoteOff(76)]


def test_port_that_vanishes_is_counted_and_the_loop_goes_on():
    clock = FakeClock()
    port = Port(clock)
    port.is_gone = True
    script = told(0, NoteOn(60)), told(10 * MS, NoteOff(60))
    loop = Loop(EchoEngine(), ScriptedInbox(clock, *script), port, clock)

    while clock.now_ns < 100 * MS:
        loop.turn()

    assert (loop.sender.unsent, loop.failures) == (2, 0)


def test_clock_waits_until_the_moment_and_not_past_moments():
    clock = MonotonicClock()
    at_ns = clock.now() + 2 * MS

    clock.wait_until(at_ns)
    waited_ns = clock.now()
    clock.wait_until(at_ns)

    assert waited_ns >= at_ns


def follow(leader):
    clock, engine = FakeClock(), EchoEngine()
    script = [told(4 * MS, RealTime.START)]
    script += [told(5 * MS + i * 20 * MS, RealTime.TICK) for i in range(7)]
    loop = Loop(engine, ScriptedInbox(clock, *script), Port(clock), clock, leader=leader)
    while clock.now_ns < 600 * MS:
        loop.turn()
    return engine.told


def test_clock_that_leads_reaches_the_engine_as_syncs_and_its_silence_is_told_in_time():
    heard = follow(Leader({"midi": MidiFollower(125.0)}, "midi"))

    assert heard[0] == (5 * MS, Sync(5 * MS, 0.0, 125.0))
    (at_ns, held) = heard[-1]
    assert held.is_held
    assert at_ns == 125 * MS + 12 * 20 * MS + 1


def test_clock_is_not_heard_where_we_lead():
    assert follow(Leader({"midi": MidiFollower(125.0)}, "internal")) == []


def test_clocks_are_changed_while_it_plays_and_what_was_told_plays_again_exactly():
    clock, kept = FakeClock(), []
    script = [told(0, NoteOn(60)), told(40 * MS, RealTime.START)]
    script += [told(41 * MS + round(i * 2.5e9 / 100), RealTime.TICK) for i in range(24 * 12)]
    script += [told(2_000 * MS, SetClock("midi")), told(4_000 * MS, SetClock("internal"))]
    script += [told(5_000 * MS, SetClock("midi")), told(5_500 * MS, RealTime.STOP)]
    engine = Engine(EngineConfig(key=Key(0)), BusyPolicy())
    port = Port(clock)
    leader = Leader({"midi": MidiFollower(120.0)}, "internal")
    loop = Loop(
        engine, ScriptedInbox(clock, *script), port, clock, leader=leader, record=kept.append
    )
    while clock.now_ns < 6_500 * MS:
        loop.turn()

    onsets = [at_ns for at_ns, message in port.sent if isinstance(message, NoteOn)]
    gaps_ms = [round((later - earlier) / MS) for earlier, later in pairwise(onsets)]
    assert set(gaps_ms[:15]) == {125}
    assert set(gaps_ms[17:]) == {150}, "from the first step that the other clock moved"
    assert max(gaps_ms) <= 150 + 75, "nothing but the way to the nearest step"
    assert not engine.snapshot().running
    assert loop.failures == 0
    sent = [each for each in kept if isinstance(each, Sent)]
    again = replay(engine.recording(), BusyPolicy())
    assert [(each.due_ns, each.message) for each in again] == [
        (each.due_ns, each.message) for each in sent
    ]


def test_a_clock_that_is_not_there_is_refused_and_the_music_goes_on(caplog):
    engine = Engine(EngineConfig(key=Key(0)), BusyPolicy())
    leader = Leader({"midi": MidiFollower(120.0)}, "internal")
    script = [told(0, NoteOn(60)), told(10 * MS, SetClock("link"))]

    _, _, shown = play(engine, *script, until_ns=300 * MS, leader=leader)

    assert engine.clock == "internal"
    assert shown[-1].clocks == ("internal", "midi", "follow")
    assert "clock refused source=link" in caplog.text


def test_note_whose_decision_took_long_leaves_before_the_page_is_shown():
    class Slow(EchoEngine):
        def due(self, now_ns):
            if self._waiting and now_ns >= 47 * MS and clock.now_ns < 53 * MS:
                clock.now_ns = 53 * MS  # thinks from 47 ms on, until after the note is due
                return []
            return super().due(now_ns)

        def next_wake(self):
            return 47 * MS if self._waiting and clock.now_ns < 47 * MS else super().next_wake()

    clock, order = FakeClock(), []

    class Wire(Port):
        def send(self, message):
            order.append(message)

    script = ScriptedInbox(clock, told(41 * MS, NoteOn(60, 70)))
    loop = Loop(Slow(), script, Wire(clock), clock, lambda item: order.append(item))
    while clock.now_ns < 80 * MS:
        loop.turn()

    after = order[order.index(("note", "player", True, 60, 70, 41 * MS)) + 1 :]
    assert after[0] == NoteOn(72, 70)


def test_an_answer_is_sent_before_the_page_hears_of_the_note():
    clock, order = FakeClock(), []

    class Wire(Port):
        def send(self, message):
            order.append(message)

    script = ScriptedInbox(clock, told(41 * MS, NoteOn(60, 70)))
    loop = Loop(EchoEngine(delay_ns=0), script, Wire(clock), clock, order.append)
    while clock.now_ns < 45 * MS:
        loop.turn()

    notes = [each for each in order if not isinstance(each, Picture)]
    assert [each if isinstance(each, NoteOn) else each[1] for each in notes] == [
        NoteOn(72, 70),
        "player",
        "machine",
    ]
