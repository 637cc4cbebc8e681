import pytest

from melodyrl.core.engine.events import Panic
from melodyrl.core.midi.messages import NoteOff, NoteOn
from melodyrl.live.inbox import LIMIT, Inbox, Told
from melodyrl.live.lateness import EDGES_US, Lateness


def test_what_arrives_is_taken_at_once_and_in_order():
    inbox = Inbox()
    inbox.post(NoteOn(60), 5)
    inbox.post(NoteOff(60), 6)

    assert inbox.take(0) == [Told(NoteOn(60), 5), Told(NoteOff(60), 6)]
    assert inbox.take(0) == []


def test_wake_ends_a_wait_with_nothing():
    inbox = Inbox()
    inbox.wake()

    assert inbox.take(10**12) == []


def test_flood_is_dropped_but_never_a_release():
    inbox = Inbox()
    for _ in range(LIMIT + 3):
        inbox.post(NoteOn(60), 0)
    inbox.post(NoteOff(60), 0)
    inbox.post(Panic(), 0)

    taken = inbox.take(0) + inbox.take(0)

    assert inbox.dropped == 3
    assert [told.event for told in taken[LIMIT:]] == [NoteOff(60), Panic()]


def test_call_is_answered_with_the_result_or_what_was_raised():
    inbox = Inbox()
    good = inbox.call(lambda engine: engine + 1)
    bad = inbox.call(lambda engine: engine / 0)
    for call in inbox.take(0):
        call.run(41)

    assert good.result(0) == 42
    with pytest.raises(ZeroDivisionError):
        bad.result(0)


def test_call_that_nobody_awaits_any_more_is_not_run():
    inbox, asked = Inbox(), []
    answer = inbox.call(asked.append)
    answer.cancel()
    for call in inbox.take(0):
        call.run("engine")

    assert asked == []


def test_lateness_quantiles_bound_what_was_counted():
    lateness = Lateness()
    for late_us in [40] * 98 + [900, 70_000]:
        lateness.add(late_us * 1000)

    assert lateness.quantile_us(0.5) == EDGES_US[0]
    assert lateness.quantile_us(0.99) == 1000
    assert lateness.quantile_us(1.0) == 70_000
    assert Lateness().quantile_us(0.5) == 0.0
