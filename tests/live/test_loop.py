from melodyrl.core.engine.events import Sync
from melodyrl.core.midi.clock import RealTime
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.live.clock import MonotonicClock
from melodyrl.live.follower import MidiFollower
from melodyrl.live.loop import Loop
from tests.live.doubles import MS, EchoEngine, FakeClock, Port, ScriptedInbox, told


def play(engine, *script, until_ns=300 * MS):
    clock = FakeClock()
    port, shown = Port(clock), []
    loop = Loop(engine, ScriptedInbox(clock, *script), port, clock, shown.append)
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
    assert (loop.lateness.count, loop.lateness.worst_ns) == (2, 0)


def test_events_that_arrive_together_are_all_told_before_anything_is_sent():
    script = [told(5 * MS, NoteOn(pitch)) for pitch in (60, 64, 67)]

    _, port, _ = play(EchoEngine(delay_ns=0), *script)

    assert port.messages == [NoteOn(72), NoteOn(76), NoteOn(79)]


def test_engine_is_told_when_an_event_was_heard_not_when_it_was_read():
    engine = EchoEngine()

    play(engine, told(7 * MS + 1, NoteOn(60)))

    assert engine.told == [(7 * MS + 1, NoteOn(60))]


def test_both_players_notes_are_published():
    script = told(0, NoteOn(60, 70)), told(20 * MS, NoteOff(60))

    _, _, shown = play(EchoEngine(delay_ns=10 * MS), *script)

    assert [item for item in shown if item != "snapshot"] == [
        ("note", "player", True, 60, 70, 0),
        ("note", "machine", True, 72, 70, 10 * MS),
        ("note", "player", False, 60, 0, 20 * MS),
        ("note", "machine", False, 72, 0, 30 * MS),
    ]


def test_twenty_snapshots_a_second_are_published():
    _, _, shown = play(EchoEngine(), until_ns=1000 * MS)

    assert 19 <= shown.count("snapshot") <= 21


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
        def close(self, now_ns):
            raise RuntimeError("stuck")

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

    assert (loop.unsent, loop.failures) == (2, 0)


def test_clock_waits_until_the_moment_and_not_past_moments():
    clock = MonotonicClock()
    at_ns = clock.now() + 2 * MS

    clock.wait_until(at_ns)
    waited_ns = clock.now()
    clock.wait_until(at_ns)

    assert waited_ns >= at_ns


def follow(follower):
    clock, engine = FakeClock(), EchoEngine()
    script = [told(4 * MS, RealTime.START)]
    script += [told(5 * MS + i * 20 * MS, RealTime.TICK) for i in range(7)]
    loop = Loop(engine, ScriptedInbox(clock, *script), Port(clock), clock, follower=follower)
    while clock.now_ns < 600 * MS:
        loop.turn()
    return engine.told


def test_clock_that_leads_reaches_the_engine_as_syncs_and_its_silence_is_told_in_time():
    heard = follow(MidiFollower(125.0))

    assert heard[0] == (5 * MS, Sync(5 * MS, 0.0, 125.0))
    (at_ns, held) = heard[-1]
    assert held.is_held
    assert at_ns == 125 * MS + 12 * 20 * MS + 1


def test_clock_is_not_heard_where_we_lead():
    assert follow(None) == []


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
