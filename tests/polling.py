"""An engine that is asked rarely, one that is asked at every turn, and one that plays again."""

from melodyrl.core.engine.offline import replay, run_offline
from melodyrl.core.engine.takes import from_lines, to_lines
from tests.strategies import MS
from tests.wire import balance

SECOND = 1_000 * MS


def asked_rarely(engine, told, until):
    """All that it says by `until`, asked once at the end."""
    for at_ns, event in told:
        engine.receive(event, at_ns)
    return engine.due(until)


def asked_often(engine, told, polls, until):
    """The same, asked after each pause of `polls`, then each second, and at every wake."""
    outgoing, now, waits = [], 0, iter(polls)
    for at_ns, event in told:
        while (now := now + next(waits, SECOND)) <= at_ns:
            outgoing += engine.due(now)
        engine.receive(event, at_ns)
        now = at_ns
    while (wake := engine.next_wake()) is not None and wake <= until:
        outgoing += engine.due(wake)
    return outgoing + engine.due(until)


def assert_whole_and_again(engine, told, policy, chord_policy):
    """It says all in order, ends each note that it began, and says the same bytes in a replay."""
    until = (told[-1][0] if told else 0) + 3 * SECOND
    outgoing = run_offline(engine, told, until)

    recording = from_lines(list(to_lines(engine.recording())))
    assert replay(recording, policy, chord_policy) == outgoing
    due = [each.due_ns for each in outgoing]
    assert due == sorted(due)
    ons, offs = balance([*outgoing, *engine.close(until)])
    assert ons == offs
